"""Healthy pictures of which next to nothing moves, and something always does."""

import numpy as np
import pytest
from numpy.typing import NDArray

from training.picture.nearly_still import on_card, swaying
from training.picture.raster import Frame, Raster, scale

RASTER = Raster(320, 180, 25.0)
SEEDS = range(6)


def noise(count: int) -> list[Frame]:
    """Return as many pictures that have nothing in common."""
    rng = np.random.default_rng(1)
    fields = rng.integers(0, 256, (count, 45, 80, 3)).astype(np.uint8)
    return [scale(field, RASTER.width, RASTER.height) for field in fields]


def moved(frames: list[Frame]) -> NDArray[np.bool_]:
    """Tell of each point whether it was ever anything else than at first."""
    ever: NDArray[np.bool_] = np.any([frame != frames[0] for frame in frames], axis=(0, 3))
    return ever


@pytest.mark.parametrize("seed", SEEDS)
def test_a_fixed_camera_shows_a_part_that_sways_and_a_rest_that_stands(seed: int) -> None:
    (still,) = noise(1)
    frames = list(swaying(still, RASTER, 50, np.random.default_rng(seed)))
    assert len(frames) == 50
    # Three parts of at most 35 % of the height, squared.
    assert 0.001 < moved(frames).mean() < 3 * 0.35**2 * RASTER.height / RASTER.width
    halves = [moved(frames[start : start + 25]).any() for start in (0, 25)]
    assert all(halves)


@pytest.mark.parametrize("seed", SEEDS)
def test_on_a_card_only_the_window_moves(seed: int) -> None:
    live = noise(11)
    frames = list(on_card(iter(live[1:]), live[0], RASTER, np.random.default_rng(seed)))
    rows, columns = np.nonzero(moved(frames))
    window = (slice(rows.min(), rows.max() + 1), slice(columns.min(), columns.max() + 1))
    assert len(frames) == 10
    assert 0.15 < moved(frames)[window].size / moved(frames).size < 0.46
    assert moved(frames)[window].mean() > 0.99
    # Some of the inner third: at the side it would be an inset over a programme that stands.
    assert moved(frames)[
        RASTER.height // 3 : -RASTER.height // 3, RASTER.width // 3 : -RASTER.width // 3
    ].any()
