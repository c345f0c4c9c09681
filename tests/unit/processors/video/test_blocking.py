"""Steps between pixels on and off the grids of codecs."""

import numpy as np
import pytest

from processors.video.blocking import Blocking, blocking
from processors.video.lattice import COLUMNS, ROWS

SIZES = [(1080, 1920), (720, 1280), (576, 720), (360, 640), (240, 426), (144, 256)]


def blocks_of(side: int, size: tuple[int, int]) -> Blocking:
    rng = np.random.default_rng(side)
    coarse = rng.integers(100, 110, (size[0] // side + 1, size[1] // side + 1), np.uint8)
    return blocking(np.kron(coarse, np.ones((side, side), np.uint8))[: size[0], : size[1]])


@pytest.mark.parametrize("size", SIZES)
def test_steps_of_macroblocks_fall_into_their_group(size: tuple[int, int]) -> None:
    found = blocks_of(16, size)
    assert found.across.shape == found.down.shape == (ROWS, COLUMNS, 5)
    for steps in (found.across, found.down):
        assert steps[..., 0].mean() > 2
        assert not steps[..., 1:].any()


@pytest.mark.parametrize("size", SIZES)
def test_steps_of_transforms_fall_into_two_groups(size: tuple[int, int]) -> None:
    found = blocks_of(8, size)
    for steps in (found.across, found.down):
        assert (steps[..., :2].mean(axis=(0, 1)) > 2).all()
        assert not steps[..., 2:].any()


def test_a_flat_picture_has_no_steps_and_noise_no_grid() -> None:
    flat = blocking(np.full((360, 640), 90, np.uint8))
    assert (flat.same == 1).all()
    assert (flat.flat_down == 1).all()
    noise = blocking(np.random.default_rng(2).integers(100, 108, (360, 640), np.uint8))
    for steps in (noise.across, noise.down):
        by_group = steps.mean(axis=(0, 1))
        assert by_group == pytest.approx(np.full(5, by_group[-1]), rel=0.08)


def test_an_edge_of_the_scene_counts_no_more_than_a_strong_block() -> None:
    picture = np.zeros((360, 640), np.uint8)
    picture[:, 320:] = 255
    assert blocking(picture).across[..., 0].max() == 15 / 2.5
