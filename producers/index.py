"""What a segment holds, found by demuxing only: frames, sound, and where they lie on the media clock."""

from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path

import av
import msgspec
from av.error import FFmpegError

from schemas.events.media import PTS_HZ, AudioTrack, VideoTrack

# Time stamps of MPEG-TS have 33 bits (ISO/IEC 13818-1, 2.4.3.7): they wrap every 26.5 hours.
WRAP = 1 << 33
# A step of the clock larger than this is no picture rate: packets were lost or the clock was set.
HOLE = PTS_HZ


# Opening would decode the first pictures for things that nobody asks here: 5 ms of 6.5 for a second of 1080p.
# AAC tells its rate only to its decoder; the parsers know the size of pictures and of other sound.
_OPTIONS = {"scan_all_pmts": "0", "fpsprobesize": "0", "codec_whitelist": "aac,aac_latm"}


class Columns(msgspec.Struct, frozen=True, kw_only=True):
    """The packets of one track, in decoding order."""

    pts: tuple[int, ...] = ()
    """90 kHz ticks, unwrapped."""
    size: tuple[int, ...] = ()
    """Bytes."""
    key: tuple[int, ...] = ()
    """Indices of key frames."""
    corrupt: int = 0
    """Packets that the demuxer marked as damaged."""


class Index(msgspec.Struct, frozen=True, kw_only=True):
    """What a segment holds."""

    video: VideoTrack | None = None
    frames: Columns = Columns()
    audio: tuple[AudioTrack, ...] = ()
    chunks: Columns = Columns()
    """The packets of the first sound track."""


class Packet(msgspec.Struct, frozen=True):
    """One packet as demuxed."""

    pts: int | None
    size: int
    key: bool
    corrupt: bool


def demux(file: Path, near: int | None) -> Index:
    """Return what an MPEG-TS file holds, without decoding.

    ``near`` is a time stamp (90 kHz ticks, unwrapped) close to the first one, which chooses the turn of the
    clock; None: the first turn. A file in which nothing can be read gives an empty index.
    """
    try:
        with av.open(str(file), format="mpegts", options=_OPTIONS) as container:
            videos, sounds = container.streams.video, container.streams.audio
            packets: dict[int, list[Packet]] = {stream.index: [] for stream in (*videos[:1], *sounds[:1])}
            for packet in container.demux([*videos[:1], *sounds[:1]]):
                if packet.size:
                    stamp = packet.dts if packet.pts is None else packet.pts
                    packets[packet.stream_index].append(
                        Packet(stamp, packet.size, packet.is_keyframe, packet.is_corrupt)
                    )
            frames = columns(packets[videos[0].index], near) if videos else Columns()
            chunks = (
                columns(packets[sounds[0].index], frames.pts[0] if frames.pts else near)
                if sounds
                else Columns()
            )
            video = (
                VideoTrack(
                    codec=videos[0].codec_context.name,
                    width=videos[0].codec_context.width,
                    height=videos[0].codec_context.height,
                    fps=round(PTS_HZ / period(frames.pts), 3) if len(frames.pts) > 1 else 0.0,
                )
                if videos
                else None
            )
            audio = tuple(
                AudioTrack(
                    codec=sound.codec_context.name,
                    sample_rate=sound.codec_context.sample_rate,
                    channels=sound.codec_context.channels,
                )
                for sound in sounds
            )
            return Index(video=video, frames=frames, audio=audio, chunks=chunks)
    except (FFmpegError, ValueError):
        return Index()


def columns(packets: Iterable[Packet], near: int | None) -> Columns:
    """Return the columns of a track: stamps unwrapped, packets without any stamp counted as corrupt."""
    pts: list[int] = []
    size: list[int] = []
    key: list[int] = []
    corrupt = 0
    for packet in packets:
        corrupt += packet.corrupt or packet.pts is None
        if packet.pts is None:
            continue
        near = unwrap(packet.pts, near)
        if packet.key:
            key.append(len(pts))
        pts.append(near)
        size.append(packet.size)
    return Columns(pts=tuple(pts), size=tuple(size), key=tuple(key), corrupt=corrupt)


def unwrap(pts: int, near: int | None) -> int:
    """Return the time that ``pts`` names modulo 2**33 and that lies closest to ``near``.

    Without ``near``: the stamp itself, within 0 and 2**33 - 1.
    """
    raw = pts % WRAP
    if near is None:
        return raw
    ahead = (raw - near) % WRAP
    return near + (ahead if ahead < WRAP // 2 else ahead - WRAP)


def period(pts: tuple[int, ...]) -> float:
    """Return the usual distance of two neighbours in time, in ticks; 0 for fewer than two stamps.

    The median: lost packets and variable rates do not move it.
    """
    ordered = sorted(pts)
    steps = sorted(after - before for before, after in pairwise(ordered))
    return float(steps[len(steps) // 2]) if steps else 0.0


def before_hole(track: Columns) -> Columns:
    """Return the packets before the first hole of more than a second in a track's stamps.

    What follows a hole within a segment has no key frame of its own and may belong to another clock.
    """
    ordered = sorted(track.pts)
    for before, after in pairwise(ordered):
        if after - before > HOLE:
            return until(track, before)
    return track


def until(track: Columns, last: int) -> Columns:
    """Return the packets of a track whose stamp is not after ``last``."""
    kept = [place for place, stamp in enumerate(track.pts) if stamp <= last]
    if len(kept) == len(track.pts):
        return track
    new_place = {old: new for new, old in enumerate(kept)}
    return Columns(
        pts=tuple(track.pts[place] for place in kept),
        size=tuple(track.size[place] for place in kept),
        key=tuple(new_place[place] for place in track.key if place in new_place),
        corrupt=track.corrupt,
    )


def span(index: Index, end: int | None) -> tuple[int, int] | None:
    """Return (start, duration) of a segment in ticks, by its picture, or by its sound without one.

    ``end`` is where the next segment starts, if known (modulo 2**33). It holds unless it is more than a
    second from the end of the last frame. None when the segment holds no time stamp.
    """
    stamps = index.frames.pts or index.chunks.pts
    if not stamps:
        return None
    start = min(stamps)
    last = max(stamps) + round(period(stamps))
    known = None if end is None else unwrap(end, last)
    if known is None or abs(known - last) > HOLE:
        known = last
    return start, max(known - start, 0)
