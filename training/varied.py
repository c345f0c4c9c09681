"""Windows varied a little each time they are seen, so that a net learns what faults are and not where."""

import numpy as np
from numpy.typing import NDArray

from processors.video.features import INDEXES, STILL_PLANES
from processors.video.lattice import COLUMNS, ROWS
from processors.video.maps import (
    ADDED_MAPS,
    BRIGHTNESS_MAP,
    COLOUR_MAPS,
    DAMAGE_MAP,
    DETAIL_MAPS,
    SHARPEST_MAPS,
    SHOT_MAPS,
    TAKEN_MAPS,
)

# How often a window gets cells of another one as graphics of its own. They lie where graphics do: what moves
# in the middle of a picture that stands is a subject before a fixed camera, and no fault.
_PASTED = 0.5
# A dark picture gets up to four: black under a window, a band and captions is black, a road at night is none.
# It is dark when so many of its cells are no brighter than this (of 255).
_MOST_PASTED, _DARK_CELLS, _DARK_PICTURE = 4, 0.6, 40
# Programmes have graphics low more often than high, so that few are turned over.
_MIRRORED, _TURNED = 0.5, 0.15
# Whoever records a channel may have lost packets before the last multiplexer counted them anew: most windows
# learn without that count, or a net would look for nothing else.
_UNCOUNTED = 0.7
# How often a window is moved along and down, round its edges: a net must not know programmes by their layout.
_MOVED = 0.25
# By how much a whole window is made brighter or darker, and its colours paler, stronger or turned (radians):
# scenes are few and must not be known by their light. Sharper by steps of 1/255, well below what faults do.
_LIGHT, _COLOUR, _TURN = (0.55, 1.35), (0.5, 1.4), 0.6
_SHARPER = 2.0
# How often a window gets a band of another one, of any width: a scene is then one of many that never were.
_SPLICED = 0.5
# How often nothing is known of the shot but the picture judged, as after a restart, a cut, or a dissolve.
_JUST_CUT = 0.15
# What is as dark as this (of 255) may be black, and keeps its light.
_DARK = 24
_GREY = 128


