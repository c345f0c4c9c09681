"""The second before a picture: a pure fold of sampled pictures into what the model is given."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from processors.video.cells import Change, Look, change, look
from processors.video.decode import Picture
from processors.video.features import Past, planes
from processors.video.lattice import HISTORY, MEASURE_HZ

# A hole longer than this, or a step back beyond the reordering of pictures, is another piece of media:
# pictures on its two sides say nothing of motion. The slowest pictures in use come once a second.
_BREAK_S = 2.0
# Intra frames further apart than any broadcast group of pictures are not compared.
_KEY_BREAK_S = 5.0
# PTS of 25 fps in 90 kHz ticks are exact, in floats not quite: 0.6 s times 5 must be tick 3.
_SLACK = 1e-6


@dataclass(frozen=True)
class VideoContext:
    """What the next segment needs of the past: opaque to callers, some 100 kB."""

    time_s: float
    """PTS of the last sampled picture."""
    key: Picture | None = None
    """The last intra frame."""
    key_change: Change | None = None
    """Between it and the one before."""
    scored: int | None = None
    """Number, on the grid of the caller's fps, of the last sample."""
    lattices: tuple[NDArray[np.uint8], ...] = ()
    """Newest first, at most HISTORY."""
    changes: tuple[Change, ...] = ()
    keys: tuple[bool, ...] = ()


NO_PAST = VideoContext(time_s=float("-inf"))
"""The context before the first picture: every picture lies past a break from it."""


@dataclass(frozen=True)
class Reading:
    """One sampled picture, measured."""

    picture: Picture
    seen: Look
    changed: Change | None
    """Since the picture sampled before; None at the start of a piece of media."""
    planes: NDArray[np.float32]


def grid_number(time_s: float, rate_hz: float) -> int:
    """Return which place of a grid of ``rate_hz`` a time falls into."""
    return int(np.floor(time_s * rate_hz + _SLACK))


def continue_from(context: VideoContext | None, time_s: float) -> VideoContext | None:
    """Return the past that belongs to a picture at ``time_s``: the context, or None past a break."""
    if context is None or abs(time_s - context.time_s) > _BREAK_S:
        return None
    return context


def is_due(context: VideoContext | None, time_s: float) -> bool:
    """Return whether a picture is the first one in its place of the measuring grid."""
    return context is None or grid_number(time_s, MEASURE_HZ) > grid_number(context.time_s, MEASURE_HZ)


def see_key(context: VideoContext, picture: Picture) -> VideoContext:
    """Fold an intra frame, sampled or not, into the past."""
    last = context.key
    known = last is not None and 0.0 < picture.time_s - last.time_s <= _KEY_BREAK_S
    return replace(
        context,
        key=picture,
        key_change=change(picture.points, last.points) if last is not None and known else None,
    )


def read(context: VideoContext | None, picture: Picture, intra: bool) -> tuple[Reading, VideoContext]:
    """Fold one due picture into the past; ``intra``: it is an intra frame itself."""
    past = context if context is not None else VideoContext(time_s=picture.time_s)
    if intra:
        past = see_key(past, picture)
    key_time = past.key.time_s if past.key is not None else float("-inf")
    seen = look(picture.points)
    changes, keys = past.changes, past.keys
    changed = change(picture.points, past.lattices[0]) if past.lattices else None
    if changed is not None:
        changes = (changed, *changes)[:HISTORY]
        keys = (key_time > past.time_s, *keys)[:HISTORY]
    whole_second = len(past.lattices) == HISTORY
    stack = planes(
        seen,
        Past(
            changes=changes,
            keys=keys,
            second=change(picture.points, past.lattices[-1]) if whole_second else None,
            key_change=past.key_change,
            key_age_s=picture.time_s - key_time,
        ),
    )
    following = replace(
        past,
        time_s=picture.time_s,
        lattices=(picture.points, *past.lattices)[:HISTORY],
        changes=changes,
        keys=keys,
    )
    return Reading(picture=picture, seen=seen, changed=changed, planes=stack), following
