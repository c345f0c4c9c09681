"""What the picture model is given for one sample: maps of it, of the samples before, and of a few after."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from processors.video.history import Reading
from processors.video.lattice import COLUMNS, ROWS
from processors.video.maps import CORNER_MAP, MOVING_MAPS, RAMP_MAP, SHOT_MAPS, STILL_MAPS, STOOD_MAPS

NAME = "video-maps-7"
"""Names the exact meaning of the planes; a model says in its card which one it was trained on."""

# 0.8 s at 5 Hz, and with the jitter of pictures on that grid never more than AHEAD_S (DESIGN section 3: a
# model looks ahead at most 1 s). It shows a held frame (under 0.7 s) for what it is, and starts sharply.
AHEAD = 4
AHEAD_S = 1.0
# 1.8 s: with what lies ahead, more than the second from which a fault counts on either side of a sample.
BEHIND = 9
_SLACK_S = 1e-6

_STILL = range(STILL_MAPS)
_MOVING = range(STILL_MAPS, STILL_MAPS + MOVING_MAPS)
_LASTING = (*range(STILL_MAPS + MOVING_MAPS, SHOT_MAPS.start), *STOOD_MAPS)
# Of the picture 0.6 s before and after: brightness, darkness, finest detail, steps on the grids, ramps and
# corners off them, outlines.
_STILL_ASIDE = (0, 2, 7, 11, 15, 20, 26, 29, 30, 32, 35)
_ASIDE = 3
_CHOSEN: tuple[tuple[int, int], ...] = (
    *((0, index) for index in _STILL),
    *((lag, index) for lag in (-_ASIDE, _ASIDE) for index in _STILL_ASIDE),
    *((lag, index) for lag in range(-BEHIND, AHEAD + 1) for index in _MOVING),
    *((lag, index) for lag in (0, AHEAD) for index in _LASTING),
    *((0, index) for index in SHOT_MAPS),
    # Blocks show in some pictures, and less in others: key frames mend what a line lost.
    *((lag, index) for lag in range(-BEHIND, AHEAD + 1) if lag for index in (RAMP_MAP, CORNER_MAP)),
)
LAGS = np.array([lag for lag, _ in _CHOSEN])
"""Which sample each plane is taken from: 0 the one judged, 1 the one after; (PLANES,)."""
INDEXES = np.array([index for _, index in _CHOSEN])
"""Which of its maps, (PLANES,)."""
PLANES = len(_CHOSEN)
HELD_PLANES = np.flatnonzero((LAGS == AHEAD) & np.isin(INDEXES, STOOD_MAPS))
"""How long the stand lasts that a cell is in, as far as is known: behind it and ahead."""
STILL_PLANES = slice(0, STILL_MAPS)
"""The picture judged."""
SHAPE = (ROWS, COLUMNS, PLANES)


@dataclass(frozen=True)
class Noted:
    """A reading in line."""

    reading: Reading
    wanted: bool
    """It is a sample of the caller's grid, not only of the measuring one."""


@dataclass(frozen=True)
class Line:
    """The last readings of a piece of media, oldest first, and how many of them are still to be judged."""

    noted: tuple[Noted, ...] = ()
    waiting: int = 0


@dataclass(frozen=True)
class Sample:
    """A reading that can be judged."""

    reading: Reading
    planes: NDArray[np.float32]
    """SHAPE, 0..1."""


def join(line: Line, noted: Noted) -> tuple[Line, list[Sample]]:
    """Put a reading at the end; returns the samples that need to wait no longer."""
    longer = Line((*line.noted, noted), line.waiting + 1)
    samples = []
    while longer.waiting and _is_ripe(longer):
        longer, ripe = _judge(longer)
        samples += ripe
    keep = BEHIND + longer.waiting
    return replace(longer, noted=longer.noted[-keep:]), samples


def leave(line: Line) -> list[Sample]:
    """Return the samples that still wait: nothing comes after them, so what is last is taken to last."""
    samples = []
    while line.waiting:
        line, ripe = _judge(line)
        samples += ripe
    return samples


def window(
    maps: Sequence[NDArray[np.uint8]] | NDArray[np.uint8], place: int, last: int
) -> NDArray[np.float32]:
    """Return the planes of the sample at ``place`` of maps (n, MAPS, ROWS, COLUMNS): SHAPE, 0..1.

    ``last`` is the last place that may be looked at; beyond it and before the first, the nearest stands in.
    """
    places = np.clip(place + LAGS, 0, last)
    first = int(places.min())
    stack = np.stack([maps[index] for index in range(first, int(places.max()) + 1)])
    stored = stack[places - first, INDEXES]
    ahead = np.clip(place + np.arange(AHEAD + 1), 0, last) - first
    stored[HELD_PLANES] = held(stack[ahead[:, np.newaxis], STOOD_MAPS])
    planes: NDArray[np.float32] = stored.transpose(1, 2, 0) / np.float32(255.0)
    return planes


def held(stood: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return for how long cells stand in all, given for how long they have stood at samples in a row.

    ``stood`` is (..., samples, maps, ROWS, COLUMNS), from the sample judged on; the result, (..., maps, ROWS,
    COLUMNS), is of the last sample before a cell changes. A short freeze is told from a held frame by its
    whole length, not by what lies on one side of a sample.
    """
    lasting: NDArray[np.uint8] = stood[..., 0, :, :, :]
    going = np.ones(lasting.shape, np.bool_)
    for number in range(1, stood.shape[-4]):
        going &= stood[..., number, :, :, :] >= stood[..., number - 1, :, :, :]
        lasting = np.where(going, stood[..., number, :, :, :], lasting)
    return lasting


def last_seen(times_s: Sequence[float], place: int) -> int:
    """Return the last place that the sample at ``place`` may look at."""
    last = place
    limit = times_s[place] + AHEAD_S + _SLACK_S
    while last + 1 < len(times_s) and last - place < AHEAD and times_s[last + 1] <= limit:
        last += 1
    return last


def _is_ripe(line: Line) -> bool:
    oldest, newest = line.noted[-line.waiting], line.noted[-1]
    late = newest.reading.time_s - oldest.reading.time_s > AHEAD_S + _SLACK_S
    return line.waiting > AHEAD or late


def _judge(line: Line) -> tuple[Line, list[Sample]]:
    place = len(line.noted) - line.waiting
    shorter = replace(line, waiting=line.waiting - 1)
    noted = line.noted[place]
    if not noted.wanted:
        return shorter, []
    times_s = [each.reading.time_s for each in line.noted]
    planes = window([each.reading.maps for each in line.noted], place, last_seen(times_s, place))
    return shorter, [Sample(noted.reading, planes)]
