"""Programmes as the picture model learns from them: the maps of their samples, and what is true of each."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from training.measured import measured_maps
from training.truth_file import Truth, read_truth, rendered

CLASSES = ("freeze", "fade", "borrado", "bloco", "barras")
"""In the order of the model's outputs."""
# A sample within a frame and a half of an edge may be of either side.
_EDGE_S = 0.06
# Decisions tell only the cause: a black picture, or bars, teaches nothing about what they hide.
_CAUSES = ("fade", "barras")
_HIDDEN = ("freeze", "borrado", "bloco")


@dataclass(frozen=True)
class Example:
    """One programme; columns have equal length n."""

    media: Path
    truth: Truth
    maps: NDArray[np.uint8]
    """(n, *SHAPE)."""
    times_s: NDArray[np.float64]
    """Of the file's own timeline: its first frame is 0."""
    labels: NDArray[np.float32]
    """(n, classes), 0 or 1."""
    weights: NDArray[np.float32]
    """(n, classes), 0 where there is no truth."""


def load_examples(folder: Path, cache: Path) -> list[Example]:
    """Return the programmes of a folder that have a picture, by name; ``cache`` keeps what was measured."""
    programmes = [(media, read_truth(media)) for media in rendered(folder)]
    return [_example(media, truth, cache) for media, truth in programmes if truth.has_picture]


def label(truth: Truth, times_s: NDArray[np.float64]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return labels and weights of samples at ``times_s``, (n,): both (n, classes)."""
    labels = np.zeros((len(times_s), len(CLASSES)), np.float32)
    weights = np.ones_like(labels)
    for fault in truth.faults:
        if fault.type not in CLASSES:
            continue
        column = CLASSES.index(fault.type)
        labels[_within(times_s, fault.start_s, fault.end_s), column] = 1.0
        for edge in (fault.start_s, fault.end_s):
            weights[_within(times_s, edge - _EDGE_S, edge + _EDGE_S), column] = 0.0
        if fault.type in _CAUSES:
            hidden = np.array([CLASSES.index(name) for name in _HIDDEN])
            inside = _within(times_s, fault.start_s - _EDGE_S, fault.end_s + _EDGE_S)
            weights[np.ix_(inside, hidden)] = 0.0
    for unclear in truth.unclear:
        columns = np.array([CLASSES.index(name) for name in unclear.types if name in CLASSES], np.intp)
        inside = _within(times_s, unclear.start_s, unclear.end_s)
        weights[np.ix_(inside, columns)] = 0.0
    return labels, weights


def _example(media: Path, truth: Truth, cache: Path) -> Example:
    maps, times_s = measured_maps(media, cache)
    labels, weights = label(truth, times_s)
    return Example(media, truth, maps, times_s, labels, weights)


def _within(times_s: NDArray[np.float64], start_s: float, end_s: float) -> NDArray[np.bool_]:
    inside: NDArray[np.bool_] = (times_s >= start_s) & (times_s < end_s)
    return inside
