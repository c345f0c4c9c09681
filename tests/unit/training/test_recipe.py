"""Parts of the recipes: as many of everything as asked for, and something of everything."""

import pytest

from training.recipe import PICTURE, SOUND


def test_the_whole_is_the_recipe_itself() -> None:
    assert PICTURE.part(1.0) == PICTURE
    assert SOUND.part(1.0) == SOUND


def test_half_of_it_keeps_what_is_no_amount() -> None:
    half = PICTURE.part(0.5)
    assert abs(half.dense * 2 - PICTURE.dense) <= 1
    assert half.steps * 2 == PICTURE.steps
    assert (half.version, half.thresholds) == (PICTURE.version, PICTURE.thresholds)
    assert SOUND.part(0.5).programmes * 2 == SOUND.programmes
    assert SOUND.part(0.5).epochs == SOUND.epochs


@pytest.mark.parametrize("share", [1e-9, 0.001])
def test_the_smallest_part_has_one_of_each(share: float) -> None:
    least = PICTURE.part(share)
    assert min(least.dense, least.healthy, least.locked_off, least.steps) >= 1
    assert SOUND.part(share).programmes >= 1
