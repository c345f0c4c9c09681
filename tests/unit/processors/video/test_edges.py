"""Outlines of macroblocks, told from edges of the scene, noise and texture."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from processors.video.edges import edges
from processors.video.lattice import COLUMNS, ROWS

SIZES = [(1080, 1920), (720, 1280), (576, 720), (360, 640), (240, 426)]


def blocks_of(side: int, size: tuple[int, int]) -> NDArray[np.uint8]:
    rng = np.random.default_rng(side)
    coarse = rng.integers(60, 200, (size[0] // side + 1, size[1] // side + 1), np.uint8)
    return np.kron(coarse, np.ones((side, side), np.uint8))[: size[0], : size[1]]


@pytest.mark.parametrize("size", SIZES)
def test_macroblocks_show_on_their_grid_alone(size: tuple[int, int]) -> None:
    found = edges(blocks_of(16, size))
    for shares in (found.upright, found.level, found.corners):
        assert shares.shape == (ROWS, COLUMNS, 3)
        assert shares[..., 0].mean() > 0.9
        assert not shares[..., 1:].any()


@pytest.mark.parametrize("size", SIZES)
def test_halves_of_macroblocks_show_on_both_grids(size: tuple[int, int]) -> None:
    found = edges(blocks_of(8, size))
    for shares in (found.upright, found.level, found.corners):
        assert shares[..., :2].mean() > 0.85
        assert not shares[..., 2].any()


def test_noise_upon_blocks_hides_few_of_them() -> None:
    clean = blocks_of(16, (720, 1280)).astype(np.float64)
    noisy = (clean + np.random.default_rng(3).normal(0.0, 2.0, clean.shape)).clip(0, 255).astype(np.uint8)
    found = edges(noisy)
    assert min(found.upright[..., 0].mean(), found.level[..., 0].mean()) > 0.7


def test_noise_and_soft_scenes_show_none_on_the_grid_beyond_what_they_show_off_it() -> None:
    rng = np.random.default_rng(4)
    texture = rng.integers(0, 256, (720, 1280)).astype(np.uint8)
    soft = np.asarray(cv2.GaussianBlur(texture, (0, 0), 3.0), np.uint8)
    for picture in (texture, soft):
        found = edges(picture)
        for shares in (found.upright, found.level, found.corners):
            assert abs(float(shares[..., 0].mean() - shares[..., 2].mean())) < 0.01


def test_only_the_cells_that_are_damaged_show_it() -> None:
    picture = np.full((720, 1280), 90, np.uint8)
    picture[:240, :320] = blocks_of(16, (240, 320))
    found = edges(picture)
    assert found.upright[1, 1, 0] > 0.8
    assert not found.upright[5:].any()
    assert not found.level[:, 8:].any()


@pytest.mark.parametrize("size", SIZES)
def test_stripes_along_the_grid_have_sides_and_no_corners(size: tuple[int, int]) -> None:
    stripes = np.repeat(np.arange(size[0] // 16 + 1, dtype=np.uint8) % 2 * 90 + 60, 16)[: size[0]]
    found = edges(np.repeat(stripes[:, np.newaxis], size[1], axis=1))
    assert found.level[..., 0].mean() > 0.9
    assert not found.corners.any()


def test_a_block_aside_of_the_grid_has_corners_off_it_or_none() -> None:
    picture = np.full((720, 1280), 90, np.uint8)
    picture[245:300, 325:420] = 160
    assert not edges(picture).corners[..., 0].any()


def test_what_is_smaller_than_a_few_macroblocks_shows_none() -> None:
    assert not edges(blocks_of(8, (48, 64))).upright.any()
