"""Windows of sound stay what they are, but for the desk they came through and a little noise."""

import numpy as np
from numpy.typing import NDArray

from processors.audio.features import (
    FINE_DB,
    FINE_LEVEL,
    FINE_RANGE_DB,
    FLOOR,
    LEVEL,
    MEAN,
    PEAK,
    SHAPE,
)
from processors.audio.levels import FLOOR_DB
from training.sound.varied import STEPS, vary

MANY = 400
# What noise of measuring adds at most, in steps.
NOISE = 8


def windows(level_dbfs: float, value: int = 128) -> NDArray[np.uint8]:
    """Windows alike, of a level."""
    made = np.full((MANY, *SHAPE), value, np.uint8)
    made[:, :, LEVEL] = round(STEPS * (1 - level_dbfs / FLOOR_DB))
    made[:, :, FINE_LEVEL] = round(STEPS * float(np.clip((level_dbfs - FINE_DB) / FINE_RANGE_DB, 0, 1)))
    return made


def moved(before: NDArray[np.uint8], after: NDArray[np.uint8]) -> NDArray[np.int16]:
    return after.astype(np.int16) - before


def test_the_same_seed_gives_the_same() -> None:
    before = windows(-30.0)
    first, again = (vary(before, np.random.default_rng(5)) for _ in range(2))

    assert np.array_equal(first, again)
    assert not np.array_equal(first, vary(before, np.random.default_rng(6)))


def test_a_loud_window_is_turned_up_and_down_as_a_whole() -> None:
    before = windows(-30.0)
    change = moved(before, vary(before, np.random.default_rng(1)))
    level, peak = change[:, :, LEVEL].mean(axis=1), change[:, :, PEAK].mean(axis=1)

    # Two decibels are five steps: half of the windows go further than that.
    assert np.abs(level).max() > 15
    assert np.corrcoef(level, peak)[0, 1] > 0.7


def test_a_band_and_its_floor_go_the_same_way() -> None:
    before = windows(-30.0)
    change = moved(before, vary(before, np.random.default_rng(2)))
    lowest = change[:, :, MEAN].mean(axis=1)[:, 0]

    assert lowest.std() > 8
    assert np.corrcoef(lowest, change[:, :, FLOOR].mean(axis=1)[:, 0])[0, 1] > 0.9


def test_what_may_be_silence_keeps_its_level() -> None:
    before = windows(-56.0)
    change = moved(before, vary(before, np.random.default_rng(3)))

    assert np.abs(change).max() <= NOISE


def test_what_is_at_the_bottom_of_its_scale_stays_there() -> None:
    before = windows(-30.0, value=0)
    after = vary(before, np.random.default_rng(4))

    assert after[:, :, MEAN].max() <= NOISE


def test_numbers_that_are_no_levels_change_by_noise_alone() -> None:
    before = windows(-30.0)
    change = moved(before, vary(before, np.random.default_rng(5)))

    assert np.abs(change[:, :, PEAK + 1 :]).max() <= NOISE
