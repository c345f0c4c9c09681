"""What each fault of a picture does to the programme beneath the graphics."""

import cv2
import numpy as np
import pytest

from training.picture.blocks import Crush, Outage, borders, off_share
from training.picture.compression import Generation
from training.picture.defocus import LEAST_SIGMA, MOST_SIGMA, Blur
from training.picture.nature import detail_of
from training.picture.plan import plan_faults, plan_television
from training.picture.raster import Frame, Raster, gray_of, scale
from training.picture.standing import BLACK_LEVEL, Bars, Black, Freeze

RASTER = Raster(320, 180, 25.0)
SEEDS = range(8)


def moving(count: int) -> list[Frame]:
    """Spots of three pixels that drift by one a frame."""
    field = np.random.default_rng(1).integers(0, 256, (60, 107, 3)).astype(np.uint8)
    base = scale(field, RASTER.width, RASTER.height)
    return [np.roll(base, step, axis=1) for step in range(count)]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_freeze_moves_no_more_than_an_encoder_does(seed: int) -> None:
    fault = Freeze(RASTER, np.random.default_rng(seed))
    frames = [fault.apply(frame, index, 20 - index)[0].astype(int) for index, frame in enumerate(moving(20))]
    # Frame by frame the programme changes by tens of levels in the mean.
    assert max(np.abs(frames[5] - frame).mean() for frame in frames[6:]) < 8


@pytest.mark.parametrize("seed", SEEDS)
def test_black_is_black_wherever_it_says_so(seed: int) -> None:
    fault = Black(RASTER, np.random.default_rng(seed), longest_ramp_s=0.4)
    told = [fault.apply(frame, index, 49 - index) for index, frame in enumerate(moving(50))]
    bad = [np.mean(shown > BLACK_LEVEL) for shown, black in told if black]
    assert max(bad) < 0.02
    assert len(bad) > 25


@pytest.mark.parametrize("seed", SEEDS)
def test_blur_leaves_no_fine_detail(seed: int) -> None:
    sharp = moving(1)[0]
    shown, counts = Blur(RASTER, np.random.default_rng(seed)).apply(sharp.copy(), 100, 100)
    # Means of two by two: noise that comes after a lens is no detail.
    small = (gray_of(scale(frame, 160, 90)).astype(int) for frame in (sharp, shown))
    before, after = (np.std(np.diff(gray, axis=1)) for gray in small)
    assert counts
    assert after < before * 0.75


def test_blur_that_comes_slowly_counts_from_the_least_sigma() -> None:
    for seed in range(40):
        fault = Blur(RASTER, np.random.default_rng(seed))
        first = fault.apply(moving(1)[0], 0, 100)[1]
        if not first:
            assert fault.apply(moving(1)[0], 60, 100)[1]
            return
    pytest.fail("no blur of forty came slowly")


@pytest.mark.parametrize("make", [Crush, Outage])
def test_blocks_that_are_seen_damage_the_picture(make: type[Crush] | type[Outage]) -> None:
    frames, seen = moving(12), 0
    for seed in SEEDS:
        fault = make(RASTER, np.random.default_rng(seed))
        shown = [fault.apply(frame.copy(), index, 11 - index)[0] for index, frame in enumerate(frames)]
        assert all(frame.shape == frames[0].shape for frame in shown)
        if fault.is_seen():
            seen += 1
            assert np.mean(np.abs(shown[-1].astype(int) - frames[-1]) > 10) > 0.01
    # Hardly anything of a picture this busy can be lost unseen.
    assert seen > len(SEEDS) / 2


def test_a_picture_that_stands_shows_no_loss() -> None:
    flat = np.full((RASTER.height, RASTER.width, 3), 90, np.uint8)
    fault = Outage(RASTER, np.random.default_rng(3))
    for index in range(30):
        fault.apply(flat.copy(), index, 30 - index)
        assert not fault.is_seen()


def test_borders_are_seen_where_blocks_meet_and_nowhere_else() -> None:
    ramp = np.tile(np.arange(320, dtype=np.uint8) // 4, (180, 1))
    levels = np.random.default_rng(4).integers(60, 120, (180 // 8 + 1, 320 // 8)).astype(np.uint8)
    blocky = np.kron(levels, np.ones((8, 8), np.uint8))[:180]
    assert borders(ramp, blocky) > 0.7
    assert borders(ramp, ramp) == 0.0
    # What stood there before is the programme's own: a wall of tiles.
    assert borders(blocky, blocky) == 0.0
    aside = np.roll(blocky, (3, 3), axis=(0, 1))
    assert borders(ramp, aside) < 0.02


def test_h264_without_its_filter_leaves_the_borders_of_blocks() -> None:
    frame = moving(1)[0]
    shares = []
    for smooths in (True, False):
        line = Generation(RASTER, "libx264", 48, gop=25, smooths=smooths)
        shares.append(borders(gray_of(frame), gray_of(line.pass_on(frame))))
    assert shares[1] > 2 * shares[0]


def test_blocks_are_off_by_their_mean() -> None:
    before = np.full((160, 320), 100, np.uint8)
    after = before.copy()
    after[:16, :32] = 130
    assert off_share(before, after, 20.0) == pytest.approx(2 / 200)
    assert off_share(before, after, 40.0) == 0.0


@pytest.mark.parametrize("seed", range(12))
def test_bars_hide_the_programme(seed: int) -> None:
    fault = Bars(RASTER, np.random.default_rng(seed), cards=[])
    first, second = (fault.apply(frame, 0, 9)[0].astype(int) for frame in (moving(1)[0], moving(9)[8]))
    assert np.mean(np.abs(first - second) > 12) < 0.25
    assert fault.detail


def test_detail_tells_sharp_from_blurred() -> None:
    rng = np.random.default_rng(1)
    sharp = np.zeros((360, 640), np.uint8)
    for _ in range(150):
        top, left = rng.integers(0, 340), rng.integers(0, 620)
        sharp[top : top + rng.integers(5, 90), left : left + rng.integers(5, 90)] = rng.integers(256)
    blurred = np.asarray(cv2.GaussianBlur(sharp, (0, 0), LEAST_SIGMA * 360), np.uint8)
    clear, soft = detail_of(sharp), detail_of(blurred)
    assert clear is not None and clear > 0.5
    assert soft is not None and soft < 0.3
    assert detail_of(np.full((360, 640), 90, np.uint8)) is None


def test_faults_have_health_around_them() -> None:
    for seed in range(50):
        spans = plan_faults(60.0, 3, np.random.default_rng(seed), losses=True)
        edges = [0.0, *(edge for span in spans for edge in (span.start_s, span.end_s)), 60.0]
        assert all(after - before >= 3.5 for before, after in zip(edges[::2], edges[1::2], strict=True))
        assert all(span.end_s - span.start_s >= 1.2 for span in spans)


def test_television_is_shorter_than_a_fault_and_away_from_any() -> None:
    for seed in range(50):
        rng = np.random.default_rng(seed)
        faults = plan_faults(60.0, 2, rng, losses=False)
        for short in plan_television(60.0, faults, rng):
            assert short.end_s - short.start_s < 0.7
            assert not short.counts
            assert all(short.end_s < span.start_s - 1 or short.start_s > span.end_s + 1 for span in faults)


def test_blur_stays_within_what_the_design_counts() -> None:
    assert 0.006 <= LEAST_SIGMA < MOST_SIGMA <= 0.03
