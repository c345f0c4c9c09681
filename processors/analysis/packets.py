"""What a stretch of a file should hold: its picture packets are counted, not decoded."""

from dataclasses import dataclass
from pathlib import Path

import av.error

from infra.media_file import MediaRefused, only, open_media, picture_of

# The slowest television has 23.976 pictures a second; what is below 2 is a show of slides.
_TELEVISION_HZ = 2.0


@dataclass(frozen=True)
class Packets:
    """The picture packets between two times of the media clock, seconds."""

    count: int
    first_s: float
    last_s: float

    def fill(self, seconds: float) -> bool:
        """Tell whether they are as many as television of so many seconds has."""
        return self.count >= _TELEVISION_HZ * seconds


def count_packets(media: Path, after_s: float, before_s: float) -> Packets | None:
    """Count the picture packets with a PTS strictly between two times of the media clock, seconds.

    Returns None when there is none. Never raises: a container that breaks off has no more packets.
    """
    times: list[float] = []
    try:
        with open_media(media) as container:
            stream = picture_of(container)
            if stream is None or stream.time_base is None:
                return None
            only(container, stream)
            for packet in container.demux(stream):
                if packet.pts is not None and after_s < float(packet.pts * stream.time_base) < before_s:
                    times.append(float(packet.pts * stream.time_base))
    except (MediaRefused, av.error.FFmpegError, OSError):
        # What was read until then counts.
        pass
    return Packets(len(times), min(times), max(times)) if times else None
