"""What is true of a moment of a programme: the rule that turns composed frames into labels."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.programme import Programme

VIDEO_CLASSES = ("freeze", "fade")
# Below this share of changed points a frame repeats the one before: source clips were themselves encoded
# and flicker in a point here and there.
_STILL = 0.002
# A freeze is one from 1 s (DESIGN section 7); a hold up to 0.7 s is television; between, opinions differ.
_FREEZE_S, _HOLD_S = 1.0, 0.7
# What has stood for less than this cannot be told from a held frame: one interval of measuring and a half.
_SEEN_S = 0.3
# Where hardly anything moved for a second, a viewer would hesitate too: such frames teach little.
_FAINT, _FAINT_WEIGHT = 0.02, 0.25
# Black beneath graphics is black in all its points; one title on it makes it a picture. Between: no truth.
_BLACK, _NOT_BLACK = 0.995, 0.985
# A black picture stands still by itself; decisions suppress its freeze, so it teaches nothing about one.
_HIDES_FREEZE = 0.9


@dataclass(frozen=True)
class Truth:
    """Labels 0 or 1 and weights 0..1 for each frame and class of VIDEO_CLASSES; (n, 2) float32."""

    labels: NDArray[np.float32]
    weights: NDArray[np.float32]


def truth_of(programme: Programme, fps: int) -> Truth:
    """Label each frame of a programme."""
    moved, black = programme.moved, programme.black
    since, total = _runs(moved <= _STILL, fps)
    labels = np.zeros((len(moved), 2), np.float32)
    weights = np.ones((len(moved), 2), np.float32)
    labels[:, 0] = total >= _FREEZE_S
    unclear = ((total >= _FREEZE_S) & (since < _SEEN_S)) | ((total > _HOLD_S) & (total < _FREEZE_S))
    weights[unclear | (black > _HIDES_FREEZE), 0] = 0.0
    faint = (labels[:, 0] == 0) & (_recent_mean(moved, fps) < _FAINT)
    weights[faint, 0] *= _FAINT_WEIGHT
    labels[:, 1] = black >= _BLACK
    weights[(black < _BLACK) & (black > _NOT_BLACK), 1] = 0.0
    return Truth(labels=labels, weights=weights)


def _runs(still: NDArray[np.bool_], fps: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return, for each frame, how long the run of stillness it lies in has lasted, and lasts in all (s)."""
    since, total = np.zeros(len(still)), np.zeros(len(still))
    edges = np.flatnonzero(np.diff(np.concatenate([[False], still, [False]]).astype(np.int8)))
    for start, end in edges.reshape(-1, 2):
        since[start:end] = np.arange(1, end - start + 1) / fps
        total[start:end] = (end - start) / fps
    return since, total


def _recent_mean(values: NDArray[np.float32], span: int) -> NDArray[np.float64]:
    """Return the mean of the last ``span`` values at each place."""
    sums = np.concatenate([[0.0], np.cumsum(values, dtype=np.float64)])
    ends = np.arange(1, len(values) + 1)
    starts = np.maximum(ends - span, 0)
    means: NDArray[np.float64] = (sums[ends] - sums[starts]) / (ends - starts)
    return means
