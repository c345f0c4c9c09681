"""The window that the model sees: how far ahead, and what stands in where there is nothing."""

from dataclasses import replace

import numpy as np

from processors.video.features import (
    AHEAD,
    BEHIND,
    HELD_PLANES,
    INDEXES,
    LAGS,
    SHAPE,
    Line,
    Noted,
    Sample,
    join,
    leave,
    window,
)
from processors.video.history import Reading
from processors.video.maps import SHAPE as MAPS_SHAPE
from processors.video.maps import STOOD_MAPS
from tests.unit.processors.video.made import flat, fold


def noted(*times_s: float) -> list[Noted]:
    """Return readings of which all maps say which one it is."""
    reading, _ = fold(flat(0))
    return [
        Noted(replace(reading, time_s=time_s, maps=np.full(MAPS_SHAPE, index, np.uint8)), wanted=True)
        for index, time_s in enumerate(times_s)
    ]


def stand(readings: list[Noted]) -> tuple[list[list[Reading]], list[Sample]]:
    """Return what each arrival made ripe, and what the end did."""
    line, ripe = Line(), []
    for each in readings:
        line, samples = join(line, each)
        ripe.append([sample.reading for sample in samples])
    return ripe, leave(line)


def seen_by(sample: Sample, lag: int) -> int:
    return round(float(sample.planes[0, 0, np.flatnonzero(lag == LAGS)[0]]) * 255)


def test_a_sample_waits_for_four_more_and_no_longer() -> None:
    readings = noted(*(index / 5 for index in range(12)))
    ripe, left = stand(readings)
    assert [len(each) for each in ripe] == [0] * AHEAD + [1] * (12 - AHEAD)
    assert [sample.reading for sample in left] == [each.reading for each in readings[-AHEAD:]]


def test_nothing_later_than_a_second_is_looked_at() -> None:
    ripe, left = stand(noted(0.0, 0.2, 1.3, 1.5))
    assert [reading.time_s for reading in ripe[2]] == [0.0, 0.2]
    line, _ = join(Line(), noted(0.0, 0.2, 1.3)[0])
    line, _ = join(line, noted(0.0, 0.2, 1.3)[1])
    _, samples = join(line, noted(0.0, 0.2, 1.3)[2])
    assert [seen_by(sample, AHEAD) for sample in samples] == [1, 1]
    assert len(left) == 2


def test_the_nearest_stands_in_before_the_start_and_after_the_end() -> None:
    _, left = stand(noted(0.0, 0.2, 0.4))
    assert [seen_by(sample, -BEHIND) for sample in left] == [0, 0, 0]
    assert [seen_by(sample, AHEAD) for sample in left] == [2, 2, 2]


def test_the_past_is_kept_as_far_as_it_is_looked_at() -> None:
    line = Line()
    for each in noted(*(index / 5 for index in range(40))):
        line, samples = join(line, each)
    assert [seen_by(sample, lag) for sample in samples for lag in (-BEHIND, 0, AHEAD)] == [26, 35, 39]
    assert len(line.noted) == BEHIND + AHEAD


def test_what_is_not_wanted_is_seen_but_not_judged() -> None:
    readings = noted(*(index / 5 for index in range(10)))
    ripe, left = stand([replace(each, wanted=index % 5 == 0) for index, each in enumerate(readings)])
    judged = [reading.time_s for each in ripe for reading in each] + [each.reading.time_s for each in left]
    assert judged == [0.0, 1.0]


def test_each_plane_is_the_map_and_the_sample_that_the_layout_says() -> None:
    rng = np.random.default_rng(8)
    maps = rng.integers(0, 256, (20, *MAPS_SHAPE), np.uint8)
    planes = window(maps, 12, 12 + AHEAD)
    assert planes.shape == SHAPE
    for plane in np.setdiff1d(np.arange(len(LAGS)), HELD_PLANES):
        lag, index = LAGS[plane], INDEXES[plane]
        np.testing.assert_allclose(planes[..., plane], maps[12 + lag, index] / np.float32(255), rtol=1e-6)


def test_a_held_plane_is_the_stand_up_to_where_a_cell_changes() -> None:
    maps = np.zeros((20, *MAPS_SHAPE), np.uint8)
    # From the sample judged on: one cell stands throughout, one changes after two more.
    maps[12:17, STOOD_MAPS, 0, 0] = np.array([10, 20, 30, 40, 50])[:, np.newaxis]
    maps[12:17, STOOD_MAPS, 0, 1] = np.array([10, 20, 30, 0, 10])[:, np.newaxis]
    held = window(maps, 12, 12 + AHEAD)[..., HELD_PLANES] * 255
    np.testing.assert_allclose(held[0, 0], 50, rtol=1e-6)
    np.testing.assert_allclose(held[0, 1], 30, rtol=1e-6)
