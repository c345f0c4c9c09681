"""A finished segment: indexed, put into the media store, told to the log."""

from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from infra import crash_point
from infra.media_store import MediaStore, segment_uri, sha256_of
from producers import epoch
from producers.epoch import Anchor, Arrival
from producers.index import Index, before_hole, demux, span, until, unwrap
from producers.outbox import Letter
from schemas.events import AudioIndexed, FramesIndexed, MediaGap, SegmentRecorded
from schemas.events.media import PTS_HZ, GapReason, SegmentRef
from schemas.topics import AUDIO_CHUNKS, FRAMES, SEGMENTS


class Finished(msgspec.Struct, frozen=True, kw_only=True):
    """A file that ffmpeg has finished."""

    file: Path
    end: int
    """Where the next one starts, or its last frame ends; 90 kHz ticks."""
    listed_at: datetime
    """When ffmpeg named it."""
    run: int
    """Number of the run of ffmpeg that wrote it."""
    after_jump: bool = False
    """That run began because the source's clock stepped back."""
    arrivals: tuple[Arrival, ...] = ()
    """Packets that came lately, its own among them."""
    lag_s: float = 0.0
    """Known delay between the sending of a packet and its reading."""


class Before(msgspec.Struct, frozen=True):
    """The media that a channel had before: its last epoch and where that ended."""

    epoch: str
    end: datetime


