"""Windows of sound varied a little each time they are seen: a net must learn faults and not recordings."""

import numpy as np
from numpy.typing import NDArray

from processors.audio.features import (
    FINE_DB,
    FINE_LEVEL,
    FINE_RANGE_DB,
    FLOOR,
    FRAMES_LEVEL,
    LEVEL,
    MEAN,
    PEAK,
    SHAPE,
)
from processors.audio.levels import BANDS, FLOOR_DB

STEPS = 255.0
"""Features are kept in steps of 1/255, as int8 holds them: a quarter of the memory."""
# By how many steps each value is off at most, and each number of a window as a whole.
_OFF, _OFF_WHOLE = 4, 4
# A window is made louder or softer, and its bands tilted, bowed and waved, as other microphones and mixing
# desks would: standard deviations of each, dB.
_CURVES_DB = np.array([3.0, 4.0, 3.0, 2.0])
# Silence is a matter of level: below the first of these nothing is changed so, above the second all, dBFS.
_QUIET_DBFS, _LOUD_DBFS = -54.0, -43.5


def vary(stored: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Return windows (n, *SHAPE), in steps, as other desks and other noise of measuring would have them."""
    count = len(stored)
    lowest_dbfs = FINE_DB + FINE_RANGE_DB * stored[:, :, FINE_LEVEL].min(axis=1) / STEPS
    loud = np.clip((lowest_dbfs - _QUIET_DBFS) / (_LOUD_DBFS - _QUIET_DBFS), 0.0, 1.0)
    curves_db = rng.normal(0.0, _CURVES_DB, (count, len(_CURVES_DB))) * loud[:, np.newaxis]
    added = np.rint(curves_db @ _STEPS_OF_A_DB).astype(np.int16)[:, np.newaxis]
    whole = rng.integers(-_OFF_WHOLE, _OFF_WHOLE + 1, (count, 1, SHAPE[1]), np.int16)
    each = rng.integers(-_OFF, _OFF + 1, stored.shape, np.int8)
    # What is at the bottom of its scale is there because nothing is, however loud.
    moved = stored + np.where(stored > 0, added, np.int16(0)) + whole + each
    varied: NDArray[np.uint8] = np.clip(moved, 0, 255).astype(np.uint8)
    return varied


def _steps_of_a_db() -> NDArray[np.float64]:
    """Return how many steps a decibel of each curve adds to each number of a row, (curves, numbers)."""
    across = np.arange(BANDS) / (BANDS - 1)
    steps = np.zeros((len(_CURVES_DB), SHAPE[1]))
    for number in range(len(_CURVES_DB)):
        steps[number, MEAN] = steps[number, FLOOR] = np.cos(np.pi * number * across) * STEPS / -FLOOR_DB
    for place in (FRAMES_LEVEL, LEVEL, PEAK):
        steps[0, place] = STEPS / -FLOOR_DB
    steps[0, FINE_LEVEL] = STEPS / FINE_RANGE_DB
    return steps


_STEPS_OF_A_DB = _steps_of_a_db()
