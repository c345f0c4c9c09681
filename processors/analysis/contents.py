"""What a media file holds, as its headers tell: asked before anything is decoded."""

from dataclasses import dataclass
from pathlib import Path

import av.container
import av.stream

from infra.media_file import MediaRefused, open_media, picture_of, sound_of

_MICROSECONDS = 1e6  # AV_TIME_BASE, in which containers tell their duration
_TS_DISCONT = 0x0200  # AVFMT_TS_DISCONT of libavformat/avformat.h, which PyAV does not name


@dataclass(frozen=True)
class Contents:
    """The streams of a file that can be judged."""

    has_picture: bool
    sound_tracks: int
    start_s: float
    """Media clock (PTS) of the first picture, without a picture of the first sound; seconds."""
    duration_s: float | None
    """As the container says; None where it does not know."""
    clock_jumps: bool
    """The format may hold several recordings end to end, each with a media clock of its own."""

    @property
    def end_s(self) -> float | None:
        """Return where the media clock stands at the end, as the container says."""
        return None if self.duration_s is None else self.start_s + self.duration_s


def contents_of(media: Path) -> Contents:
    """Look into a media file. Raises MediaRefused when it cannot be read, or holds neither."""
    with open_media(media) as container:
        first = picture_of(container) or sound_of(container, None)
        if first is None:
            raise MediaRefused(f"{media}: neither picture nor sound in it")
        return Contents(
            has_picture=picture_of(container) is not None,
            sound_tracks=len(container.streams.audio),
            start_s=_start(container, first),
            duration_s=container.duration / _MICROSECONDS if container.duration else None,
            clock_jumps=bool(container.format.flags & _TS_DISCONT),
        )


def _start(container: av.container.InputContainer, stream: av.stream.Stream) -> float:
    if stream.start_time is not None and stream.time_base is not None:
        return float(stream.start_time * stream.time_base)
    return (container.start_time or 0) / _MICROSECONDS
