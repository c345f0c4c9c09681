"""Outlines of macroblocks, also smoothed ones, told from edges of the scene, noise and texture."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from processors.video.edges import Outlines, borders, changed_outlines, outlines, ramps
from processors.video.lattice import COLUMNS, ROWS

SIZES = [(2160, 3840), (1080, 1920), (720, 1280), (576, 720), (360, 640), (240, 426), (640, 360)]


def blocks_of(side: int, size: tuple[int, int]) -> NDArray[np.uint8]:
    """Blocks that differ by 30 codes at least from each one beside them."""
    count = (size[0] // side + 1, size[1] // side + 1)
    coarse = np.random.default_rng(side).integers(60, 100, count) + np.indices(count).sum(axis=0) % 2 * 70
    return np.kron(coarse.astype(np.uint8), np.ones((side, side), np.uint8))[: size[0], : size[1]]


def soft_scene(size: tuple[int, int], seed: int = 4) -> NDArray[np.uint8]:
    texture = np.random.default_rng(seed).integers(0, 256, size).astype(np.uint8)
    blurred = np.asarray(cv2.GaussianBlur(texture, (0, 0), 6.0), np.float32)
    stretched: NDArray[np.uint8] = ((blurred - blurred.mean()) * 12 + 128).clip(0, 255).astype(np.uint8)
    return stretched


def all_of(found: Outlines) -> tuple[NDArray[np.float32], ...]:
    return found.upright, found.level, found.corners


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("side", [16, 8])
def test_blocks_show_on_the_grid_alone(size: tuple[int, int], side: int) -> None:
    taken = borders(blocks_of(side, size))
    for shares in (ramps(taken), *all_of(outlines(taken))):
        assert shares.shape == (ROWS, COLUMNS, 2)
        assert shares[..., 0].mean() > 0.95
        assert not shares[..., 1].any()


@pytest.mark.parametrize("size", SIZES)
def test_what_a_filter_smoothed_over_the_grid_is_a_ramp_and_no_step(size: tuple[int, int]) -> None:
    # As H.264 does: up to three pixels on either side of a border.
    taken = borders(np.asarray(cv2.blur(blocks_of(16, size), (7, 7)), np.uint8))
    on, off = ramps(taken).mean(axis=(0, 1))
    assert on > 0.85
    assert off < 0.1
    assert outlines(taken).corners[..., 0].mean() < 0.01


def test_noise_upon_blocks_hides_few_of_them() -> None:
    clean = blocks_of(16, (720, 1280)).astype(np.float64)
    noisy = (clean + np.random.default_rng(3).normal(0.0, 2.0, clean.shape)).clip(0, 255).astype(np.uint8)
    found = outlines(borders(noisy))
    assert min(found.upright[..., 0].mean(), found.level[..., 0].mean()) > 0.7


def test_noise_and_soft_scenes_show_none_on_the_grid_beyond_what_they_show_off_it() -> None:
    texture = np.random.default_rng(4).integers(0, 256, (720, 1280)).astype(np.uint8)
    for picture in (texture, soft_scene((720, 1280))):
        taken = borders(picture)
        for shares in (ramps(taken), *all_of(outlines(taken))):
            assert abs(float(shares[..., 0].mean() - shares[..., 1].mean())) < 0.01


def test_only_the_cells_that_are_damaged_show_it() -> None:
    picture = np.full((720, 1280), 90, np.uint8)
    picture[:240, :320] = blocks_of(16, (240, 320))
    found = outlines(borders(picture))
    assert found.upright[1, 1, 0] > 0.8
    assert not found.upright[5:].any()
    assert not found.level[:, 8:].any()


@pytest.mark.parametrize("size", SIZES)
def test_stripes_along_the_grid_have_sides_and_no_corners(size: tuple[int, int]) -> None:
    # Twenty levels from one to the next, and all different: whichever borders are looked at show a step.
    stripes = np.repeat(np.arange(size[0] // 16 + 1) * 37 % 11 * 20, 16)[: size[0]].astype(np.uint8)
    found = outlines(borders(np.repeat(stripes[:, np.newaxis], size[1], axis=1)))
    assert found.level[..., 0].mean() > 0.9
    assert not found.corners.any()


def test_a_block_aside_of_the_grid_has_corners_off_it_or_none() -> None:
    picture = np.full((720, 1280), 90, np.uint8)
    picture[245:300, 325:420] = 160
    assert not outlines(borders(picture)).corners[..., 0].any()


@pytest.mark.parametrize("size", SIZES)
def test_blocks_put_elsewhere_show_in_what_changed_whatever_the_scene_does(size: tuple[int, int]) -> None:
    before, moved = soft_scene(size), np.roll(soft_scene(size), 5, axis=1)
    whole = changed_outlines(borders(moved), borders(before))
    other, high, wide = soft_scene(size, seed=9), size[0] // 32 * 16, size[1] // 32 * 16
    lost = np.kron(np.indices((high // 16, wide // 16)).sum(axis=0) % 2, np.ones((16, 16))) > 0
    damaged = moved.copy()
    damaged[:high, :wide][lost] = other[:high, :wide][lost]
    hurt = changed_outlines(borders(damaged), borders(before))
    assert whole is not None
    assert hurt is not None
    for unhurt, shares in zip(all_of(whole), all_of(hurt), strict=True):
        more = [float(each[:4, :7, 0].mean() - each[:4, :7, 1].mean()) for each in (unhurt, shares)]
        assert more[1] > more[0] + 0.1
        assert np.array_equal(unhurt[6:, 10:], shares[6:, 10:])


def test_nothing_has_changed_where_there_was_nothing_or_something_of_another_size() -> None:
    small, large = borders(soft_scene((360, 640))), borders(soft_scene((720, 1280)))
    assert changed_outlines(small, None) is None
    assert changed_outlines(small, large) is None


def test_what_is_smaller_than_a_few_macroblocks_shows_none() -> None:
    taken = borders(blocks_of(8, (48, 64)))
    assert not outlines(taken).upright.any()
    assert not ramps(taken).any()
    assert changed_outlines(taken, taken) is None
