"""Straight steps that lie on the grids of codecs and have nothing beside them: the outlines of blocks."""

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from processors.video.kernels import Bytes, apart, lay_down
from processors.video.lattice import COLUMNS, ROWS

_BLOCK = 16
# Where a step may begin within a macroblock: on its grid, on that of its halves, and at two places where no
# codec puts an edge: what is as frequent there is of the scene.
_PLACES = (0, 8, 3, 11)
# A step of so many codes that is more than twice those beside it stands alone: an edge of the scene is
# softened by the lens, and texture has others next to it.
_STEP = 4
# Of the 16 pixels along a block's side so many must show it: noise shows it on one or two.
_ALONG = 5


@dataclass(frozen=True)
class Edges:
    """Shares of macroblocks, 0..1; float32, (ROWS, COLUMNS, 3).

    The last axis: on the grid of 16 pixels, on that of 8 between, and off both.
    """

    upright: NDArray[np.float32]
    """With a step along the left side that stands alone."""
    level: NDArray[np.float32]
    """Along the upper side."""
    corners: NDArray[np.float32]
    """With such steps both ways where four of them meet: scenes have edges, and few corners so square."""


def edges(luma: Bytes) -> Edges:
    """Measure a picture (rows, columns) at its native size; one of less than 4 x 4 macroblocks shows none.

    Of large pictures every second row and column of macroblocks is looked at, for cost.
    """
    if min(luma.shape) < 4 * _BLOCK:
        none = np.zeros((ROWS, COLUMNS, 3), np.float32)
        return Edges(upright=none, level=none, corners=none)
    every = 2 if min(luma.shape) >= 720 else 1
    upright, level = _sides(lay_down(luma), every), _sides(luma, every)
    return Edges(
        upright=_shares(upright, COLUMNS, ROWS).transpose(1, 0, 2),
        level=_shares(level, ROWS, COLUMNS),
        corners=_shares(_corners(upright, level, every), ROWS, COLUMNS),
    )


def _corners(upright: NDArray[np.bool_], level: NDArray[np.bool_], every: int) -> NDArray[np.bool_]:
    """Tell where steps along either side of a corner meet steps above or below it: (down, across, places).

    ``upright`` is (across, blocks down, places), ``level`` (down, blocks across, places).
    """
    down = every * np.arange(1, len(level) + 1)
    across = every * np.arange(1, len(upright) + 1)
    beside = level[:, across - 1] | level[:, across]
    above = upright[:, down - 1] | upright[:, down]
    both: NDArray[np.bool_] = beside & above.transpose(1, 0, 2)
    return both


def _sides(luma: Bytes, every: int) -> NDArray[np.bool_]:
    """Tell of each macroblock whether it shows a step: (blocks down, blocks across, places)."""
    down, across = luma.shape[0] // _BLOCK, luma.shape[1] // _BLOCK
    wide = across * _BLOCK
    shown = []
    for place in _PLACES:
        # The line before the step's, for four lines in all; the first macroblock has none above it.
        first = _BLOCK * every + place
        lines = [luma[first + shift : down * _BLOCK : _BLOCK * every, :wide] for shift in (-2, -1, 0, 1)]
        count = len(lines[2])
        before, step, after = (apart(lines[at][:count], lines[at + 1][:count]) for at in range(3))
        beside = np.maximum(before, after)
        alone = cv2.subtract(step, cv2.add(beside, beside)) > 0
        alone &= step >= _STEP
        blocks = alone.view(np.uint8).reshape(count, across, _BLOCK)
        shown.append(np.add.reduce(blocks, axis=2, dtype=np.uint8) >= _ALONG)
    return np.stack(shown, axis=-1)


def _shares(sides: NDArray[np.bool_], rows: int, columns: int) -> NDArray[np.float32]:
    """Return shares by cell, of both places off the grids together: (rows, columns, 3)."""
    high, wide, places = sides.shape
    by_row = _overlap(high, rows).T @ sides.reshape(high, -1).astype(np.float32)
    cells = _overlap(wide, columns).T @ by_row.reshape(rows, wide, places)
    on, half, *off = np.moveaxis(cells, -1, 0)
    return np.stack([on, half, (off[0] + off[1]) / 2], axis=-1).astype(np.float32)


@lru_cache(maxsize=32)
def _overlap(count: int, cells: int) -> NDArray[np.float32]:
    """Return how much each of ``count`` macroblocks counts for each cell: (count, cells)."""
    borders = np.arange(cells + 1) * count / cells
    first = np.arange(count)[:, np.newaxis]
    shared = np.maximum(np.minimum(first + 1, borders[1:]) - np.maximum(first, borders[:-1]), 0.0)
    shares: NDArray[np.float32] = (shared / shared.sum(axis=0)).astype(np.float32)
    return shares
