from typing import Literal

import numpy as np
import pytest
from numpy.typing import NDArray

from infra.demo.canvas import Frame
from infra.demo.picture import Picture
from infra.demo.programme import Fault, Programme

# Graphics lie in the corners: rows 25 to 70 % never carry any.
MIDDLE = slice(45, 126)


def _programme(sound: str, *faults: Fault) -> Programme:
    kind: Literal["speech", "music"] = "speech" if sound == "speech" else "music"
    return Programme(
        name="t", title="Horus News", duration_s=40, width=320, height=180, fps=25, seed=5, sound=kind,
        faults=faults,
    )  # fmt: skip


def _change(a: Frame, b: Frame) -> NDArray[np.float64]:
    """Return the mean luma difference of each of 16 x 9 cells."""
    difference = np.abs(a.y.astype(np.float64) - b.y)
    cells: NDArray[np.float64] = difference.reshape(9, 20, 16, 20).mean(axis=(1, 3))
    return cells


def test_the_same_programme_gives_the_same_frames_in_any_order() -> None:
    programme = _programme("speech")
    one, other = Picture(programme), Picture(programme)
    forward = [one.frame(index).raw() for index in (10, 11, 300)]
    assert [other.frame(index).raw() for index in (300, 11, 10)] == forward[::-1]


def test_a_frame_is_as_long_as_its_format_says() -> None:
    assert len(Picture(_programme("music")).frame(0).raw()) == 320 * 180 * 3 // 2


@pytest.mark.parametrize("sound", ["speech", "music"])
def test_healthy_pictures_are_neither_dark_nor_still(sound: str) -> None:
    picture = Picture(_programme(sound))
    # Every shot of the first half minute, a fifth of a second apart as the detectors sample.
    for index in range(0, 30 * 25, 60):
        frame, later = picture.frame(index), picture.frame(index + 5)
        assert 60 <= frame.y.mean() <= 160
        change = _change(frame, later)
        assert np.median(change) > 3.0, index
        assert (change < 0.5).mean() < 0.1, index


def test_black_lies_under_graphics_that_stay() -> None:
    frame = Picture(_programme("speech", Fault("fade", 1.0, 9.0))).frame(100)
    assert frame.y[MIDDLE].max() <= 16 + 8
    assert np.abs(frame.u[23:63].astype(int) - 128).max() == 0
    assert 0.03 < (frame.y > 60).mean() < 0.25


def test_black_carries_faint_noise_as_a_real_source_does() -> None:
    picture = Picture(_programme("music", Fault("fade", 1.0, 9.0)))
    assert (
        0.2 < np.abs(picture.frame(100).y[MIDDLE].astype(float) - picture.frame(105).y[MIDDLE]).mean() < 1.5
    )


def test_black_begins_and_ends_on_its_frames() -> None:
    picture = Picture(_programme("music", Fault("fade", 1.0, 2.0)))
    dark = [bool(picture.frame(index).y[MIDDLE].mean() < 24) for index in (24, 25, 49, 50)]
    assert dark == [False, True, True, False]


def test_a_frozen_programme_stands_while_the_clock_runs() -> None:
    picture = Picture(_programme("speech", Fault("freeze", 3.0, 9.0)))
    before, first, last, after = (picture.frame(index) for index in (74, 75, 224, 225))
    assert np.array_equal(before.y[MIDDLE], first.y[MIDDLE])
    assert np.array_equal(first.y[MIDDLE], last.y[MIDDLE])
    assert np.array_equal(first.u[23:63], last.u[23:63])
    clock = np.s_[150:172, 220:]
    assert not np.array_equal(first.y[clock], last.y[clock])
    assert not np.array_equal(last.y[MIDDLE], after.y[MIDDLE])
