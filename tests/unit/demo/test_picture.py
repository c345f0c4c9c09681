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


def _sharpness(frame: Frame) -> float:
    luma = frame.y[MIDDLE].astype(np.float64)
    return float(np.abs(np.diff(luma, axis=1)).mean())


def test_a_blur_softens_the_programme_and_not_the_graphics() -> None:
    healthy, soft = (
        Picture(_programme("music", *faults)).frame(100) for faults in ((), (Fault("borrado", 1.0, 9.0),))
    )
    assert _sharpness(soft) < 0.35 * _sharpness(healthy)
    logo = np.s_[8:30, 240:310]
    edges = [np.abs(np.diff(frame.y[logo].astype(int), axis=1)).max() for frame in (healthy, soft)]
    assert edges[1] > 0.9 * edges[0]


def test_a_crushed_picture_is_full_of_blocks_from_its_first_frame_to_its_last() -> None:
    healthy = Picture(_programme("speech"))
    crushed = Picture(_programme("speech", Fault("bloco", 1.24, 3.6)))
    for index in (31, 57, 89):
        assert _blockiness(crushed.frame(index)) > 1.2 * _blockiness(healthy.frame(index)), index
    for index in (30, 90):
        assert crushed.frame(index).raw() == healthy.frame(index).raw()


def _blockiness(frame: Frame) -> float:
    """Return how much more the luma changes at borders of 8 x 8 blocks than within them."""
    step = np.abs(np.diff(frame.y[MIDDLE].astype(np.float64), axis=1)).mean(axis=0)
    borders = np.arange(len(step)) % 8 == 7
    return float(step[borders].mean() / step[~borders].mean())


def test_crushed_frames_are_the_same_in_any_order() -> None:
    programme = _programme("music", Fault("bloco", 1.24, 4.6))
    one, other = Picture(programme), Picture(programme)
    forward = [one.frame(index).raw() for index in (31, 60, 114)]
    assert [other.frame(index).raw() for index in (114, 60, 31)] == forward[::-1]


def test_colour_bars_stand_still_under_a_running_clock() -> None:
    picture = Picture(_programme("music", Fault("barras", 1.0, 9.0)))
    first, later = picture.frame(50), picture.frame(105)
    assert np.array_equal(first.y[MIDDLE], later.y[MIDDLE])
    assert not np.array_equal(first.y, later.y)
    # SMPTE's seven bars at 75 %, BT.709: luma of white, yellow, cyan, green, magenta, red and blue.
    bars = [int(first.y[60, 320 * (2 * number + 1) // 14]) for number in range(7)]
    assert bars == [180, 168, 145, 133, 63, 51, 28]
