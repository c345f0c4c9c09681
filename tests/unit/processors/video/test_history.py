"""The fold of sampled pictures: what is known of the past, and when it is dropped."""

from dataclasses import replace

import numpy as np

from processors.video.decode import Picture
from processors.video.history import NO_PAST, VideoContext, continue_from, grid_number, is_due, read, see_key
from processors.video.lattice import HEIGHT, HISTORY, WIDTH


def picture(time_s: float, level: int) -> Picture:
    points = np.full((HEIGHT, WIDTH), level, np.uint8)
    return Picture(time_s=time_s, points=points, beside=points)


def fold(count: int) -> VideoContext:
    context: VideoContext | None = None
    for index in range(count):
        _, context = read(context, picture(index / 5, index), intra=False)
    assert context is not None
    return context


def test_the_unknown_counts_as_motion() -> None:
    reading, _ = read(None, picture(0.0, 100), intra=True)
    assert reading.changed is None
    assert (reading.planes[..., 10 : 10 + 2 * HISTORY] == 1).all()


def test_what_stands_still_differs_in_nothing() -> None:
    _, context = read(None, picture(0.0, 100), intra=True)
    reading, _ = read(context, picture(0.2, 100), intra=False)
    assert reading.changed is not None
    assert not reading.changed.share.any()
    assert not reading.planes[..., 10].any()


def test_history_is_a_second_and_no_more() -> None:
    context = fold(40)
    assert len(context.lattices) == len(context.changes) == len(context.keys) == HISTORY
    assert sum(lattice.nbytes for lattice in context.lattices) < 100_000


def test_a_hole_or_a_step_back_drops_the_past() -> None:
    context = fold(10)
    assert continue_from(context, context.time_s + 0.3) is context
    assert continue_from(context, context.time_s + 3.0) is None
    assert continue_from(context, context.time_s - 3.0) is None
    assert continue_from(NO_PAST, 0.0) is None


def test_one_picture_a_place_of_the_grid() -> None:
    _, context = read(None, picture(0.44, 0), intra=False)
    assert not is_due(context, 0.56)
    assert is_due(context, 0.60)
    assert grid_number(0.6, 5.0) == 3


def test_a_key_frame_between_samples_marks_its_interval() -> None:
    _, context = read(None, picture(0.0, 50), intra=True)
    context = see_key(context, picture(0.12, 50))
    reading, context = read(context, picture(0.2, 50), intra=False)
    assert context.keys == (True,)
    assert context.key_change is not None
    assert not context.key_change.share.any()
    reading, _ = read(context, picture(0.4, 50), intra=False)
    assert not reading.planes[..., 10 + 2 * HISTORY].any()


def test_key_frames_far_apart_are_not_compared() -> None:
    context = replace(fold(3), key=picture(0.0, 9))
    assert see_key(context, picture(9.0, 9)).key_change is None
