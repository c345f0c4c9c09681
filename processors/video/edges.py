"""What codecs leave along their grid: ramps between smooth blocks, steps that stand alone, corners."""

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from processors.video.kernels import Bytes, apart, lay_down
from processors.video.lattice import COLUMNS, ROWS

_BLOCK = 16
# Where a border may lie within a macroblock: on its grid, and where no codec puts one: what is as frequent
# there is of the scene.
_PLACES = (0, 5)
# Lines before and after each border of macroblocks that are looked at for both.
_BEFORE, _AFTER = 7, 11
# Codes are means of so many pixels along a border: it is the same all along, noise is not.
_MEAN_OF = 4
_PARTS = _BLOCK // _MEAN_OF
# A deblocking filter makes a ramp of the three pixels on either side of a border, and beyond it a crushed
# block is smooth: there four codes in a row lie within so many, and those of the two sides so far apart.
_SMOOTH, _RAMP = 2, 3
# A step of so many codes that is more than twice those beside it stands alone: an edge of the scene is
# softened by the lens, and texture has others next to it.
_STEP = 5
# The same in what changed since the picture before, which has edges wherever the scene moved.
_CHANGED_STEP = 8
# Of the four parts of a block's side so many must show it.
_ALONG = 2
# Of a picture whose smaller side is n times as long only each n-th border is looked at, for cost.
_LINES = 360


@dataclass(frozen=True)
class Borders:
    """The lines on either side of borders between macroblocks, in means of 4 pixels along them.

    uint8, (lines, borders, parts); some 400 kB of a picture of 1080 lines.
    """

    upright: Bytes
    level: Bytes
    every: int
    """Which borders they are of: each one, each second..."""


@dataclass(frozen=True)
class Outlines:
    """Shares of macroblocks, 0..1; float32, (ROWS, COLUMNS, 2): on the grid of 16 pixels, and off it."""

    upright: NDArray[np.float32]
    """With a step along the left side that stands alone."""
    level: NDArray[np.float32]
    """Along the upper side."""
    corners: NDArray[np.float32]
    """With such steps both ways where four of them meet: scenes have edges, and few corners so square."""