class Timeline(msgspec.Struct, frozen=True, kw_only=True):
    """Where a channel's media has come to."""

    before: Before | None = None
    """The last media of all, of this process or of one before it."""
    anchor: Anchor | None = None
    """The epoch now running; None before the first segment of this process."""
    expected: int = 0
    """Tick at which the next segment of the epoch starts."""
    seq: int = 0
    """Number of the next segment in the epoch."""
    run: int = 0
    """The run of ffmpeg that wrote the last segment; runs count from 1."""


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where a segment lies in time, and the gap before it, if it begins an epoch."""

    anchor: Anchor
    seq: int
    start: int
    duration: int
    """90 kHz ticks."""
    gap: MediaGap | None


def place(channel: str, timeline: Timeline, finished: Finished, index: Index) -> tuple[Timeline, Place]:
    """Find where a segment lies: the next of its epoch, or the first of a new one.

    A new epoch begins with every run of ffmpeg and where the media clock jumps. A file without any time stamp
    (damaged) is taken to last as long as the segment list says, right after the media before it.
    """
    found = span(index, finished.end)
    same_run = timeline.anchor is not None and finished.run == timeline.run
    if found is None:
        start = timeline.expected if same_run else 0
        length = unwrap(finished.end, start) - start
        found = (start, length if 0 < length <= epoch.WINDOW else 0)
    start, duration = found
    if timeline.anchor is not None and same_run and epoch.continues(timeline.expected, start):
        anchor, seq, gap = timeline.anchor, timeline.seq, None
    else:
        before = timeline.before
        anchor = epoch.begin(
            start,
            finished.arrivals,
            lag_s=finished.lag_s,
            otherwise=finished.listed_at - timedelta(seconds=duration / PTS_HZ),
            after=before.end if before else None,
            previous=before.epoch if before else None,
        )
        seq = 0
        gap = MediaGap(
            channel=channel,
            epoch=anchor.epoch,
            previous_epoch=before.epoch if before else None,
            start=before.end if before else None,
            end=anchor.utc,
            reason=_reason(timeline, jumped=same_run or finished.after_jump),
        )
    after = start + duration
    return (
        Timeline(
            before=Before(anchor.epoch, anchor.at(after)),
            anchor=anchor,
            expected=after,
            seq=seq + 1,
            run=finished.run,
        ),
        Place(anchor=anchor, seq=seq, start=start, duration=duration, gap=gap),
    )


def _reason(timeline: Timeline, *, jumped: bool) -> GapReason:
    if timeline.anchor is not None:
        return "pts_jump" if jumped else "reconnected"
    return "restarted" if timeline.before is not None else "started"


def letters(
    segment: SegmentRef, index: Index, gap: MediaGap | None, *, recorded_at: datetime, fps: float
) -> tuple[Letter, ...]:
    """Return the events of a segment, in the order in which they are written."""
    told: list[Letter] = [] if gap is None else [(SEGMENTS, gap)]
    channel, base = segment.channel, segment.start_pts
    told.append(
        (
            SEGMENTS,
            SegmentRecorded(
                channel=channel,
                segment=segment,
                recorded_at=recorded_at,
                video=index.video,
                audio=index.audio,
            ),
        )
    )
    if index.video is not None and index.frames.pts:
        told.append(
            (
                FRAMES,
                FramesIndexed(
                    channel=channel,
                    segment=segment,
                    codec=index.video.codec,
                    width=index.video.width,
                    height=index.video.height,
                    analysis_fps=fps,
                    pts=tuple(stamp - base for stamp in index.frames.pts),
                    size=index.frames.size,
                    key=index.frames.key,
                    corrupt=index.frames.corrupt,
                ),
            )
        )
    if index.audio and index.chunks.pts:
        told.append(
            (
                AUDIO_CHUNKS,
                AudioIndexed(
                    channel=channel,
                    segment=segment,
                    codec=index.audio[0].codec,
                    sample_rate=index.audio[0].sample_rate,
                    channels=index.audio[0].channels,
                    pts=tuple(stamp - base for stamp in index.chunks.pts),
                    size=index.chunks.size,
                    corrupt=index.chunks.corrupt,
                ),
            )
        )
    return tuple(told)


def contiguous(index: Index) -> Index:
    """Return an index without what follows a hole of the media clock inside the segment."""
    frames = before_hole(index.frames)
    if frames is index.frames:
        return index if index.frames.pts else msgspec.structs.replace(index, chunks=before_hole(index.chunks))
    # Sound of the other clock lies beyond the hole too; a second of lead is usual in broadcast streams.
    return msgspec.structs.replace(index, frames=frames, chunks=until(index.chunks, max(frames.pts) + PTS_HZ))


class Recorder:
    """Records a channel's finished segments one by one; what cannot be stored now waits, in order."""

    def __init__(
        self,
        channel: str,
        *,
        fps: float,
        store: MediaStore,
        put: Callable[[tuple[Letter, ...]], None],
        before: Before | None,
    ) -> None:
        """``put`` takes the events of a segment; ``before`` is the media known from the log."""
        self.fps = fps
        self.timeline = Timeline(before=before)
        self._channel = channel
        self._store = store
        self._put = put
        self._waiting: deque[Finished] = deque()

    @property
    def waiting(self) -> int:
        """Return how many finished segments are not recorded yet."""
        return len(self._waiting)

    def take(self, finished: Finished) -> None:
        """Accept a finished segment; it is recorded by the next `work`."""
        self._waiting.append(finished)

    def work(self) -> SegmentRef | None:
        """Record the oldest waiting segment and return it; None when none waits, or its file holds nothing.

        Raises OSError when it cannot be stored (disk full, store away); it then waits on.
        """
        if not self._waiting:
            return None
        finished = self._waiting[0]
        try:
            stat = finished.file.stat()
        except FileNotFoundError:
            stat = None
        if stat is None or stat.st_size == 0:
            self._waiting.popleft()
            finished.file.unlink(missing_ok=True)
            return None
        timeline = self.timeline
        near = timeline.expected if finished.run == timeline.run else None
        index = contiguous(demux(finished.file, near))
        timeline, placed = place(self._channel, timeline, finished, index)
        segment = SegmentRef(
            channel=self._channel,
            epoch=placed.anchor.epoch,
            seq=placed.seq,
            uri=segment_uri(self._channel, placed.anchor.epoch, placed.seq),
            size=stat.st_size,
            sha256=sha256_of(finished.file),
            start=placed.anchor.at(placed.start),
            start_pts=placed.start,
            duration_s=placed.duration / PTS_HZ,
        )
        self._store.put(segment.uri, finished.file)
        crash_point.reached("ingest.after-store")
        recorded_at = datetime.fromtimestamp(stat.st_mtime, UTC)
        self._put(letters(segment, index, placed.gap, recorded_at=recorded_at, fps=self.fps))
        self.timeline = timeline
        self._waiting.popleft()
        return segment
