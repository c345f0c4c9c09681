"""Measure the sound of a segment or file: class scores and plain measures every quarter of a second."""

from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from processors.audio import features
from processors.audio.decode import Decoding
from processors.audio.run import PLAIN
from processors.audio.walk import AudioContext, Walk
from processors.models.model import Model

__all__ = ["AudioContext", "AudioSamples", "measure_audio"]


@dataclass(frozen=True)
class AudioSamples:
    """The samples of one piece of media in the order of time; columns have equal length n."""

    times_s: NDArray[np.float64]
    """PTS seconds of the start of each quarter of a second judged, (n,); it ends BLOCK_S later."""
    scores: NDArray[np.float32]
    """Probabilities of the model's classes, the highest of the channels, (n, c)."""
    measures: dict[str, NDArray[np.float32]]
    """Plain measures by name, each (n,)."""
    chunks_decoded: int
    chunks_failed: int


def measure_audio(
    media: Path | BinaryIO, model: Model, context: AudioContext | None, *, last: bool = False
) -> tuple[AudioSamples, AudioContext]:
    """Measure the first sound stream of a segment (or whole file), given what came before it.

    Samples lie on the quarter-second grid of the PTS clock, so another cutting of the same stream gives the
    same ones; each is judged with 3 s before and 0.75 s after in view. What lacks that future is judged with
    the next segment, or, when ``last`` says that none follows, without it. Left and right (a centre channel
    mixed in) are scored apart and the higher score counts: one dead channel is found. Measures: ``rms_dbfs``,
    ``peak_dbfs`` and ``flatness`` (0..1) of the loudest channel, ``rms_dbfs_min`` of the quietest. Damaged,
    empty or missing media gives fewer or no samples; it never raises. Raises ValueError when the model wants
    other features.
    """
    if model.card.input.features != features.NAME:
        raise ValueError(f"{model.card.name} wants {model.card.input.features}, not {features.NAME}")
    tally = Decoding()
    walk = Walk(context, tally, last=last)
    times = [np.zeros(0, np.float64)]
    scores = [np.zeros((0, len(model.card.classes)), np.float32)]
    plain = [np.zeros((0, len(PLAIN) + 1), np.float32)]
    for heard in walk.heard(media):
        count, channels = heard.windows.shape[:2]
        each = model.scores(heard.windows.reshape(count * channels, *features.SHAPE))
        times.append(heard.times_s)
        scores.append(each.reshape(count, channels, each.shape[1]).max(axis=1))
        plain.append(_of_channels(heard.plain))
    columns = np.concatenate(plain)
    samples = AudioSamples(
        times_s=np.concatenate(times),
        scores=np.concatenate(scores),
        measures={name: columns[:, place] for place, name in enumerate((*PLAIN, "rms_dbfs_min"))},
        chunks_decoded=tally.decoded,
        chunks_failed=tally.failed,
    )
    return samples, walk.context


def _of_channels(plain: NDArray[np.float32]) -> NDArray[np.float32]:
    """Join the measures of channels, (n, channels, len(PLAIN)), and add the RMS of the quietest."""
    level = plain[:, :, PLAIN.index("rms_dbfs")]
    loudest = plain[np.arange(len(plain)), np.argmax(level, axis=1)]
    loudest[:, PLAIN.index("peak_dbfs")] = plain[:, :, PLAIN.index("peak_dbfs")].max(axis=1)
    joined: NDArray[np.float32] = np.concatenate([loudest, level.min(axis=1, keepdims=True)], axis=1)
    return joined
