"""What the picture model is given: the cells of a picture and of its last second, as planes of 0..1."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from processors.video.cells import Change, Look
from processors.video.lattice import COLUMNS, HISTORY, ROWS

NAME = "video-cells-1"
"""Names the exact meaning of the planes; a model says in its card which one it was trained on."""
PLANES = 10 + 3 * HISTORY
SHAPE = (ROWS, COLUMNS, PLANES)
# Square roots and logarithms spread the low end, where the decisions fall: black against night, still
# against sensor noise; these are the values at which a plane reaches 1.
_DEVIATION_FULL = 64.0
_CHANGE_FULL = 64.0
# Broadcast groups of pictures last up to 2 s; past that the age of the last key frame says nothing more.
_KEY_AGE_FULL_S = 2.0


@dataclass(frozen=True)
class Past:
    """What came before a picture; the unknown is None."""

    changes: Sequence[Change]
    """Of the last intervals, newest first, at most HISTORY."""
    keys: Sequence[bool]
    """Whether an intra frame fell into each: its re-encoding pulses a still picture."""
    second: Change | None
    """Against the picture HISTORY intervals ago."""
    key_change: Change | None
    """Between the last two intra frames: encoded anew from the same picture they are all but equal."""
    key_age_s: float
    """Seconds since the last intra frame."""


def planes(seen: Look, past: Past) -> NDArray[np.float32]:
    """Stack the model's input for one picture: float32, SHAPE, 0..1.

    The unknown counts as motion, so that a stream never starts with a freeze.
    """
    stack = np.ones(SHAPE, np.float32)
    stack[..., 0] = seen.mean / 255.0
    stack[..., 1] = np.sqrt(np.minimum(seen.deviation / _DEVIATION_FULL, 1.0))
    stack[..., 2] = seen.dark
    if past.second is not None:
        stack[..., 3] = _spread(past.second.mean)
        stack[..., 4] = _spread(past.second.level)
    if past.key_change is not None:
        stack[..., 5] = _spread(past.key_change.mean)
        stack[..., 6] = past.key_change.share
        stack[..., 7] = _spread(past.key_change.level)
    stack[..., 8] = min(past.key_age_s / _KEY_AGE_FULL_S, 1.0)
    if past.changes:
        stack[..., 9] = _spread(past.changes[0].level)
    for index, changed in enumerate(past.changes):
        stack[..., 10 + index] = _spread(changed.mean)
        stack[..., 10 + HISTORY + index] = changed.share
        stack[..., 10 + 2 * HISTORY + index] = float(past.keys[index])
    return stack


def _spread(change: NDArray[np.float32]) -> NDArray[np.float32]:
    """Map a difference of 0..64 levels to 0..1, a hundredth of a level being told from none."""
    scaled = np.log1p(change * 100.0) / np.log1p(_CHANGE_FULL * 100.0)
    clipped: NDArray[np.float32] = np.minimum(scaled, 1.0).astype(np.float32)
    return clipped
