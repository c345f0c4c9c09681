"""Programmes: faults lie under the graphics, and the truth is what the frames show."""

from pathlib import Path

import numpy as np

from tests.unit.training.small_media import RASTER, small_media
from training.picture.nature import Nature
from training.picture.plan import Span
from training.picture.programme import Programme
from training.picture.raster import Frame, Raster


def span(kind: str, start_s: float, end_s: float, *, over: bool = False, counts: bool = True) -> Span:
    return Span(kind, start_s, end_s, over=over, counts=counts)


def take(programme: Programme, seconds: float) -> list[Frame]:
    return [frame.copy() for frame in programme.frames(programme.raster.frames(seconds))]


def test_the_same_seed_makes_the_same_programme(tmp_path: Path) -> None:
    media = small_media(tmp_path)
    first, second = (
        take(Programme(media, RASTER, [], np.random.default_rng(9), graphics=True), 3.0) for _ in range(2)
    )
    assert all(np.array_equal(one, other) for one, other in zip(first, second, strict=True))


def test_truth_of_a_black_is_where_it_is_black(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    programme = Programme(small_media(tmp_path), RASTER, [span("fade", 2.0, 4.0)], rng, graphics=False)
    frames = take(programme, 6.0)
    (fault,) = programme.faults()
    black = [np.mean(frame > 8) < 0.02 for frame in frames]
    first, last = round(fault.start_s * 25), round(fault.end_s * 25)
    assert fault.type == "fade"
    assert 2.0 <= fault.start_s < fault.end_s <= 4.0
    assert all(black[first:last])


def test_graphics_stay_over_a_black_programme(tmp_path: Path) -> None:
    media = small_media(tmp_path)
    for seed in range(20):
        rng = np.random.default_rng(seed)
        programme = Programme(media, RASTER, [span("fade", 0.5, 2.0)], rng, graphics=True)
        if {"logo", "clock", "ticker"} & set(programme.graphics):
            frames = take(programme, 1.5)
            assert frames[-1].max() > 60
            return
    raise AssertionError("no programme of twenty has a logo, clock or ticker")


def test_a_fault_over_the_graphics_takes_them_with_it(tmp_path: Path) -> None:
    rng = np.random.default_rng(6)
    spans = [span("fade", 0.5, 2.0, over=True)]
    frames = take(Programme(small_media(tmp_path), RASTER, spans, rng, graphics=True), 1.5)
    assert np.mean(frames[-1] > 8) < 0.02


def test_what_is_too_short_is_no_fault(tmp_path: Path) -> None:
    rng = np.random.default_rng(4)
    spans = [span("freeze", 1.0, 1.5, counts=False)]
    programme = Programme(small_media(tmp_path), RASTER, spans, rng, graphics=False)
    take(programme, 3.0)
    assert programme.faults() == []


def test_a_natural_still_is_unclear_and_motion_is_not() -> None:
    raster = Raster(320, 180, 25.0)
    rng = np.random.default_rng(2)
    base = rng.integers(0, 256, (180, 320, 3)).astype(np.uint8)
    nature = Nature(raster)
    for index in range(150):
        # Two seconds of motion, two of stillness, two of motion.
        nature.see(np.roll(base, 4 * (min(index, 50) + max(0, index - 100)), axis=1), index)
    (still,) = [stretch for stretch in nature.unclear() if "freeze" in stretch.types]
    assert 1.3 < still.start_s < 2.2
    assert 3.8 < still.end_s < 4.8


def test_natural_black_is_unclear_only_when_it_lasts() -> None:
    raster = Raster(320, 180, 25.0)
    for seconds, expected in ((0.4, 0), (1.5, 1)):
        nature = Nature(raster)
        bright = np.random.default_rng(2).integers(0, 256, (180, 320, 3)).astype(np.uint8)
        for index in range(100):
            dark = 25 <= index < 25 + 25 * seconds
            nature.see(np.zeros_like(bright) if dark else np.roll(bright, 5 * index, axis=1), index)
        assert sum("fade" in stretch.types for stretch in nature.unclear()) == expected
