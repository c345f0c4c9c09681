"""What each cell of the picture shows: brightness, detail, and how much it changed since another picture."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from processors.video.lattice import COLUMNS, POINTS, ROWS

# DESIGN section 7: black is luma within 8/255 of black.
BLACK_LEVEL = 8


@dataclass(frozen=True)
class Look:
    """One picture by cells; float32, (ROWS, COLUMNS)."""

    mean: NDArray[np.float32]
    """Luma, 0..255."""
    deviation: NDArray[np.float32]
    """Standard deviation of luma within the cell."""
    dark: NDArray[np.float32]
    """Share of points within BLACK_LEVEL of black, 0..1."""


@dataclass(frozen=True)
class Change:
    """The difference of two pictures by cells; float32, (ROWS, COLUMNS)."""

    mean: NDArray[np.float32]
    """Mean absolute difference of luma, 0..255."""
    share: NDArray[np.float32]
    """Share of points that differ at all, 0..1: an encoder repeats a frozen picture exactly."""
    level: NDArray[np.float32]
    """Absolute difference of the means, 0..255: noise and re-encoding cancel out in it, motion does not."""


def look(points: NDArray[np.uint8]) -> Look:
    """Return the look of a lattice of luma (HEIGHT, WIDTH)."""
    values = points.astype(np.float32)
    mean = _by_cell(values)
    variance = _by_cell(values * values) - mean * mean
    return Look(
        mean=mean,
        deviation=np.sqrt(np.maximum(variance, 0.0)),
        dark=_by_cell((points <= BLACK_LEVEL).astype(np.float32)),
    )


def change(now: NDArray[np.uint8], before: NDArray[np.uint8]) -> Change:
    """Return what changed between two lattices of luma (HEIGHT, WIDTH)."""
    difference = now.astype(np.float32) - before.astype(np.float32)
    return Change(
        mean=_by_cell(np.abs(difference)),
        share=_by_cell((difference != 0).astype(np.float32)),
        level=np.abs(_by_cell(difference)),
    )


def _by_cell(values: NDArray[np.float32]) -> NDArray[np.float32]:
    cells: NDArray[np.float32] = values.reshape(ROWS, POINTS, COLUMNS, POINTS).mean(axis=(1, 3))
    return cells
