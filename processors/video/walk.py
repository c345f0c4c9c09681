"""One pass over a piece of media: which of its pictures are sampled, each read with its past."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from av.video.frame import VideoFrame

from processors.container import MediaRefused, open_media
from processors.video.decode import Decoding, decode_frames, is_intra, take_points
from processors.video.history import (
    NO_PAST,
    Reading,
    VideoContext,
    continue_from,
    grid_number,
    is_due,
    read,
    see_key,
)
from processors.video.lattice import MEASURE_HZ


class Walk:
    """The pictures of one piece of media after the ``context`` of the one before.

    ``rate_hz`` is the grid of samples, at most MEASURE_HZ; ``tally`` counts frames as they are decoded.
    """

    def __init__(self, context: VideoContext | None, rate_hz: float, tally: Decoding) -> None:
        """Start from a past, which is not changed."""
        self.context = context or NO_PAST
        self._rate_hz = min(rate_hz, MEASURE_HZ)
        self._tally = tally

    def readings(self, media: Path | BinaryIO) -> Iterator[Reading]:
        """Yield a reading for each sample; ``context`` is then what the next piece needs. Never raises."""
        try:
            container = open_media(media)
        except MediaRefused:
            self._tally.failed += 1
            return
        with container:
            for frame in decode_frames(container, self._tally):
                reading = self._take(frame, float(frame.time or 0.0))
                if reading is not None:
                    yield reading

    def _take(self, frame: VideoFrame, time_s: float) -> Reading | None:
        past, intra = continue_from(self.context, time_s), is_intra(frame)
        if not is_due(past, time_s):
            if intra:
                self.context = see_key(self.context, take_points(frame))
            return None
        reading, following = read(past, take_points(frame), intra)
        number = grid_number(time_s, self._rate_hz)
        is_sample = past is None or past.scored is None or number > past.scored
        self.context = replace(following, scored=number) if is_sample else following
        return reading if is_sample else None
