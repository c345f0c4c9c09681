"""Measure the picture of a segment or file: class scores and plain measures on a grid of the media clock."""

from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from processors.models.model import Model
from processors.video import features
from processors.video.decode import Decoding
from processors.video.history import VideoContext
from processors.video.plain import plain_measures
from processors.video.walk import Walk

__all__ = ["VideoContext", "VideoSamples", "measure_video"]

# Pictures scored at a time: an hour of features would be 200 MB, 64 of them are under 1 MB.
_BATCH = 64


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


def measure_video(
    media: Path | BinaryIO, model: Model, fps: float, context: VideoContext | None
) -> tuple[VideoSamples, VideoContext]:
    """Measure the first picture stream of a segment (or whole file), given what came before it.

    Samples lie on the grid k/fps of the PTS clock (the first reference frame of each place), so another
    cutting of the same stream gives the same ones. Pictures are compared MEASURE_HZ times a second
    whatever ``fps`` is: a smaller one scores fewer of them, a greater one not more. Returns the samples and
    the context for the next segment (the given one when there was no picture). Damaged, empty or missing
    media gives fewer or no samples and counts of failures; it never raises. Raises ValueError when
    ``fps`` is not positive or the model wants other features.
    """
    if not fps > 0:
        raise ValueError(f"fps must be above 0, got {fps}")
    if model.card.input.features != features.NAME:
        raise ValueError(f"{model.card.name} wants {model.card.input.features}, not {features.NAME}")
    tally = Decoding()
    walk = Walk(context, fps, tally)
    times: list[float] = []
    scores = [np.empty((0, len(model.card.classes)), np.float32)]
    measures: dict[str, list[float]] = {}
    batch: list[NDArray[np.float32]] = []
    for reading in walk.readings(media):
        times.append(reading.picture.time_s)
        for name, value in plain_measures(reading).items():
            measures.setdefault(name, []).append(value)
        batch.append(reading.planes)
        if len(batch) == _BATCH:
            scores.append(model.scores(np.stack(batch)))
            batch = []
    if batch:
        scores.append(model.scores(np.stack(batch)))
    samples = VideoSamples(
        times_s=np.array(times, np.float64),
        scores=np.concatenate(scores),
        measures={name: np.array(values, np.float32) for name, values in measures.items()},
        frames_decoded=tally.decoded,
        frames_failed=tally.failed,
    )
    return samples, walk.context
