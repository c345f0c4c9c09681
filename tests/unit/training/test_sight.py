"""What the parts of the picture net see, by what can tell their faults."""

import numpy as np

from processors.video.features import INDEXES, PLANES
from processors.video.maps import BRIGHTNESS_MAP, COLOUR_MAPS, DARK_MAPS, DETAIL_MAPS, STILL_MAPS
from training.sight import LIGHT, STRUCTURE


def test_freezes_blur_and_blocks_are_judged_without_light_and_colour_at_any_time() -> None:
    hidden = set(INDEXES[~STRUCTURE].tolist())
    assert {BRIGHTNESS_MAP, *DARK_MAPS, *COLOUR_MAPS} <= hidden
    assert not hidden & set(INDEXES[STRUCTURE].tolist())


def test_they_see_all_detail_and_all_change() -> None:
    seen = np.flatnonzero(STRUCTURE)
    wanted = np.flatnonzero(np.isin(INDEXES, DETAIL_MAPS) | (INDEXES >= STILL_MAPS))
    assert len(STRUCTURE) == PLANES
    assert set(wanted.tolist()) <= set(seen.tolist())


def test_black_is_judged_by_the_light_of_the_picture_alone() -> None:
    assert len(LIGHT) == STILL_MAPS
    assert {BRIGHTNESS_MAP, *DARK_MAPS} <= set(INDEXES[: len(LIGHT)][LIGHT].tolist())
    assert not LIGHT[list(DETAIL_MAPS)].any()
    assert not LIGHT[list(COLOUR_MAPS)].any()
