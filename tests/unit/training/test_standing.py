import numpy as np
from numpy.typing import NDArray

from processors.video.maps import MOVED_MAP, SHAPE, SHARE_MAP
from training.standing import stands, with_standing
from training.truth_file import Fault, Truth, Unclear

HZ = 5.0


def standing(seconds: float) -> NDArray[np.uint8]:
    return np.zeros((round(seconds * HZ), *SHAPE), np.uint8)


def truth_of(faults: tuple[Fault, ...] = ()) -> Truth:
    return Truth(
        duration_s=10.0,
        split="train",
        seed=1,
        sources=(),
        has_picture=True,
        has_sound=False,
        width=640,
        height=360,
        fps=25.0,
        video_codec="libx264",
        bitrate_kbps=1000,
        gop=25,
        graphics=(),
        faults=faults,
        unclear=(),
    )


def times(maps: NDArray[np.uint8]) -> NDArray[np.float64]:
    return np.arange(len(maps)) / HZ


def test_what_moves_at_the_side_alone_stands() -> None:
    maps = standing(2.0)
    maps[:, MOVED_MAP, 7:, :] = 200
    assert stands(maps).all()


def test_a_subject_in_the_middle_does_not_stand() -> None:
    maps = standing(2.0)
    maps[:, MOVED_MAP, 3:6, 7:9] = 200
    assert not stands(maps).any()


def test_a_small_thing_before_a_still_is_a_graphic_to_any_eye() -> None:
    maps = standing(2.0)
    maps[:, MOVED_MAP, 4, 7:9] = 200
    assert stands(maps).all()


def test_noise_that_outlasts_the_encoder_does_not_stand() -> None:
    maps = standing(2.0)
    maps[:, SHARE_MAP] = 200
    assert not stands(maps).any()


def test_the_pulse_of_a_key_frame_is_not_life() -> None:
    maps = standing(2.0)
    maps[4, SHARE_MAP] = 255
    assert stands(maps).all()


def test_a_stand_becomes_unclear_with_a_margin() -> None:
    maps = standing(10.0)
    maps[:, MOVED_MAP] = 200
    maps[20:30, MOVED_MAP] = 0
    marked = with_standing(truth_of(), maps, times(maps))
    assert marked.unclear == (Unclear(start_s=3.6, end_s=6.2, types=("freeze",)),)


def test_a_freeze_stays_a_fault() -> None:
    maps = standing(10.0)
    maps[:, MOVED_MAP] = 200
    maps[20:30, MOVED_MAP] = 0
    truth = truth_of((Fault(type="freeze", start_s=4.0, end_s=6.0, detail="plain"),))
    assert with_standing(truth, maps, times(maps)) is truth


def test_marking_twice_adds_nothing() -> None:
    maps = standing(10.0)
    once = with_standing(truth_of(), maps, times(maps))
    assert with_standing(once, maps, times(maps)) is once
