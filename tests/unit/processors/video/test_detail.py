"""Sharpness by cells."""

import cv2
import numpy as np
import pytest

from processors.video.detail import detail
from processors.video.lattice import SMALL_HEIGHT, SMALL_WIDTH


@pytest.fixture(scope="module")
def sharp() -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    rng = np.random.default_rng(4)
    coarse = rng.integers(40, 220, (SMALL_HEIGHT // 16, SMALL_WIDTH // 16), np.uint8)
    return np.kron(coarse, np.ones((16, 16), np.uint8))


def test_blur_takes_fine_detail_before_coarse(sharp: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> None:
    blurred = detail(np.asarray(cv2.GaussianBlur(sharp, (0, 0), 1.73), np.uint8))
    clear = detail(sharp)
    kept = blurred.curved.mean(axis=(0, 1)) / clear.curved.mean(axis=(0, 1))
    assert kept[0] < 0.5 < kept[2]
    assert (np.diff(kept) > 0).all()
    assert blurred.steepest[..., 0].mean() < 0.3 * clear.steepest[..., 0].mean()


def test_one_sharp_edge_shows_in_the_steepest_of_its_cell_alone() -> None:
    picture = np.full((SMALL_HEIGHT, SMALL_WIDTH), 60, np.uint8)
    picture[40:56, 40:42] = 200
    found = detail(picture)
    assert found.steepest[1, 1, 0] > 100
    assert np.count_nonzero(found.steepest[..., 0]) == 1
    assert np.count_nonzero(found.contrast) == 1


def test_what_is_flat_has_neither_detail_nor_contrast() -> None:
    found = detail(np.full((SMALL_HEIGHT, SMALL_WIDTH), 200, np.uint8))
    assert not found.curved.any()
    assert not found.contrast.any()
