"""The plain measures say what a person would say of simple pictures."""

import numpy as np
import pytest
from numpy.typing import NDArray

from processors.video.lattice import CELLS, POINTS
from processors.video.plain import plain_measures
from tests.unit.processors.video.made import flat, fold


def measure(*pictures: NDArray[np.uint8]) -> dict[str, float]:
    return plain_measures(fold(*pictures)[0])


@pytest.mark.parametrize(("level", "dark"), [(0, 1.0), (8, 1.0), (9, 0.0), (25, 0.0)])
def test_dark_is_within_8_of_black(level: int, dark: float) -> None:
    found = measure(flat(level))
    assert found["dark_share"] == dark
    assert found["luma_mean"] == pytest.approx(level)


def test_graphics_over_black_light_their_cells_only() -> None:
    picture = flat(0)
    picture[:POINTS, : 2 * POINTS] = 200
    assert measure(picture)["dark_share"] == pytest.approx((CELLS - 2) / CELLS)


def test_a_moving_window_leaves_the_other_cells_still() -> None:
    later = flat(90)
    later[-3 * POINTS :, -4 * POINTS :] = 120
    found = measure(flat(90), later)
    assert found["still_share"] == pytest.approx((CELLS - 12) / CELLS)
    assert found["temporal_diff"] == 0


def test_with_nothing_to_compare_all_counts_as_moving() -> None:
    found = measure(flat(90))
    assert found["still_share"] == 0
    assert found["temporal_diff"] == 255


def test_detail_is_sharper_than_none() -> None:
    stripes = flat(50)
    stripes[:, ::2] = 80
    assert measure(stripes)["sharpness"] > 5
    assert measure(flat(50))["sharpness"] == 0


def test_blocks_stand_out_and_a_flat_picture_has_none() -> None:
    rng = np.random.default_rng(1)
    # 5 points are 16 pixels of the small picture: a macroblock.
    blocks = np.kron(rng.integers(80, 100, (18, 32), np.uint8), np.ones((5, 5), np.uint8))
    assert measure(blocks)["blockiness"] > 50
    assert measure(flat(50))["blockiness"] == 1
