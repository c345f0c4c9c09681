"""What is called a freeze or black in the material that the models learn from."""

import numpy as np
from numpy.typing import NDArray

from training.programme import Programme
from training.truth import Truth, truth_of

FPS = 25
NO_FRAMES = np.zeros((0, 360, 640), np.uint8)


def truth(moved: NDArray[np.float64], black: NDArray[np.float64] | None = None) -> Truth:
    dark = np.zeros(len(moved)) if black is None else black
    programme = Programme(NO_FRAMES, moved.astype(np.float32), dark.astype(np.float32))
    return truth_of(programme, FPS)


def still(frames: int) -> NDArray[np.float64]:
    moved = np.full(200, 0.8)
    moved[50 : 50 + frames] = 0.0
    return moved


def test_two_seconds_still_are_a_freeze() -> None:
    found = truth(still(50))
    assert found.labels[60:100, 0].all()
    assert not found.labels[:50, 0].any()
    assert not found.labels[100:, 0].any()


def test_the_first_moments_of_a_freeze_teach_nothing() -> None:
    weights = truth(still(50)).weights[:, 0]
    assert not weights[50:56].any()
    assert weights[60:100].all()


def test_a_held_frame_is_television() -> None:
    found = truth(still(10))
    assert not found.labels[:, 0].any()
    assert found.weights[:, 0].all()


def test_between_hold_and_freeze_there_is_no_truth() -> None:
    assert not truth(still(20)).weights[50:70, 0].any()


def test_black_hides_freeze_and_is_fade() -> None:
    black = np.zeros(200)
    black[50:100] = 1.0
    found = truth(still(50), black)
    assert found.labels[50:100, 1].all()
    assert not found.weights[50:100, 0].any()


def test_a_title_on_black_is_no_black_picture() -> None:
    found = truth(np.full(200, 0.5), np.full(200, 0.95))
    assert not found.labels[:, 1].any()
    assert found.weights[:, 1].all()
