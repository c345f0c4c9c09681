"""The picture of a file as events: scores a few seconds at a time, and stretches where nothing decodes."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from infra.media_file import MediaRefused, open_media
from processors.analysis.batch import Batch, measured, parts, undecodable
from processors.analysis.packets import count_packets
from processors.analysis.timeline import Timeline, is_jump
from processors.models.model import Model
from processors.video.decode import Decoding, decode_frames
from processors.video.lattice import MEASURE_HZ
from processors.video.measure import VideoMeter
from schemas.events import VideoMeasured
from schemas.faults import SEM_SINAL

PERIOD_S = 1.0 / MEASURE_HZ
# Findings come while a long file is still being read; a batch costs next to nothing.
_BATCH_S = 1.0


class Picture:
    """The picture of one file, judged as it is decoded."""

    def __init__(self, media: Path, model: Model, *, clock_jumps: bool, end_s: float | None) -> None:
        """Judge the picture of ``media`` by ``model``; nothing is opened yet.

        ``clock_jumps``: where the media clock jumps, the file's timeline goes on. ``end_s``: where the
        container says that it ends, on the media clock; None where it does not know.
        """
        self._media = media
        self._model = model
        self._clock_jumps = clock_jumps
        self._end_s = np.inf if end_s is None else end_s
        self._timeline = Timeline()
        self._number = 0
        self._damaged = 0
        self.tally = Decoding()

    def events(self) -> Iterator[VideoMeasured]:
        """Yield what is seen, in the order of time. Never raises on damaged media."""
        seen_s = -np.inf
        for batch in self._batches():
            for part in parts(batch, SEM_SINAL.onset_s, seen_s):
                first_s = float(part.times_s[0])
                lost = self._lost(seen_s, first_s)
                if lost is not None:
                    yield lost
                elif self._clock_jumps and is_jump(seen_s, first_s):
                    self._timeline = self._timeline.across(seen_s + PERIOD_S, first_s)
                yield measured(
                    VideoMeasured,
                    part,
                    self._model,
                    number=self._next(),
                    period_s=PERIOD_S,
                    shift_s=self._timeline.shift_s,
                )
                seen_s = float(part.times_s[-1])
        lost = self._lost(seen_s, self._end_s)
        if lost is not None:
            yield lost

    def _batches(self) -> Iterator[Batch]:
        """Decode the file once and yield what was judged of it, a few seconds at a time."""
        try:
            container = open_media(self._media)
        except MediaRefused:
            return
        with container:
            meter, since = VideoMeter(self._model, MEASURE_HZ, None), -np.inf
            for frame in decode_frames(container, self.tally):
                time_s = float(frame.time or 0.0)
                if abs(time_s - since) >= _BATCH_S:
                    samples, context = meter.finish(last=False)
                    meter, since = VideoMeter(self._model, MEASURE_HZ, context), time_s
                    yield Batch(samples.times_s, samples.scores)
                meter.tally.damaged += self.tally.damaged - self._damaged
                self._damaged = self.tally.damaged
                meter.see(frame, time_s)
            samples, _ = meter.finish(last=True)
            yield Batch(samples.times_s, samples.scores)

    def _lost(self, seen_s: float, again_s: float) -> VideoMeasured | None:
        """Return the stretch between two samples, if it was to be decoded and was not."""
        # Only a hole between samples, or none up to the end, has the packets counted.
        if again_s - seen_s < SEM_SINAL.onset_s:
            return None
        packets = count_packets(self._media, seen_s, again_s if again_s < self._end_s else np.inf)
        if packets is None:
            return None
        # Television was sent; with fewer packets it is a show of slides, each seen for seconds.
        start_s, end_s = max(seen_s + PERIOD_S, packets.first_s), min(again_s, packets.last_s)
        if end_s - start_s < SEM_SINAL.onset_s or not packets.fill(end_s - start_s):
            return None
        shift_s = self._timeline.shift_s
        return undecodable(
            self._model,
            packets.count,
            number=self._next(),
            start_s=start_s + shift_s,
            end_s=end_s + shift_s,
        )

    def _next(self) -> int:
        self._number += 1
        return self._number
