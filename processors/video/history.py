"""What came before a picture: a pure fold of sampled pictures into the maps of each sample."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from processors.video.cells import Change, Look, Motion, change, look, motion
from processors.video.detail import detail
from processors.video.edges import Borders, changed_outlines, outlines, ramps
from processors.video.kernels import halve
from processors.video.lattice import COLUMNS, MEASURE_HZ, ROWS
from processors.video.maps import Map, Past, change_map, sample_maps
from processors.video.picture import Picture
from processors.video.shot import Shot

# A hole longer than this, or a step back beyond the reordering of pictures, is another piece of media:
# pictures on its two sides say nothing of motion. The slowest pictures in use come once a second.
_BREAK_S = 2.0
# Intra frames further apart than any broadcast group of pictures are not compared.
_KEY_BREAK_S = 5.0
# PTS of 25 fps in 90 kHz ticks are exact, in floats not quite: 0.6 s times 5 must be tick 3.
_SLACK = 1e-6
# Samples in 1 s and 2 s: a slow zoom moves by less than an encoder's pulsing in 0.2 s, by more in 2 s.
_SECOND, _TWO_SECONDS = 5, 10
# Samples that the running means of change look back over, 2 s and 12 s: a camera that stands fixed was as
# still before; a picture that froze was livelier.
_LIVELY, _LONG_LIVELY = 10, 60
# Mean change, in levels of the small picture, from which a cell has not stood: what sensor noise leaves after
# averaging, and what motion does.
_STOOD_LEVELS = (0.2, 1.0)


@dataclass(frozen=True)
class Key:
    """An intra frame."""

    time_s: float
    points: NDArray[np.uint8]


@dataclass(frozen=True)
class History:
    """What is remembered of the pictures before, some 700 kB of 1080 lines."""

    time_s: float
    """PTS of the last sampled picture."""
    key: Key | None = None
    key_change: Change | None = None
    """Between the last intra frame and the one before."""
    points: NDArray[np.uint8] | None = None
    """Of the last sampled picture."""
    small: NDArray[np.uint8] | None = None
    borders: Borders | None = None
    coarse: tuple[NDArray[np.uint8], ...] = ()
    """Small pictures at a quarter, newest first, at most 2 s."""
    intervals: int = 0
    """How many the running means are of."""
    lively: Map | None = None
    long_lively: Map | None = None
    stood_s: NDArray[np.float32] | None = None
    shot: Shot | None = None


@dataclass(frozen=True)
class Reading:
    """One sampled picture, measured."""

    time_s: float
    seen: Look
    sharpness: float
    """Mean absolute Laplacian of the small picture, levels."""
    blockiness: float
    """Mean step over the edges of macroblocks by the mean step within them; 1 without any."""
    changed: Change | None
    """Since the picture sampled before; None at the start of a piece of media."""
    maps: NDArray[np.uint8]
    """features.SHAPE."""


def grid_number(time_s: float, rate_hz: float) -> int:
    """Return which place of a grid of ``rate_hz`` a time falls into."""
    return int(np.floor(time_s * rate_hz + _SLACK))


def continue_from(history: History | None, time_s: float) -> History | None:
    """Return the past that belongs to a picture at ``time_s``: the history, or None past a break."""
    if history is None or abs(time_s - history.time_s) > _BREAK_S:
        return None
    return history


def is_due(history: History | None, time_s: float) -> bool:
    """Return whether a picture is the first one in its place of the measuring grid."""
    return history is None or grid_number(time_s, MEASURE_HZ) > grid_number(history.time_s, MEASURE_HZ)


def see_key(history: History, key: Key) -> History:
    """Fold an intra frame, sampled or not, into the past."""
    last = history.key
    known = last is not None and 0.0 < key.time_s - last.time_s <= _KEY_BREAK_S
    return replace(
        history,
        key=key,
        key_change=change(key.points, last.points) if last is not None and known else None,
    )


def read(history: History | None, picture: Picture, *, intra: bool, damage: int) -> tuple[Reading, History]:
    """Fold one due picture into the past.

    ``intra``: it is an intra frame itself; ``damage``: packets and frames damaged since the last one.
    """
    past = history if history is not None else History(time_s=picture.time_s)
    if intra:
        past = see_key(past, Key(picture.time_s, picture.points))
    key_time = past.key.time_s if past.key is not None else float("-inf")
    changed = change(picture.points, past.points) if past.points is not None else None
    moved = motion(picture.small, past.small) if past.small is not None else None
    coarse = halve(halve(picture.small))
    lively, long_lively, stood_s = _liveliness(past, moved, picture.time_s - past.time_s)
    seen, fine = look(picture.points, picture.chroma), detail(picture.small)
    maps, shot = sample_maps(
        seen,
        fine,
        picture.blocking,
        ramps(picture.borders),
        outlines(picture.borders),
        Past(
            changed=changed,
            moved=moved,
            outlines=changed_outlines(picture.borders, past.borders),
            key=key_time > past.time_s,
            damage=damage,
            second=_against(coarse, past.coarse, _SECOND),
            two_seconds=_against(coarse, past.coarse, _TWO_SECONDS),
            key_change=past.key_change,
            key_age_s=picture.time_s - key_time,
            lively=lively,
            long_lively=long_lively,
            stood_s=stood_s,
            passed_s=picture.time_s - past.time_s,
            shot=past.shot,
        ),
    )
    following = History(
        time_s=picture.time_s,
        key=past.key,
        key_change=past.key_change,
        points=picture.points,
        small=picture.small,
        borders=picture.borders,
        coarse=(coarse, *past.coarse)[:_TWO_SECONDS],
        intervals=past.intervals + (moved is not None),
        lively=lively,
        long_lively=long_lively,
        stood_s=stood_s,
        shot=shot,
    )
    steps = picture.blocking.across.mean(axis=(0, 1)) + picture.blocking.down.mean(axis=(0, 1))
    reading = Reading(
        time_s=picture.time_s,
        seen=seen,
        sharpness=float(fine.curved[..., 0].mean()),
        # A hundredth of a code: a flat picture has no blocks.
        blockiness=float((steps[0] + 0.01) / (steps[-1] + 0.01)),
        changed=changed,
        maps=maps,
    )
    return reading, following


def _against(now: NDArray[np.uint8], before: tuple[NDArray[np.uint8], ...], samples: int) -> Motion | None:
    return motion(now, before[samples - 1]) if len(before) >= samples else None


def _liveliness(past: History, moved: Motion | None, passed_s: float) -> tuple[Map, Map, NDArray[np.float32]]:
    """Return the running means of change and how long each cell has stood, with the newest interval."""
    if moved is None or past.lively is None or past.long_lively is None or past.stood_s is None:
        unknown = np.ones((ROWS, COLUMNS), np.float32)
        return unknown, unknown, np.zeros((len(_STOOD_LEVELS), ROWS, COLUMNS), np.float32)
    newest = change_map(moved.mean)
    stood = np.stack([moved.mean < level for level in _STOOD_LEVELS])
    return (
        past.lively + (newest - past.lively) * np.float32(_weight(past.intervals, _LIVELY)),
        past.long_lively + (newest - past.long_lively) * np.float32(_weight(past.intervals, _LONG_LIVELY)),
        np.where(stood, past.stood_s + np.float32(passed_s), np.float32(0.0)),
    )


def _weight(intervals: int, over: int) -> float:
    """Return the weight of the newest interval: at first a plain mean, so that the unknown fades at once."""
    return 1.0 / min(intervals + 1, over)
