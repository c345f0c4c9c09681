"""Batches for the picture net: half of them faults, each class as often, and what it was wrong about more."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.unit.training.test_windows import example
from training.batches import BATCH, Lessons
from training.examples import CLASSES, Example
from training.varied import splice
from training.windows import Windows

COUNT = 200
FREEZE = CLASSES.index("freeze")


def programme() -> Example:
    """Return a programme of which a tenth is frozen, and the rest healthy."""
    made = example(5, [index / 5 for index in range(COUNT)])
    labels = np.zeros((COUNT, len(CLASSES)), np.float32)
    labels[: COUNT // 10, FREEZE] = 1.0
    return replace(made, labels=labels)


def labels_of(lessons: Lessons, batches: int) -> NDArray[np.float32]:
    return np.concatenate([lessons.batch(number)[1][..., 0] for number in range(batches)])


def test_half_of_a_batch_holds_a_fault() -> None:
    lessons = Lessons(Windows([programme()]), seed=1)

    planes, target = lessons.batch(0)

    assert len(planes) == BATCH
    assert target[:, FREEZE, 0].sum() == BATCH // 2


def test_the_same_number_gives_the_same_batch_and_another_one_another() -> None:
    lessons = Lessons(Windows([programme()]), seed=1)
    assert np.array_equal(lessons.batch(3)[0], lessons.batch(3)[0])
    assert not np.array_equal(lessons.batch(3)[0], lessons.batch(4)[0])


def test_without_faults_a_batch_is_healthy() -> None:
    made = replace(programme(), labels=np.zeros((COUNT, len(CLASSES)), np.float32))
    assert labels_of(Lessons(Windows([made]), seed=1), 2).sum() == 0


def test_what_a_net_is_wrong_about_comes_more_often(monkeypatch: pytest.MonkeyPatch) -> None:
    made = programme()
    windows = Windows([made])
    told = made.labels.copy()
    told[COUNT - 10 :, FREEZE] = 1.0
    drawn: list[int] = []
    take = windows.take

    def noted(which: NDArray[np.intp]) -> NDArray[np.uint8]:
        drawn.extend(which.tolist())
        return take(which)

    monkeypatch.setattr(windows, "take", noted)
    lessons = Lessons(windows, seed=1)
    lessons.favour(told)

    for number in range(4):
        lessons.batch(number)

    alarms = sum(place >= COUNT - 10 for place in drawn)
    # By chance they would be 14 of the 256 healthy ones; half of those are drawn by how wrong they are.
    assert alarms > 80


def test_what_nobody_can_say_is_not_sought() -> None:
    made = programme()
    weights = np.ones_like(made.weights)
    weights[COUNT - 10 :] = 0.0
    windows = Windows([replace(made, weights=weights)])
    told = made.labels.copy()
    told[COUNT - 10 :, FREEZE] = 1.0
    lessons = Lessons(windows, seed=1)
    lessons.favour(told)
    unsure = sum(int((lessons.batch(number)[1][..., 1] == 0).all(axis=1).sum()) for number in range(4))
    assert unsure < 40


def test_all_windows_come_once_and_in_order() -> None:
    windows = Windows([programme()])
    every = np.concatenate(list(Lessons(windows, seed=1).all()))
    assert np.array_equal(every, windows.take(np.arange(COUNT)).transpose(0, 2, 3, 1))


def test_bands_come_from_the_window_named_and_change_no_other() -> None:
    stored, others = np.zeros((40, 3, 9, 16), np.uint8), np.full((40, 3, 9, 16), 7, np.uint8)

    spliced, which = splice(stored, others, np.random.default_rng(2))

    assert set(np.unique(spliced).tolist()) == {0, 7}
    assert not spliced[~which].any()
    assert 8 < which.sum() < 32


def test_a_band_is_of_a_window_with_the_same_truth(monkeypatch: pytest.MonkeyPatch) -> None:
    made = programme()
    frozen = made.labels[:, FREEZE].astype(np.uint8)
    maps = np.broadcast_to(frozen[:, np.newaxis, np.newaxis, np.newaxis], made.maps.shape)
    lessons = Lessons(Windows([replace(made, maps=np.ascontiguousarray(maps))]), seed=1)
    monkeypatch.setattr("training.batches.vary", lambda planes, clean, rng: planes)

    planes, target = lessons.batch(0)

    # The first plane is of the picture judged.
    here = planes[..., 0].reshape(len(planes), -1)
    assert (here.min(axis=1) == here.max(axis=1)).all()
    assert np.array_equal(here[:, 0], target[:, FREEZE, 0])
