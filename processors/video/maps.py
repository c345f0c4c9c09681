"""What is known of one sample: maps of its cells and of its past, a byte a value."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from processors.video.blocking import GROUPS, Blocking
from processors.video.cells import Change, Look, Motion
from processors.video.detail import SCALES, STEEPEST_SCALES, Detail
from processors.video.edges import Outlines
from processors.video.lattice import COLUMNS, ROWS
from processors.video.shot import Shot, Shown, follow

Map = NDArray[np.float32]
"""(ROWS, COLUMNS), 0..1."""

# Square roots and logarithms spread the low end, where the decisions fall: black against night, still
# against sensor noise, soft against blurred; these are the values at which a map reaches 1.
_DEVIATION_FULL = 64.0
_CHANGE_FULL, _CHANGE_LEAST = 64.0, 0.01
_DETAIL_FULL, _DETAIL_LEAST = 128.0, 0.05
_STEP_FULL = 15.0
# Broadcast groups of pictures last up to 4 s; past that the age of the last key frame says nothing more.
_KEY_AGE_FULL_S = 4.0
# What has stood for a minute stands, and a shot of a minute is a long one: longer tells nothing.
_STOOD_FULL_S = 60.0
# Several lost packets a sample are as bad as more.
_DAMAGE_FULL = 4.0

# Of what is on the grid and what is off it.
_AS_MUCH = 0.5

EDGE_MAPS = 8
STILL_MAPS = 7 + SCALES + STEEPEST_SCALES + 1 + 2 * GROUPS + 3 + EDGE_MAPS
"""Maps of the picture alone, the first ones."""
BRIGHTNESS_MAP, COLOUR_MAPS = 0, (4, 5)
"""Which of them are mean luma, and mean Cb and Cr."""
DEVIATION_MAP, DARK_MAPS, TINT_MAP = 1, (2, 3), 6
"""Which are the deviation of luma, the shares of dark and of dim points, and the deviation of colour."""
DETAIL_MAPS = tuple(range(7, 7 + SCALES + STEEPEST_SCALES))
"""Which are second differences."""
CONTRAST_MAP = DETAIL_MAPS[-1] + 1
"""Which is the greatest less the least level."""
RAMP_MAP, CORNER_MAP = STILL_MAPS - EDGE_MAPS, STILL_MAPS - 2
"""Which are ramps and corners of macroblocks on the grid of 16 pixels."""
MOVING_MAPS = 9
"""Maps of what changed since the sample before, the next ones."""
DAMAGE_MAP = STILL_MAPS + 6
"""Which of those is: packets and frames damaged, the same in all cells."""
SHARE_MAP, MOVED_MAP = STILL_MAPS + 1, STILL_MAPS + 4
"""Which of those are the share of points that differ at all, and of those that moved."""
TAKEN_MAPS, ADDED_MAPS = (7, 8, 11, 14), (15, 20, 26, RAMP_MAP, CORNER_MAP)
"""Which are followed through a shot: detail and contrast, which faults take away; and what they add: steps on
the grids of blocks, flat pixels, ramps and corners of macroblocks."""
_OF_SHOT = 2 + len(TAKEN_MAPS) + len(ADDED_MAPS)
LASTING_MAPS = 10 + _OF_SHOT
"""Maps of what is known of longer times, the last ones."""
MAPS = STILL_MAPS + MOVING_MAPS + LASTING_MAPS
SHOT_MAPS = range(MAPS - 2 - _OF_SHOT, MAPS - 2)
"""Which of those are of the shot: its age, its liveliest, and the greatest and least of what is followed."""
SHARPEST_MAPS = tuple(SHOT_MAPS[2 + place] for place, of in enumerate(TAKEN_MAPS) if of in DETAIL_MAPS)
"""Which of those are of second differences."""
STOOD_MAPS = (MAPS - 2, MAPS - 1)
"""The last of those: how long a cell has stood, by a little and by more; they grow until it changes."""
SHAPE = (MAPS, ROWS, COLUMNS)


@dataclass(frozen=True)
class Past:
    """What came before a picture; the unknown is None and counts as motion."""

    changed: Change | None
    """Since the sample before, by points."""
    moved: Motion | None
    """Since the sample before, by the small picture."""
    outlines: Outlines | None
    """Of macroblocks, in that change."""
    key: bool
    """An intra frame fell into the interval: its re-encoding pulses a still picture."""
    damage: int
    """Packets and frames damaged in the interval."""
    second: Motion | None
    """Against the sample 1 s before."""
    two_seconds: Motion | None
    key_change: Change | None
    """Between the last two intra frames: encoded anew from the same picture they are all but equal."""
    key_age_s: float
    """Seconds since the last intra frame."""
    lively: Map
    """Mean of recent change."""
    long_lively: Map
    """Mean of change over a longer time."""
    stood_s: NDArray[np.float32]
    """Seconds since a cell last changed; (2, ROWS, COLUMNS), by a little and by more."""
    passed_s: float
    """Since the sample before."""
    shot: Shot | None
    """What was on air at that."""


def sample_maps(
    seen: Look, fine: Detail, blocks: Blocking, ramps: NDArray[np.float32], sides: Outlines, past: Past
) -> tuple[NDArray[np.uint8], Shot]:
    """Stack the maps of one sample, uint8, SHAPE, 255 for 1; and follow the shot that is on air."""
    stack = np.ones(SHAPE, np.float32)
    still, moving, lasting = np.split(stack, [STILL_MAPS, STILL_MAPS + MOVING_MAPS])
    still[0] = seen.mean / 255.0
    still[1] = _root(seen.deviation, _DEVIATION_FULL)
    still[2], still[3] = seen.dark, seen.dim
    still[4], still[5] = seen.blue / 255.0, seen.red / 255.0
    still[6] = _root(seen.tint, _DEVIATION_FULL)
    at = 7
    still[at : at + SCALES] = _log(fine.curved, _DETAIL_LEAST, _DETAIL_FULL).transpose(2, 0, 1)
    at += SCALES
    still[at : at + STEEPEST_SCALES] = _log(fine.steepest, 1.0, 255.0).transpose(2, 0, 1)
    at += STEEPEST_SCALES
    still[at] = _root(fine.contrast, 255.0)
    at += 1
    still[at : at + GROUPS] = _root(blocks.across, _STEP_FULL).transpose(2, 0, 1)
    still[at + GROUPS : at + 2 * GROUPS] = _root(blocks.down, _STEP_FULL).transpose(2, 0, 1)
    at += 2 * GROUPS
    still[at], still[at + 1], still[at + 2] = blocks.same, blocks.flat_across, blocks.flat_down
    at += 3
    for each in (ramps, sides.upright, sides.level, sides.corners):
        still[at : at + 2] = np.sqrt(each).transpose(2, 0, 1)
        at += 2
    if past.changed is not None and past.moved is not None:
        moving[0], moving[1] = change_map(past.changed.mean), past.changed.share
        moving[2] = change_map(past.changed.level)
        moving[3], moving[4] = change_map(past.moved.mean), np.sqrt(past.moved.moved)
    moving[5] = float(past.key)
    moving[6] = min(past.damage / _DAMAGE_FULL, 1.0)
    moving[7:] = _AS_MUCH
    if past.outlines is not None:
        moving[7] = _on_grid(past.outlines.upright, past.outlines.level)
        moving[8] = _on_grid(past.outlines.corners)
    if past.second is not None:
        lasting[0] = change_map(past.second.mean)
    if past.two_seconds is not None:
        lasting[1] = change_map(past.two_seconds.mean)
    if past.key_change is not None:
        lasting[2], lasting[3] = change_map(past.key_change.mean), past.key_change.share
        lasting[4] = change_map(past.key_change.level)
    lasting[5] = min(past.key_age_s / _KEY_AGE_FULL_S, 1.0)
    lasting[6], lasting[7] = past.lively, past.long_lively
    lasting[-2:] = _lasted(past.stood_s)
    stored: NDArray[np.uint8] = np.rint(stack * 255.0).astype(np.uint8)
    shown = Shown(
        level=stored[STILL_MAPS + 2] if past.changed is not None else None,
        moved=stored[STILL_MAPS + 3],
        taken=stored[[*TAKEN_MAPS]],
        added=stored[[*ADDED_MAPS]],
    )
    shot = follow(past.shot, shown, past.passed_s)
    of_shot = stored[SHOT_MAPS.start : SHOT_MAPS.stop]
    of_shot[0] = np.rint(255 * _lasted(shot.age_s))
    of_shot[1:] = np.rint(np.concatenate([shot.liveliest[np.newaxis], shot.greatest, shot.least]))
    return stored, shot


def _lasted(seconds: NDArray[np.float32] | float) -> NDArray[np.float32]:
    """Map 0 s to a minute to 0..1."""
    return np.asarray(np.minimum(np.log1p(seconds) / np.log1p(_STOOD_FULL_S), 1.0), np.float32)


def _on_grid(*shares: NDArray[np.float32]) -> Map:
    """Map how much more is on the grid than off it in the mean, -1 to 1, to 0..1, its low end spread."""
    more = np.mean([each[..., 0] - each[..., 1] for each in shares], axis=0)
    return np.asarray(_AS_MUCH + np.sign(more) * np.sqrt(np.abs(more)) / 2, np.float32)


def change_map(change: NDArray[np.float32]) -> Map:
    """Map a difference of 0 to 64 levels to 0..1, a hundredth of a level being told from none."""
    return _log(change, _CHANGE_LEAST, _CHANGE_FULL)


def _log(values: NDArray[np.float32], least: float, full: float) -> NDArray[np.float32]:
    scaled = np.log1p(values / least) / np.log1p(full / least)
    clipped: NDArray[np.float32] = np.minimum(scaled, 1.0).astype(np.float32)
    return clipped


def _root(values: NDArray[np.float32], full: float) -> NDArray[np.float32]:
    rooted: NDArray[np.float32] = np.sqrt(np.minimum(values / full, 1.0))
    return rooted
