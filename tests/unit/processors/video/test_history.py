"""The fold of sampled pictures: what is known of the past, and when it is dropped."""

from dataclasses import replace

import numpy as np
import pytest

from processors.video.edges import borders
from processors.video.history import History, Key, continue_from, grid_number, is_due, read, see_key
from processors.video.maps import LASTING_MAPS, MOVING_MAPS, STILL_MAPS
from tests.unit.processors.video.made import flat, fold, picture

MOVING = slice(STILL_MAPS, STILL_MAPS + MOVING_MAPS)
KEY, DAMAGE, OUTLINES, CORNERS = range(5, MOVING_MAPS)
# A byte for what is as frequent on the grid of macroblocks as off it.
AS_MUCH = 128
STOOD = -2


def test_the_unknown_counts_as_motion() -> None:
    reading, _ = fold(flat(100))
    assert reading.changed is None
    assert (reading.maps[MOVING][:KEY] == 255).all()
    assert (reading.maps[MOVING][OUTLINES:] == AS_MUCH).all()
    assert not reading.maps[STOOD:].any()


def test_what_stands_still_differs_in_nothing() -> None:
    reading, _ = fold(flat(100), flat(100))
    assert reading.changed is not None
    assert not reading.changed.share.any()
    assert not reading.maps[MOVING][:OUTLINES].any()
    assert (reading.maps[MOVING][OUTLINES:] == AS_MUCH).all()


def test_blocks_show_in_what_changed_when_they_come_and_when_they_go() -> None:
    whole = np.full((360, 640), 100, np.uint8)
    broken = whole.copy()
    broken[:176, :320] += (np.kron(np.indices((11, 20)).sum(axis=0) % 2, np.ones((16, 16))) * 60).astype(
        np.uint8
    )
    for before, after in ((whole, broken), (broken, whole)):
        _, history = read(
            None, replace(picture(0.0, flat(9)), borders=borders(before)), intra=False, damage=0
        )
        now = replace(picture(0.2, flat(9)), borders=borders(after))
        reading, _ = read(history, now, intra=False, damage=0)
        for shown in reading.maps[MOVING][OUTLINES:]:
            assert shown[:4, :7].min() > AS_MUCH + 100
            assert (shown[6:, 10:] == AS_MUCH).all()


@pytest.mark.parametrize("size", [(360, 640), (1080, 1920), (2160, 3840)])
def test_history_is_two_seconds_and_a_megabyte(size: tuple[int, int]) -> None:
    history: History | None = None
    taken = borders(np.zeros(size, np.uint8))
    for number in range(40):
        now = replace(picture(number / 5, flat(number)), borders=taken)
        _, history = read(history, now, intra=False, damage=0)
    assert history is not None
    assert len(history.coarse) == 10
    held = [history.points, history.small, *history.coarse, history.lively, history.stood_s]
    held += [taken.upright, taken.level]
    assert sum(array.nbytes for array in held if array is not None) < 1_100_000


def test_a_slow_change_shows_over_seconds() -> None:
    """Half a level in each fifth of a second is within an encoder's pulsing; in 2 s it is five levels."""
    reading, _ = fold(*(flat(100 + index // 2) for index in range(30)))
    lasting = reading.maps[-LASTING_MAPS:]
    assert lasting[1].min() > lasting[0].min() > reading.maps[MOVING][3].min()


def test_time_that_a_cell_has_stood_grows_until_it_moves() -> None:
    standing, history = fold(*[flat(90)] * 25)
    before = standing.maps[STOOD:].min()
    assert before > 80
    moved = flat(90)
    moved[:, 80:] = 140
    reading, _ = read(history, picture(5.0, moved), intra=False, damage=0)
    assert (reading.maps[STOOD:, :, :8] > before).all()
    assert not reading.maps[STOOD:, :, 8:].any()


def test_a_hole_or_a_step_back_drops_the_past() -> None:
    _, history = fold(*[flat(9)] * 10)
    assert continue_from(history, history.time_s + 0.3) is history
    assert continue_from(history, history.time_s + 3.0) is None
    assert continue_from(history, history.time_s - 3.0) is None
    assert continue_from(None, 0.0) is None


def test_one_picture_a_place_of_the_grid() -> None:
    history = History(time_s=0.44)
    assert not is_due(history, 0.56)
    assert is_due(history, 0.60)
    assert grid_number(0.6, 5.0) == 3


def test_a_key_frame_between_samples_marks_its_interval() -> None:
    _, history = fold(flat(50), intra=True)
    history = see_key(history, Key(0.12, flat(50)))
    reading, history = read(history, picture(0.2, flat(50)), intra=False, damage=0)
    assert (reading.maps[MOVING][KEY] == 255).all()
    assert history.key_change is not None
    assert not history.key_change.share.any()
    reading, _ = read(history, picture(0.4, flat(50)), intra=False, damage=0)
    assert not reading.maps[MOVING][KEY].any()


def test_key_frames_far_apart_are_not_compared() -> None:
    _, history = fold(flat(1), flat(2))
    history = replace(history, key=Key(0.0, flat(9)))
    assert see_key(history, Key(9.0, flat(9))).key_change is None


def test_damage_shows_in_every_cell() -> None:
    _, history = fold(flat(50))
    reading, _ = read(history, picture(0.2, flat(50)), intra=False, damage=2)
    assert (np.diff(reading.maps[MOVING][DAMAGE].ravel().astype(int)) == 0).all()
    assert reading.maps[MOVING][DAMAGE, 0, 0] == 128
