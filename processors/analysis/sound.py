"""The sound of a file as events: scores a few seconds at a time."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from processors.analysis.batch import Batch, measured, parts
from processors.analysis.packets import count_packets
from processors.analysis.timeline import Timeline, is_jump
from processors.audio.blocks import BLOCK_S
from processors.audio.decode import Decoding
from processors.audio.walk import Walk
from processors.models.model import Model
from schemas.events import AudioMeasured
from schemas.faults import SEM_SINAL


class Sound:
    """One sound track of a file, judged as it is decoded."""

    def __init__(self, media: Path, model: Model, track: int | None, *, clock_jumps: bool) -> None:
        """Judge the ``track``-th sound of ``media`` (from 1; None: the default one) by ``model``.

        ``clock_jumps``: where the media clock jumps, the file's timeline goes on.
        """
        self._media = media
        self._model = model
        self._track = track
        self._clock_jumps = clock_jumps
        self.tally = Decoding()

    def events(self) -> Iterator[AudioMeasured]:
        """Yield what is heard, in the order of time. Never raises on damaged media."""
        heard_s, number, timeline = -np.inf, 0, Timeline()
        for batch in self._batches():
            for part in parts(batch, SEM_SINAL.onset_s, heard_s):
                number += 1
                first_s = float(part.times_s[0])
                if self._jumped(heard_s, first_s):
                    timeline = timeline.across(heard_s + BLOCK_S, first_s)
                yield measured(
                    AudioMeasured,
                    part,
                    self._model,
                    number=number,
                    period_s=BLOCK_S,
                    shift_s=timeline.shift_s,
                )
                heard_s = float(part.times_s[-1])

    def _jumped(self, heard_s: float, again_s: float) -> bool:
        """Tell whether the media clock jumps; with pictures all the while only the sound is missing."""
        if not self._clock_jumps or not is_jump(heard_s, again_s):
            return False
        if again_s < heard_s:
            return True
        pictures = count_packets(self._media, heard_s, again_s)
        return pictures is None or not pictures.fill(again_s - heard_s)

    def _batches(self) -> Iterator[Batch]:
        """Decode the track once and yield what was judged of it, a few seconds at a time."""
        for heard in Walk(None, self.tally, last=True, track=self._track).heard(self._media):
            count, channels, *window = heard.windows.shape
            each = self._model.scores(heard.windows.reshape(count * channels, *window))
            # One dead channel of two is a fault: the higher score counts.
            yield Batch(heard.times_s, each.reshape(count, channels, each.shape[1]).max(axis=1))
