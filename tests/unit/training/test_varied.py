"""Windows of the picture varied: what a dark one shows is covered by more graphics than another's."""

import numpy as np
from numpy.typing import NDArray

from processors.video.features import INDEXES, PLANES, STILL_PLANES
from processors.video.lattice import COLUMNS, ROWS
from processors.video.maps import COLOUR_MAPS, CONTRAST_MAP, SHOT_MAPS, TAKEN_MAPS
from training.varied import vary

MANY = 300
DARK, BRIGHT = 10, 200


def windows(brightness: int) -> NDArray[np.uint8]:
    """Windows alike, and behind them two without a fault whose colours are others."""
    made = np.full((MANY + 2, PLANES, ROWS, COLUMNS), brightness, np.uint8)
    made[:MANY, STILL_PLANES.start + COLOUR_MAPS[0]] = 128
    made[MANY:, STILL_PLANES.start + COLOUR_MAPS[0]] = 255
    return made


def covered(brightness: int) -> NDArray[np.float64]:
    """Return how much of each window is covered by what was pasted, rising."""
    stored = windows(brightness)
    clean = np.arange(len(stored)) >= MANY
    blue = vary(stored, clean, np.random.default_rng(3))[:MANY, STILL_PLANES.start + COLOUR_MAPS[0]]
    # Colours are turned and scaled for a window as a whole: what is pasted differs all the same.
    shares: NDArray[np.float64] = np.sort((blue > blue.min(axis=(1, 2), keepdims=True)).mean(axis=(1, 2)))
    return shares


def test_half_of_the_windows_get_a_graphic() -> None:
    shares = covered(BRIGHT)

    assert 0.4 < (shares > 0).mean() < 0.6
    # The largest is a panel down one side and along the foot.
    assert shares.max() < 0.6


def test_a_dark_window_gets_up_to_four() -> None:
    shares = covered(DARK)

    assert (shares > 0).mean() > 0.7
    assert (shares > 0.4).mean() > 2 * (covered(BRIGHT) > 0.4).mean()


def test_some_windows_know_of_their_shot_only_what_they_show() -> None:
    age = np.flatnonzero(SHOT_MAPS.start == INDEXES)
    most_contrast = np.flatnonzero(SHOT_MAPS[2 + TAKEN_MAPS.index(CONTRAST_MAP)] == INDEXES)
    stored = windows(BRIGHT)
    stored[:, most_contrast] = BRIGHT + 30

    varied = vary(stored, np.zeros(len(stored), np.bool_), np.random.default_rng(5))

    cut = ~varied[:, age].any(axis=(1, 2, 3))
    assert 0.05 < cut.mean() < 0.3
    assert (varied[cut][:, most_contrast] == varied[cut][:, [STILL_PLANES.start + CONTRAST_MAP]]).all()
    assert (varied[~cut][:, most_contrast] == BRIGHT + 30).all()
