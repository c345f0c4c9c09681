"""``python -m infra.probe FILE``: what a stranger's media file holds, told as JSON.

A process of its own, with bounds on memory and time: bytes made to crash a demuxer, or to fill the machine,
end this one and nothing else.
"""

import os
import resource
import subprocess
import sys
from pathlib import Path

import av.container
import av.error
import msgspec
from av.audio.stream import AudioStream
from av.stream import Stream
from av.video.stream import VideoStream

from infra.media_file import MediaRefused, open_media, picture_of, sound_of
from schemas.events.analyses import Contents

# Reading the packets of 2 GB takes some 5 s on two busy cores.
LONGEST_S = 120
CPU_S = 60
# Decoding one picture of 8K takes a tenth of it, the libraries as much again.
MEMORY = 2 << 30
# 8K UHD, the largest television there is (ITU-R BT.2020).
MOST_PIXELS = 7680 * 4320
# Whoever cannot be decoded in so many packets (some seconds of broken start included) is no media.
DECODED_PACKETS = 250
# A step of the media clock larger than this is a jump: recordings set end to end. As ffmpeg has it.
JUMP_S = 10.0
REFUSED = 3
# Live channels come first.
NICENESS = 10
_NO_TIMESTAMPS = 0x0080  # AVFMT_NOTIMESTAMPS of libavformat/avformat.h, which PyAV does not name


def look_into(file: Path) -> Contents:
    """Return what a media file holds. Blocks for as long as its packets take to be read.

    Raises MediaRefused, with one line that holds no path, when it is no media that Horus reads.
    """
    try:
        done = subprocess.run(
            [sys.executable, "-m", "infra.probe", str(file)],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=LONGEST_S,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise MediaRefused(f"its packets could not be read within {LONGEST_S} s") from error
    if done.returncode == 0:
        return msgspec.json.decode(done.stdout, type=Contents)
    if done.returncode == REFUSED:
        raise MediaRefused(done.stderr.decode(errors="replace").strip())
    raise MediaRefused("reading it takes more memory or time than any media does")


class _Track:
    """The packets of one stream, added up."""

    def __init__(self, stream: VideoStream | AudioStream) -> None:
        self.stream = stream
        self.packets = 0
        self.decoded = False
        self.timed = False
        self.length_s = 0.0
        self.gop_s = 0.0
        self._last_s: float | None = None
        self._key_at_s = 0.0

    def take(self, packet: "av.Packet[Stream]") -> None:
        if not packet.size:
            return
        self.packets += 1
        base = float(packet.time_base)
        lasts_s = float(packet.duration or 0) * base
        if packet.dts is not None:
            self.timed = True
            now_s = packet.dts * base
            step_s = now_s - self._last_s if self._last_s is not None else 0.0
            self.length_s += step_s if 0.0 < step_s < JUMP_S else 0.0
            self._last_s = now_s
            if packet.is_keyframe:
                self._key_at_s = self.length_s
            self.gop_s = max(self.gop_s, self.length_s + lasts_s - self._key_at_s)
        if not self.decoded and self.packets <= DECODED_PACKETS:
            try:
                self.decoded = bool(packet.decode())
            except av.error.FFmpegError:
                return

    def end(self) -> None:
        """Ask the decoder for what it holds back: a file may be one picture long."""
        if self.packets and not self.decoded:
            try:
                self.decoded = bool(self.stream.codec_context.decode(None))
            except (av.error.FFmpegError, EOFError):
                return


def contents_of(file: Path) -> Contents:
    """Read the packets of a file. Raises MediaRefused."""
    with open_media(file) as container:
        picture, sound = picture_of(container), sound_of(container, None)
        if picture is not None and picture.width * picture.height > MOST_PIXELS:
            raise MediaRefused(f"a picture of {picture.width} x {picture.height} is larger than 8K")
        tracks = {each.index: _Track(each) for each in (picture, sound) if each is not None}
        if not tracks:
            raise MediaRefused("neither picture nor sound in it")
        for each in tracks.values():
            each.stream.codec_context.thread_count = 1
        try:
            for packet in container.demux(*(each.stream for each in tracks.values())):
                tracks[packet.stream_index].take(packet)
        except (av.error.FFmpegError, OSError):
            # A file cut off in the middle is judged as far as it goes.
            pass
        for each in tracks.values():
            each.end()
        if not any(each.decoded for each in tracks.values()):
            raise MediaRefused("nothing in it decodes to a picture or a sound")
        seen = tracks.get(picture.index) if picture is not None else None
        heard = tracks.get(sound.index) if sound is not None else None
        if seen is not None and not seen.packets:
            seen = None
        if heard is not None and not heard.packets:
            heard = None
        bare = bool(container.format.flags & _NO_TIMESTAMPS)
        return Contents(
            format=container.format.name.split(",")[0],
            duration_s=round(max(_length(each) for each in (seen, heard) if each is not None), 3),
            timed=not bare and all(each.timed for each in tracks.values() if each.packets),
            video=picture.codec_context.codec.canonical_name
            if picture is not None and seen is not None
            else None,
            video_stream=picture.index if picture is not None and seen is not None else 0,
            width=picture.width if picture is not None and seen is not None else 0,
            height=picture.height if picture is not None and seen is not None else 0,
            pixels=(picture.pix_fmt or "") if picture is not None and seen is not None else "",
            longest_gop_s=round(seen.gop_s, 3) if seen is not None else 0.0,
            audio=sound.codec_context.codec.canonical_name
            if sound is not None and heard is not None
            else None,
            audio_stream=sound.index if sound is not None and heard is not None else 0,
        )


def _length(track: _Track) -> float:
    """Return how long a track lasts, in seconds; without times by the number and rate of its packets."""
    rate = float(getattr(track.stream, "guessed_rate", 0) or 0)
    if not track.timed:
        return track.packets / rate if rate else 0.0
    # The last packet lasts as long as the others do.
    return track.length_s * track.packets / (track.packets - 1) if track.packets > 1 else 1 / (rate or 25)


def main() -> int:
    """Tell of the file; 3 with the reason on stderr when it is refused."""
    os.nice(NICENESS)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    file = Path(sys.argv[1])
    try:
        told = contents_of(file)
    except MediaRefused as error:
        print(str(error).removeprefix(f"{file}: "), file=sys.stderr)
        return REFUSED
    sys.stdout.buffer.write(msgspec.json.encode(told))
    return 0


if __name__ == "__main__":
    sys.exit(main())
