"""Measure the sound of a segment or file: class scores and plain measures every half second."""

from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from processors.audio import features
from processors.audio.decode import Decoding
from processors.audio.features import Spectrum
from processors.audio.walk import AudioContext, Walk
from processors.models.model import Model

__all__ = ["AudioContext", "AudioSamples", "measure_audio"]


@dataclass(frozen=True)
class AudioSamples:
    """The samples of one piece of media in the order of time; columns have equal length n."""

    times_s: NDArray[np.float64]
    """PTS seconds of the start of each half second judged, (n,); it ends BLOCK_S later."""
    scores: NDArray[np.float32]
    """Probabilities of the model's classes, the highest of the channels, (n, c)."""
    measures: dict[str, NDArray[np.float32]]
    """Plain measures by name, each (n,)."""
    chunks_decoded: int
    chunks_failed: int


def measure_audio(
    media: Path | BinaryIO, model: Model, context: AudioContext | None
) -> tuple[AudioSamples, AudioContext]:
    """Measure the first sound stream of a segment (or whole file), given what came before it.

    Samples lie on the half-second grid of the PTS clock, so another cutting of the same stream gives the
    same ones; each judges its half second with the one before in view (1 s). A half second that runs into
    the next segment is judged there. Left and right are scored apart and the higher score counts: one
    dead channel is found. Measures: ``rms_dbfs``, ``peak_dbfs`` and ``flatness`` (0..1) of the loudest
    channel, ``rms_dbfs_min`` of the quietest. Damaged, empty or missing media gives fewer or no samples;
    it never raises. Raises ValueError when the model wants other features.
    """
    if model.card.input.features != features.NAME:
        raise ValueError(f"{model.card.name} wants {model.card.input.features}, not {features.NAME}")
    tally = Decoding()
    walk = Walk(context, tally)
    times: list[float] = []
    scores: list[NDArray[np.float32]] = []
    measures: dict[str, list[float]] = {}
    for judged in walk.judged(media):
        times.append(judged.time_s)
        scores.append(model.scores(judged.windows).max(axis=0))
        for name, value in _plain_measures(judged.spectra).items():
            measures.setdefault(name, []).append(value)
    samples = AudioSamples(
        times_s=np.array(times, np.float64),
        scores=np.array(scores, np.float32).reshape(len(times), len(model.card.classes)),
        measures={name: np.array(values, np.float32) for name, values in measures.items()},
        chunks_decoded=tally.decoded,
        chunks_failed=tally.failed,
    )
    return samples, walk.context


def _plain_measures(spectra: tuple[Spectrum, ...]) -> dict[str, float]:
    loudest = max(spectra, key=lambda channel: channel.rms_dbfs)
    return {
        "rms_dbfs": loudest.rms_dbfs,
        "rms_dbfs_min": min(channel.rms_dbfs for channel in spectra),
        "peak_dbfs": max(channel.peak_dbfs for channel in spectra),
        "flatness": loudest.flatness,
    }