def vary(stored: NDArray[np.uint8], clean: NDArray[np.bool_], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Return windows (n, planes, ROWS, COLUMNS) mirrored, re-exposed, with graphics, and without counts.

    ``clean``, (n,): those without a fault, whose cells may serve as graphics.
    """
    varied = stored.copy()
    donors = rng.choice(np.flatnonzero(clean), len(stored)) if clean.any() else np.arange(len(stored))
    for window, donor, count in zip(varied, stored[donors], _pasted(stored, rng), strict=True):
        for rows, columns in (each for _ in range(count) for each in _graphics(rng)):
            window[:, rows, columns] = donor[:, rows, columns]
    mirrored = rng.random(len(stored)) < _MIRRORED
    varied[mirrored] = varied[mirrored][..., ::-1]
    turned = rng.random(len(stored)) < _TURNED
    varied[turned] = varied[turned][..., ::-1, :]
    uncounted = np.flatnonzero(rng.random(len(stored)) < _UNCOUNTED)
    varied[np.ix_(uncounted, np.flatnonzero(INDEXES == DAMAGE_MAP))] = 0
    for index in np.flatnonzero(rng.random(len(stored)) < _MOVED):
        way = int(rng.integers(-2, 3)), int(rng.integers(-4, 5))
        varied[index] = np.roll(varied[index], way, axis=(1, 2))
    _cut(varied, np.flatnonzero(rng.random(len(stored)) < _JUST_CUT))
    light = varied[:, _planes_of((BRIGHTNESS_MAP,))].astype(np.float32)
    lit = np.clip(light * _each(rng.uniform(*_LIGHT, len(stored))), _DARK, 255)
    varied[:, _planes_of((BRIGHTNESS_MAP,))] = np.where(light > _DARK, lit, light)
    _recolour(varied, rng)
    details = DETAIL_MAPS + SHARPEST_MAPS
    varied[:, _planes_of(details)] = _shift(varied, details, _SHARPER, rng)
    return varied


def splice(
    stored: NDArray[np.uint8], others: NDArray[np.uint8], rng: np.random.Generator
) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    """Return windows (n, planes, ROWS, COLUMNS), half of them with a band of another; and which, (n,).

    ``others``, in the same shape, must show the same faults as the windows that they are put into.
    """
    spliced, which = stored.copy(), rng.random(len(stored)) < _SPLICED
    for index in np.flatnonzero(which):
        if rng.random() < 0.5:
            left, right = np.sort(rng.integers(0, COLUMNS + 1, 2))
            spliced[index, :, :, left:right] = others[index, :, :, left:right]
        else:
            top, foot = np.sort(rng.integers(0, ROWS + 1, 2))
            spliced[index, :, top:foot] = others[index, :, top:foot]
    return spliced, which


def _pasted(windows: NDArray[np.uint8], rng: np.random.Generator) -> list[int]:
    """Choose how many graphics each window gets."""
    brightness = windows[:, STILL_PLANES][:, BRIGHTNESS_MAP]
    dark = (brightness <= _DARK_PICTURE).mean(axis=(1, 2)) >= _DARK_CELLS
    several, one = rng.integers(0, _MOST_PASTED + 1, len(windows)), rng.random(len(windows)) < _PASTED
    chosen: list[int] = np.where(dark, several, one).tolist()
    return chosen


def _cut(windows: NDArray[np.uint8], which: NDArray[np.intp]) -> None:
    """Let the shot begin with the picture judged, in place."""
    planes = _planes_of(tuple(SHOT_MAPS))
    windows[np.ix_(which, planes[:2])] = 0
    stills = STILL_PLANES.start + np.array(TAKEN_MAPS + ADDED_MAPS)
    windows[np.ix_(which, planes[2:])] = windows[np.ix_(which, stills)]


def _recolour(windows: NDArray[np.uint8], rng: np.random.Generator) -> None:
    """Turn and scale the colours of each window, in place."""
    places = [_planes_of((colour,)) for colour in COLOUR_MAPS]
    blue, red = (windows[:, planes].astype(np.float32) - _GREY for planes in places)
    size, turn = rng.uniform(*_COLOUR, len(windows)), rng.uniform(-_TURN, _TURN, len(windows))
    along, across = _each(size * np.cos(turn)), _each(size * np.sin(turn))
    for planes, turned in zip(
        places, (blue * along - red * across, blue * across + red * along), strict=True
    ):
        windows[:, planes] = np.clip(turned + _GREY, 0, 255)


def _each(values: NDArray[np.float64]) -> NDArray[np.float32]:
    return values.astype(np.float32)[:, np.newaxis, np.newaxis, np.newaxis]


def _graphics(rng: np.random.Generator) -> list[tuple[slice, slice]]:
    """Choose the cells of a logo, a window in a corner, a band at the foot or an L-shaped panel."""
    left = bool(rng.random() < 0.5)
    match int(rng.choice(4, p=[0.2, 0.35, 0.3, 0.15])):
        case 0:
            wide, high = int(rng.integers(1, 3)), 1
        case 1:
            wide, high = int(rng.integers(2, 6)), int(rng.integers(2, 6))
        case 2:
            high, off = int(rng.integers(1, 3)), int(rng.integers(0, 2))
            return [(slice(ROWS - off - high, ROWS - off), slice(0, int(rng.integers(6, COLUMNS + 1))))]
        case _:
            wide, high = int(rng.integers(3, 6)), int(rng.integers(1, 3))
            side = slice(0, wide) if left else slice(COLUMNS - wide, COLUMNS)
            return [(slice(0, ROWS), side), (slice(ROWS - high, ROWS), slice(0, COLUMNS))]
    aside, down = int(rng.integers(0, 2)), int(rng.integers(0, 2))
    first = aside if left else COLUMNS - aside - wide
    top = down if rng.random() < 0.4 else ROWS - down - high
    return [(slice(top, top + high), slice(first, first + wide))]


def _planes_of(maps: tuple[int, ...]) -> NDArray[np.intp]:
    return np.flatnonzero(np.isin(INDEXES, maps))


def _shift(
    windows: NDArray[np.uint8], maps: tuple[int, ...], by: float, rng: np.random.Generator
) -> NDArray[np.uint8]:
    """Return the planes of some maps, all of a window shifted by one step of chance; 0 stays 0."""
    planes = windows[:, _planes_of(maps)].astype(np.int16)
    steps = np.rint(rng.normal(0.0, by / 2, len(windows))).astype(np.int16)[:, None, None, None]
    shifted: NDArray[np.uint8] = np.where(planes > 0, np.clip(planes + steps, 1, 255), 0).astype(np.uint8)
    return shifted
