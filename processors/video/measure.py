"""Measure the picture of a segment or file: class scores and plain measures on a grid of the media clock."""

from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from infra.media_file import MediaRefused, open_media
from processors.models.model import Model
from processors.video import features
from processors.video.decode import Decoding, decode_frames
from processors.video.decoded import Decoded
from processors.video.features import Sample
from processors.video.plain import plain_measures
from processors.video.walk import VideoContext, Walk

__all__ = ["VideoContext", "VideoMeter", "VideoSamples", "measure_video"]

# Pictures scored at a time: an hour of windows would be 2 GB, 16 of them are 2 MB.
_BATCH = 16


@dataclass(frozen=True)
class VideoSamples:
    """The samples of one piece of media in the order of time; columns have equal length n."""

    times_s: NDArray[np.float64]
    """PTS seconds of the sampled frames, (n,)."""
    scores: NDArray[np.float32]
    """Probabilities of the model's classes, (n, c)."""
    measures: dict[str, NDArray[np.float32]]
    """Plain measures by name, each (n,); see processors.video.plain."""
    frames_decoded: int
    """Reference frames decoded; skipped non-reference frames count as neither decoded nor failed."""
    frames_failed: int
    """Frames refused by the decoder or concealed."""


class VideoMeter:
    """Measures pictures as they are decoded, for those who decode themselves and keep the ``tally``."""

    def __init__(self, model: Model, fps: float, context: VideoContext | None) -> None:
        """Raises ValueError when ``fps`` is not positive or the model wants other features."""
        if not fps > 0:
            raise ValueError(f"fps must be above 0, got {fps}")
        if model.card.input.features != features.NAME:
            raise ValueError(f"{model.card.name} wants {model.card.input.features}, not {features.NAME}")
        self.tally = Decoding()
        self._model = model
        self._walk = Walk(context, fps)
        self._damaged = 0
        self._batch: list[Sample] = []
        self._times: list[float] = []
        self._scores: list[NDArray[np.float32]] = []
        self._measures: dict[str, list[float]] = {}

    def see(self, frame: VideoFrame, time_s: float) -> None:
        """Take the next frame in the order of time, ``time_s`` on the media clock."""
        damage, self._damaged = self.tally.damaged - self._damaged, self.tally.damaged
        self._judge(self._walk.take(frame, time_s, damage))

    def finish(self, *, last: bool) -> tuple[VideoSamples, VideoContext]:
        """Return the samples since the start, and what the next piece of media needs.

        ``last``: there is none; what waited for it is judged with what there was.
        """
        if last:
            self._judge(self._walk.end())
        self._score()
        empty = np.empty((0, len(self._model.card.classes)), np.float32)
        samples = VideoSamples(
            times_s=np.array(self._times, np.float64),
            scores=np.concatenate([empty, *self._scores]),
            measures={name: np.array(values, np.float32) for name, values in self._measures.items()},
            frames_decoded=self.tally.decoded,
            frames_failed=self.tally.failed,
        )
        return samples, self._walk.context

    def _judge(self, samples: list[Sample]) -> None:
        for sample in samples:
            self._times.append(sample.reading.time_s)
            for name, value in plain_measures(sample.reading).items():
                self._measures.setdefault(name, []).append(value)
            self._batch.append(sample)
            if len(self._batch) == _BATCH:
                self._score()

    def _score(self) -> None:
        if self._batch:
            self._scores.append(self._model.scores(np.stack([sample.planes for sample in self._batch])))
            self._batch = []


def measure_video(
    media: Path | BinaryIO,
    model: Model,
    fps: float,
    context: VideoContext | None,
    *,
    last: bool = False,
) -> tuple[VideoSamples, VideoContext]:
    """Measure the first picture stream of a segment (or whole file), given what came before it.

    Samples lie on the grid k/fps of the PTS clock (the first reference frame of each place), so another
    cutting of the same stream gives the same ones. A sample is judged when the second after it is known:
    those at the end of a segment come with the next one, or now where this piece is the ``last``. Pictures
    are compared MEASURE_HZ times a second whatever ``fps`` is: a smaller one scores fewer of them, a greater
    one not more. Returns the samples and the context for the next segment (the given one when there was no
    picture). Damaged, empty or missing media gives fewer or no samples and counts of failures; it never
    raises. Raises ValueError when ``fps`` is not positive or the model wants other features.
    """
    meter = VideoMeter(model, fps, context)
    if isinstance(media, Decoded):
        for frame, time_s, meter.tally in media.pictures:
            meter.see(frame, time_s)
        meter.tally = media.tally
        return meter.finish(last=last)
    try:
        container = open_media(media)
    except MediaRefused:
        meter.tally.failed += 1
    else:
        with container:
            for frame in decode_frames(container, meter.tally):
                meter.see(frame, float(frame.time or 0.0))
    return meter.finish(last=last)
