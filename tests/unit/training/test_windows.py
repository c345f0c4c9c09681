"""The windows that the net learns from are those that it judges on air."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from processors.video.features import HELD_PLANES, INDEXES, LAGS, Line, Noted, join, leave
from processors.video.lattice import COLUMNS, ROWS
from processors.video.maps import COLOUR_MAPS, DAMAGE_MAP, SHAPE, STOOD_MAPS
from tests.unit.processors.video.made import flat, fold
from tests.unit.training.test_examples import truth
from training.examples import CLASSES, Example
from training.varied import vary
from training.windows import Windows, real

CLEAN = np.arange(200) % 2 == 0


def example(seed: int, times_s: list[float]) -> Example:
    rng = np.random.default_rng(seed)
    count = len(times_s)
    return Example(
        media=Path("none.ts"),
        truth=truth(()),
        maps=rng.integers(0, 256, (count, *SHAPE), np.uint8),
        times_s=np.array(times_s),
        labels=np.zeros((count, len(CLASSES)), np.float32),
        weights=np.ones((count, len(CLASSES)), np.float32),
    )


@pytest.mark.parametrize("hole_s", [0.2, 0.9, 1.7])
def test_a_window_is_cut_as_on_air(hole_s: float) -> None:
    times_s = [*(index / 5 for index in range(12)), *(2.2 + hole_s + index / 5 for index in range(12))]
    programme = example(3, times_s)
    reading, _ = fold(flat(0))
    line, samples = Line(), []
    for time_s, maps in zip(times_s, programme.maps, strict=True):
        line, ripe = join(line, Noted(replace(reading, time_s=time_s, maps=maps), wanted=True))
        samples += ripe
    samples += leave(line)
    windows = Windows([example(1, [0.0, 0.2]), programme])
    taken = real(windows.take(np.arange(2, 26)))
    np.testing.assert_allclose(taken, np.stack([sample.planes for sample in samples]), rtol=1e-6)


def test_windows_do_not_reach_into_other_programmes() -> None:
    first, second = example(1, [0.0, 0.2, 0.4]), example(2, [0.0, 0.2])
    windows = Windows([first, second])
    planes = windows.take(np.array([2, 3]))
    ahead, behind = np.flatnonzero(LAGS.max() == LAGS)[0], np.flatnonzero(LAGS.min() == LAGS)[0]
    np.testing.assert_array_equal(planes[0, ahead], first.maps[2, INDEXES[ahead]])
    np.testing.assert_array_equal(planes[1, behind], second.maps[0, INDEXES[behind]])


def test_a_stand_is_known_by_all_of_its_length() -> None:
    # Cells that change at the third and at the ninth sample, and have stood since before the first.
    stood = [40, 50, 0, 20, 30, 40, 50, 60, 0, 20, 30]
    programme = example(1, [index / 5 for index in range(len(stood))])
    programme.maps[:, STOOD_MAPS] = np.array(stood, np.uint8)[:, None, None, None]
    told = Windows([programme]).take(np.arange(len(stood)))[:, HELD_PLANES][:, 0, 4, 7]
    # Up to the change; what lies further than 0.8 s ahead is not known.
    assert told.tolist() == [50, 50, 50, 60, 60, 60, 60, 60, 30, 30, 30]


def test_variation_repeats_with_its_seed_and_differs_with_another() -> None:
    stored = np.random.default_rng(5).integers(0, 256, (64, len(LAGS), ROWS, COLUMNS), np.uint8)
    varied = vary(stored, CLEAN[:64], np.random.default_rng(6))
    np.testing.assert_array_equal(varied, vary(stored, CLEAN[:64], np.random.default_rng(6)))
    assert (varied != vary(stored, CLEAN[:64], np.random.default_rng(7))).any(axis=(1, 2, 3)).all()


def test_black_and_stillness_stay_what_they_are() -> None:
    stored = np.zeros((32, len(LAGS), ROWS, COLUMNS), np.uint8)
    stored[:, np.isin(INDEXES, COLOUR_MAPS)] = 128
    np.testing.assert_array_equal(vary(stored, CLEAN[:32], np.random.default_rng(6)), stored)


def test_graphics_come_from_windows_without_a_fault_and_leave_half_of_the_picture() -> None:
    stored = np.full((100, len(LAGS), ROWS, COLUMNS), 200, np.uint8)
    moving = np.flatnonzero((LAGS == 1) & (INDEXES != DAMAGE_MAP))
    stored[CLEAN[:100]] = 7
    given = vary(stored, CLEAN[:100], np.random.default_rng(6))[:, moving] == 7
    strange = given[~CLEAN[:100]].mean(axis=(1, 2, 3))
    assert (strange < 0.5).all()
    assert 0.3 < (strange > 0).mean() < 0.7
    assert given[CLEAN[:100]].all()


def test_the_count_of_damage_is_lost_in_most_windows() -> None:
    stored = np.full((200, len(LAGS), ROWS, COLUMNS), 7, np.uint8)
    varied = vary(stored, CLEAN[: len(stored)], np.random.default_rng(6))
    lost = (varied[:, INDEXES == DAMAGE_MAP] == 0).all(axis=(1, 2, 3))
    assert 115 < lost.sum() < 165
