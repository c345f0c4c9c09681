"""What a street is made of: rows of houses and the road between them, painted."""

import cv2
import numpy as np
from numpy.typing import NDArray

from training.gather.texture import Generator

# Pixels of a surface to the metre: a wall five metres away fills the picture about one to one.
FINE = 96
_WALL_M, TALL_M = 42, 14
# Metres from the middle of the street to the houses.
HALF_M = 6.0


def row_of_houses(night: bool, rng: Generator) -> NDArray[np.float32]:
    """Paint a row of houses, FINE pixels to the metre: (TALL_M * FINE, width, 3) BGR, 0 to 255.

    What is above a roof is -1, for the sky to be seen there.
    """
    wall = np.full((TALL_M * FINE, _WALL_M * FINE, 3), -1, np.float32)
    left = 0
    while left < wall.shape[1]:
        right = min(wall.shape[1], left + int(rng.integers(5, 12)) * FINE)
        floors = int(rng.integers(2, 5))
        top = wall.shape[0] - floors * 3 * FINE - FINE // 2
        paint = rng.uniform(70, 225) * rng.uniform(0.8, 1.1, 3)
        plaster = rng.standard_normal((wall.shape[0] - max(top, 0), right - left, 1)) * rng.uniform(3, 14)
        bright = np.clip(paint + plaster, 0, 255) * (0.14 if night else 0.85)
        bright[:: int(rng.choice([12, 16, 500]))] *= 0.8
        house = np.ascontiguousarray(bright.astype(np.uint8))
        _windows(house, floors, night, rng)
        wall[max(top, 0) :, left:right] = house
        left = right
    return wall


def _windows(house: NDArray[np.uint8], floors: int, night: bool, rng: Generator) -> None:
    bottom, wide = house.shape[:2]
    for floor in range(floors):
        middle = bottom - int((floor * 3 + 1.6) * FINE)
        for x in range(int(0.6 * FINE), wide - int(1.4 * FINE), int(rng.uniform(1.6, 2.6) * FINE)):
            lit = rng.random() < (0.4 if night else 0.1)
            glass = rng.uniform(0.6, 1.0) * np.array((120, 190, 235) if lit else (90, 80, 70))
            glass = glass if lit or not night else glass * 0.15
            corner, end = (x, middle - int(0.8 * FINE)), (x + int(0.9 * FINE), middle + int(0.6 * FINE))
            cv2.rectangle(house, corner, end, tuple(float(part) for part in glass), -1)
            frame = float(40 if night else rng.choice([40, 235]))
            cv2.rectangle(house, corner, end, (frame, frame, frame), 5)
            cv2.line(
                house, (x + int(0.45 * FINE), corner[1]), (x + int(0.45 * FINE), end[1]), (frame,) * 3, 3
            )
    name = "".join(rng.choice(list("ABCDEGLMNORSTUV"), int(rng.integers(4, 9))))
    colour = tuple(float(part) for part in rng.uniform(120, 255, 3))
    place = (int(0.5 * FINE), bottom - int(2.75 * FINE))
    cv2.putText(house, name, place, cv2.FONT_HERSHEY_DUPLEX, 2.2, colour, 5, cv2.LINE_AA)


def road_surface(night: bool, rng: Generator) -> NDArray[np.float32]:
    """Paint the road and its kerbs: (across, along, 3) BGR, 0 to 255, FINE pixels to the metre."""
    road = np.empty((2 * int(HALF_M) * FINE, 12 * FINE, 3), np.float32)
    road[:] = 95 + rng.standard_normal(road.shape[:2])[..., np.newaxis] * 14
    kerb = 2 * FINE
    for side in (slice(0, kerb), slice(-kerb, None)):
        road[side] = 150 + rng.standard_normal(road[side].shape[:2])[..., np.newaxis] * 9
        road[side, :: FINE // 2] *= 0.7
    centre = road.shape[0] // 2
    road[centre - 7 : centre + 7, : 5 * FINE] = 225
    return np.clip(road, 0, 255) * np.float32(0.22 if night else 0.85)
