"""How sharp each cell of the small picture is: second differences at four scales, mean and steepest."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from processors.video.kernels import Bytes, bend, cell_means, halve
from processors.video.lattice import COLUMNS, ROWS, SMALL_CELL

SCALES = 4
# The steepest is sought at the finest scales only: further down a cell has too few pixels.
STEEPEST_SCALES = 3


@dataclass(frozen=True)
class Detail:
    """The detail of one picture by cells; float32, levels 0..255."""

    curved: NDArray[np.float32]
    """Mean absolute Laplacian at the small picture's scale and at halves of it, (ROWS, COLUMNS, SCALES)."""
    steepest: NDArray[np.float32]
    """Greatest absolute Laplacian, (ROWS, COLUMNS, STEEPEST_SCALES): one sharp edge shows in it."""
    contrast: NDArray[np.float32]
    """Brightest less darkest level, (ROWS, COLUMNS): without contrast there is nothing to be sharp."""


def detail(small: Bytes) -> Detail:
    """Measure the small picture (SMALL_HEIGHT, SMALL_WIDTH)."""
    scales = [small]
    while len(scales) < SCALES:
        scales.append(halve(scales[-1]))
    bent = [bend(scale) for scale in scales]
    peaks = [
        _by_cell(np.maximum, values, SMALL_CELL >> index)
        for index, values in enumerate(bent[:STEEPEST_SCALES])
    ]
    # At a quarter of the scale: noise is no contrast.
    coarse, side = scales[2], SMALL_CELL // 4
    brightest, darkest = _by_cell(np.maximum, coarse, side), _by_cell(np.minimum, coarse, side)
    return Detail(
        curved=np.stack([cell_means(values) for values in bent], axis=-1),
        steepest=np.stack(peaks, axis=-1).astype(np.float32),
        contrast=brightest.astype(np.float32) - darkest.astype(np.float32),
    )


def _by_cell(take: np.ufunc, values: Bytes, side: int) -> Bytes:
    """Reduce each cell of ``side`` x ``side`` pixels; lines first, which runs over whole vectors."""
    lines = take.reduce(values.reshape(ROWS, side, -1), axis=1)
    cells: Bytes = take.reduce(lines.reshape(ROWS, COLUMNS, side), axis=2)
    return cells
