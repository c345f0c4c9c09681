"""A segment whose pictures are decoded before anybody measures them: decoding needs nothing of the past."""

from dataclasses import replace
from io import BytesIO

from av.video.frame import VideoFrame

from infra.media_file import MediaRefused, open_media
from processors.video.decode import Decoding, decode_frames, is_intra
from processors.video.history import grid_number
from processors.video.lattice import MEASURE_HZ


class Decoded(BytesIO):
    """The bytes of a segment, and with them those of its pictures that measuring may look at.

    Of the others only their damage counts: pictures are compared MEASURE_HZ times a second, the first in
    each place, and intra frames. Six of them are 20 MB at 1080p, all of a second would be 75 MB.
    """

    def __init__(self, media: bytes) -> None:
        """Decode. Damaged media leaves fewer pictures and counts of failures; it never raises."""
        super().__init__(media)
        self.tally = Decoding()
        """Of the whole segment."""
        self.pictures: list[tuple[VideoFrame, float, Decoding]] = []
        """In the order of time: a picture, its time in seconds, the tally up to it."""
        try:
            container = open_media(BytesIO(media))
        except MediaRefused:
            self.tally.failed += 1
            return
        place: int | None = None
        passed: tuple[VideoFrame, float, Decoding] | None = None
        with container:
            for frame in decode_frames(container, self.tally):
                time_s = float(frame.time or 0.0)
                before, place = place, grid_number(time_s, MEASURE_HZ)
                seen = (frame, time_s, replace(self.tally))
                if place == before and not is_intra(frame):
                    passed = seen
                    continue
                self.pictures.append(seen)
                passed = None
        if passed is not None:
            # What was damaged up to here counts for the first picture of the next segment.
            self.pictures.append(passed)
