"""Gradients on and off the grids that codecs cut pictures by: what crushed and lost macroblocks leave."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from processors.video.kernels import apart, column_means
from processors.video.lattice import COLUMNS, ROWS

# Macroblocks of MPEG-2 and H.264 are 16 pixels wide and high, their transforms 8 and 4.
_BLOCK = 16
# Pixels of a macroblock by where they lie: the first of it, of its second half, of its quarters; those
# beside them, to which deblocking spreads an edge; and the rest. A step counts to its later pixel.
_GROUPS = ((0,), (8,), (4, 12), (1, 7, 9, 15), (2, 3, 5, 6, 10, 11, 13, 14))
GROUPS = len(_GROUPS)
# An edge of the scene is steeper than one between blocks: capped, it does not hide those. Also keeps sums
# of 16 steps within a byte, which numpy adds 32 at a time.
_CAP = 15
# Lines looked at in each row of cells: enough for a share, few enough for 0.1 ms of a 1080p picture.
_LINES = 16
_LINES_OF_GROUP = 4


@dataclass(frozen=True)
class Blocking:
    """Steps between neighbouring pixels of one picture, by cells, in codes; float32."""

    across: NDArray[np.float32]
    """Mean step to the right by group of places, capped; (ROWS, COLUMNS, GROUPS)."""
    down: NDArray[np.float32]
    """The same downwards."""
    same: NDArray[np.float32]
    """Share of steps to the right that are none at all, 0..1; (ROWS, COLUMNS)."""
    flat_across: NDArray[np.float32]
    """Share of steps to the right of at most one code."""
    flat_down: NDArray[np.float32]
    """Share of steps downwards, off the grids, of at most one code."""


def blocking(luma: NDArray[np.uint8]) -> Blocking:
    """Measure the steps of a picture (rows, columns), at least 16 x 16, at its native size."""
    high, wide = luma.shape
    lines = luma[_lines(high)]
    steps = np.zeros(lines.shape, np.uint8)
    steps[:, 1:] = apart(lines[:, 1:], lines[:, :-1])
    by_column = _sum_lines(np.minimum(steps, _CAP), _LINES)
    blocks = wide // _BLOCK
    of_blocks = by_column[:, : blocks * _BLOCK].astype(np.float32).reshape(-1, _BLOCK) @ _grouping()
    of_cells = of_blocks.reshape(ROWS, blocks, GROUPS).transpose(0, 2, 1) @ _shares(blocks)
    later = _down_lines(high)
    falls = apart(luma[later], luma[later - 1])
    off_grid = falls.reshape(ROWS, GROUPS, _LINES_OF_GROUP, wide)[:, -1].reshape(-1, wide)
    return Blocking(
        across=np.asarray(of_cells.transpose(0, 2, 1) / _LINES, np.float32),
        down=_mean_lines(np.minimum(falls, _CAP), _LINES_OF_GROUP)
        .reshape(ROWS, GROUPS, COLUMNS)
        .transpose(0, 2, 1),
        same=_mean_lines((steps == 0).view(np.uint8), _LINES),
        flat_across=_mean_lines((steps <= 1).view(np.uint8), _LINES),
        flat_down=_mean_lines((off_grid <= 1).view(np.uint8), _LINES_OF_GROUP),
    )


def _mean_lines(values: NDArray[np.uint8], count: int) -> NDArray[np.float32]:
    """Return means over each ``count`` lines and the columns of each cell: (n // count, COLUMNS)."""
    return column_means(_sum_lines(values, count)) / np.float32(count)


def _sum_lines(values: NDArray[np.uint8], count: int) -> NDArray[np.uint8]:
    """Add each ``count`` lines; the sums fit a byte."""
    sums: NDArray[np.uint8] = np.add.reduce(
        values.reshape(-1, count, values.shape[-1]), axis=1, dtype=np.uint8
    )
    return sums


@lru_cache(maxsize=1)
def _grouping() -> NDArray[np.float32]:
    """Return the matrix that takes the mean of each group: (_BLOCK, GROUPS)."""
    matrix = np.zeros((_BLOCK, GROUPS), np.float32)
    for index, places in enumerate(_GROUPS):
        matrix[list(places), index] = 1.0 / len(places)
    return matrix


@lru_cache(maxsize=16)
def _shares(blocks: int) -> NDArray[np.float32]:
    """Return how much each macroblock of a line counts for each cell: (blocks, COLUMNS)."""
    edges = np.arange(COLUMNS + 1) * blocks / COLUMNS
    first = np.arange(blocks)[:, np.newaxis]
    overlap = np.minimum(first + 1, edges[1:]) - np.maximum(first, edges[:-1])
    overlap = np.maximum(overlap, 0.0)
    shares: NDArray[np.float32] = (overlap / overlap.sum(axis=0)).astype(np.float32)
    return shares


@lru_cache(maxsize=16)
def _lines(high: int) -> NDArray[np.intp]:
    """Return the lines looked at, _LINES for each row of cells."""
    count = ROWS * _LINES
    return ((np.arange(count) + 0.5) * high / count).astype(np.intp)


@lru_cache(maxsize=16)
def _down_lines(high: int) -> NDArray[np.intp]:
    """Return the later lines of the steps downwards, by row of cells, group and number."""
    chosen = []
    for row in range(ROWS):
        inside = np.arange(max(1, high * row // ROWS), max(2, high * (row + 1) // ROWS))
        for places in _GROUPS:
            lines = inside[np.isin(inside % _BLOCK, places)]
            # A cell lower than a macroblock may hold no such line: the nearest one then speaks for it.
            if not len(lines):
                all_lines = np.arange(1, high)
                fitting = all_lines[np.isin(all_lines % _BLOCK, places)]
                lines = fitting[[np.argmin(np.abs(fitting - inside.mean()))]]
            picks = ((np.arange(_LINES_OF_GROUP) + 0.5) * len(lines) / _LINES_OF_GROUP).astype(np.intp)
            chosen.append(lines[picks])
    return np.concatenate(chosen)