def borders(luma: Bytes) -> Borders:
    """Take the borders out of a picture (rows, columns) at its native size; under 4 x 4 blocks has none."""
    if min(luma.shape) < 4 * _BLOCK:
        none = np.zeros((_BEFORE + 1 + _AFTER, 0, 0), np.uint8)
        return Borders(upright=none, level=none, every=1)
    every = max(1, min(luma.shape) // _LINES)
    return Borders(upright=_lines(lay_down(luma), every), level=_lines(luma, every), every=every)


def ramps(found: Borders) -> NDArray[np.float32]:
    """Return the shares of blocks' sides, upright and level, that are ramps: as in Outlines."""
    if not found.level.size:
        return _none()
    upright = _shares(_ramps(found.upright), COLUMNS, ROWS).transpose(1, 0, 2)
    return np.asarray((upright + _shares(_ramps(found.level), ROWS, COLUMNS)) / 2, np.float32)


def outlines(found: Borders) -> Outlines:
    """Return the outlines of blocks in a picture."""
    return _outlines(found, _STEP)


def changed_outlines(now: Borders, before: Borders | None) -> Outlines | None:
    """Return the outlines of blocks in what changed; None without borders of the same size before.

    A block that a line lost, or that its decoder made up, changes by another amount than those beside it.
    """
    if before is None or not now.level.size:
        return None
    if (now.upright.shape, now.level.shape) != (before.upright.shape, before.level.shape):
        return None
    upright, level = _apart(now.upright, before.upright), _apart(now.level, before.level)
    return _outlines(Borders(upright=upright, level=level, every=now.every), _CHANGED_STEP)


def _outlines(found: Borders, least: int) -> Outlines:
    if not found.level.size:
        return Outlines(upright=_none(), level=_none(), corners=_none())
    upright, level = _alone(found.upright, least), _alone(found.level, least)
    return Outlines(
        upright=_shares(upright, COLUMNS, ROWS).transpose(1, 0, 2),
        level=_shares(level, ROWS, COLUMNS),
        corners=_shares(_corners(upright, level, found.every), ROWS, COLUMNS),
    )


def _none() -> NDArray[np.float32]:
    return np.zeros((ROWS, COLUMNS, len(_PLACES)), np.float32)


def _lines(luma: Bytes, every: int) -> Bytes:
    """Return the lines around each border that lies level: (lines, borders, parts)."""
    wide = luma.shape[1] // _BLOCK * _BLOCK
    places = _line_numbers(luma.shape[0], every)
    return _means(luma[places.ravel(), :wide]).reshape(*places.shape, -1)


def _means(lines: Bytes) -> Bytes:
    """Return means of _MEAN_OF pixels in a row: (lines, parts)."""
    first, *others = (lines[:, place::_MEAN_OF] for place in range(_MEAN_OF))
    sums = first.astype(np.uint16)
    for other in others:
        sums += other
    means: Bytes = ((sums + _MEAN_OF // 2) >> 2).astype(np.uint8)
    return means


@lru_cache(maxsize=32)
def _line_numbers(high: int, every: int) -> NDArray[np.intp]:
    firsts = np.arange(every * _BLOCK, min(high // _BLOCK * _BLOCK, high - _AFTER), every * _BLOCK)
    return np.arange(-_BEFORE, _AFTER + 1)[:, np.newaxis] + firsts


def _ramps(lines: Bytes) -> NDArray[np.float32]:
    """Return of each block the share of its side that is a ramp: (borders, blocks, places)."""
    shown = []
    for place in _PLACES:
        at = _BEFORE + place
        before, after = lines[at - 7 : at - 3], lines[at + 3 : at + 7]
        ramp = (before.max(axis=0) - before.min(axis=0) <= _SMOOTH) & (
            after.max(axis=0) - after.min(axis=0) <= _SMOOTH
        )
        ramp &= apart(before[-1], after[0]) >= _RAMP
        shown.append(_of_blocks(ramp) * np.float32(1 / _PARTS))
    return np.stack(shown, axis=-1)


def _alone(lines: Bytes, least: int) -> NDArray[np.bool_]:
    """Tell of each block whether its side is a step that stands alone: (borders, blocks, places)."""
    shown = []
    for place in _PLACES:
        at = _BEFORE + place
        before, step, after = (apart(lines[at + shift], lines[at + shift + 1]) for shift in (-2, -1, 0))
        beside = np.maximum(before, after)
        alone = cv2.subtract(step, cv2.add(beside, beside)) > 0
        alone &= step >= least
        shown.append(_of_blocks(alone) >= _ALONG)
    return np.stack(shown, axis=-1)


def _of_blocks(parts: NDArray[np.bool_]) -> Bytes:
    """Return how many parts of each block's side are so: (borders, blocks)."""
    first, *others = (parts.view(np.uint8)[:, part::_PARTS] for part in range(_PARTS))
    sums = first.copy()
    for other in others:
        sums += other
    return sums


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


def _shares(sides: NDArray[np.bool_] | NDArray[np.float32], rows: int, columns: int) -> NDArray[np.float32]:
    """Return shares by cell: (rows, columns, places)."""
    high, wide, places = sides.shape
    by_row = _overlap(high, rows).T @ sides.reshape(high, -1).astype(np.float32)
    return np.asarray(_overlap(wide, columns).T @ by_row.reshape(rows, wide, places), np.float32)


def _apart(one: Bytes, other: Bytes) -> Bytes:
    # OpenCV takes a third dimension for channels, and is slow with many.
    return apart(one.reshape(len(one), -1), other.reshape(len(other), -1)).reshape(one.shape)


@lru_cache(maxsize=32)
def _overlap(count: int, cells: int) -> NDArray[np.float32]:
    """Return how much each of ``count`` macroblocks counts for each cell: (count, cells)."""
    between = np.arange(cells + 1) * count / cells
    first = np.arange(count)[:, np.newaxis]
    shared = np.maximum(np.minimum(first + 1, between[1:]) - np.maximum(first, between[:-1]), 0.0)
    shares: NDArray[np.float32] = (shared / shared.sum(axis=0)).astype(np.float32)
    return shares
