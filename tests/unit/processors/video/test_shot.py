"""What is known of a shot: it begins anew with a cut, and with nothing that only looks like one."""

import numpy as np
from numpy.typing import NDArray

from processors.video.history import History, read
from processors.video.lattice import COLUMNS, HEIGHT, WIDTH
from processors.video.maps import ADDED_MAPS, SHOT_MAPS, TAKEN_MAPS
from processors.video.shot import Shot, Shown, follow
from tests.unit.processors.video.made import flat, picture

Bytes = NDArray[np.uint8]
AGE, LIVELIEST = 0, 1
GREATEST = slice(2, 2 + len(TAKEN_MAPS))
LEAST = slice(2 + len(TAKEN_MAPS), len(SHOT_MAPS))


def maps_of(*pictures: Bytes) -> Bytes:
    """Return all maps at the last of pictures 0.2 s apart."""
    history: History | None = None
    for number, points in enumerate(pictures):
        reading, history = read(history, picture(number / 5, points), intra=False, damage=0)
    return reading.maps


def of_shot(*pictures: Bytes) -> Bytes:
    return maps_of(*pictures)[SHOT_MAPS.start : SHOT_MAPS.stop]


def scene(number: int, moved: int = 0) -> Bytes:
    """Return a scene of its own, of patches smaller than a cell; it lies ``moved`` points to the left."""
    patches = np.random.default_rng(number).integers(20, 235, (HEIGHT // 5, WIDTH), np.uint8)
    whole = np.kron(patches, np.ones((5, 5), np.uint8))
    return np.ascontiguousarray(whole[:, moved : moved + WIDTH])


def soft(points: Bytes) -> Bytes:
    """Return a picture of which only what is as large as a patch is left."""
    cells = points.reshape(HEIGHT // 10, 10, WIDTH // 10, 10).mean(axis=(1, 3))
    return np.kron(cells, np.ones((10, 10))).astype(np.uint8)


def test_nothing_is_known_of_the_first_picture_but_itself() -> None:
    maps = maps_of(scene(1))
    shot = maps[SHOT_MAPS.start : SHOT_MAPS.stop]
    assert not shot[[AGE, LIVELIEST]].any()
    np.testing.assert_array_equal(shot[GREATEST], maps[[*TAKEN_MAPS]])
    np.testing.assert_array_equal(shot[LEAST], maps[[*ADDED_MAPS]])


def test_what_froze_was_lively_in_its_shot() -> None:
    moving = [scene(1, moved) for moved in range(8)]
    frozen = of_shot(*moving, *[moving[-1]] * 20)
    assert frozen[LIVELIEST].min() > 100
    assert frozen[AGE].min() > 80


def test_a_camera_that_stands_since_a_cut_was_never_lively() -> None:
    moving = [scene(1, moved) for moved in range(8)]
    stands = of_shot(*moving, *[scene(2)] * 20)
    assert not stands[LIVELIEST].any()
    assert (stands[AGE] < of_shot(*moving, *[moving[-1]] * 20)[AGE]).all()


def test_graphics_that_stay_do_not_hide_a_cut() -> None:
    before, after = scene(1), scene(2)
    panel = slice(None), slice(0, round(0.4 * WIDTH))
    after[panel] = before[panel]
    assert not of_shot(*[before] * 5, after)[AGE].any()


def test_a_pan_is_one_shot_however_fast() -> None:
    pan = [scene(1, 7 * number) for number in range(12)]
    assert of_shot(*pan)[AGE].min() > 60
    # It freezes: what it was before is still known.
    assert of_shot(*pan, *[pan[-1]] * 5)[LIVELIEST].min() > 150


def test_detail_that_a_picture_lost_is_known_until_the_next_cut() -> None:
    lost = of_shot(*[scene(1)] * 5, *[soft(scene(1))] * 10)
    sharp = of_shot(*[scene(1)] * 15)
    assert (lost[GREATEST] >= sharp[GREATEST] - 1).all()
    born_soft = of_shot(*[scene(1)] * 5, *[soft(scene(2))] * 10)
    assert np.median(born_soft[GREATEST.start]) < np.median(lost[GREATEST.start]) - 20


def test_what_was_added_is_told_from_what_was_always_there() -> None:
    clean, broken = flat(100), flat(100)
    # A step on the border of macroblocks in every cell, at the size that the test's small picture has.
    broken[:, np.arange(WIDTH) // (WIDTH // COLUMNS) % 2 == 0] += 5
    came = of_shot(*[clean] * 5, *[broken] * 5)
    always = of_shot(*[broken] * 10)
    assert not came[LEAST.start].any()
    assert always[LEAST.start].any()


def test_memory_fades_slowly() -> None:
    shown = Shown(
        level=np.zeros((9, 16), np.uint8),
        moved=np.zeros((9, 16), np.uint8),
        taken=np.zeros((1, 9, 16), np.uint8),
        added=np.full((1, 9, 16), 200, np.uint8),
    )
    ones = np.ones((9, 16), np.float32)
    shot: Shot = Shot(0.0, 0, 100 * ones, 100 * ones[np.newaxis], 100 * ones[np.newaxis])
    for _ in range(5 * 60):
        shot = follow(shot, shown, 0.2)
    assert round(shot.age_s) == 60
    np.testing.assert_allclose(shot.liveliest, 85, rtol=0.01)
    np.testing.assert_allclose(shot.greatest, 85, rtol=0.01)
    np.testing.assert_allclose(shot.least, 115, rtol=0.01)
