"""A street between two rows of houses, with cars and people, seen by a camera that walks or drives."""

from collections.abc import Iterator

import cv2
import msgspec
import numpy as np
from numpy.typing import NDArray

from training.gather.camera import some_journey
from training.gather.houses import FINE, HALF_M, TALL_M, road_surface, row_of_houses
from training.gather.people import walker
from training.gather.store import Picture
from training.gather.texture import Generator, grain_for, look_up, shot

# Metres above the road: the eye of somebody who stands.
_EYE_M = 1.7
# Copies of a surface, each half as fine: the coarsest has six pixels to the metre, for what is a block away.
_LEVELS = 5


class Mover(msgspec.Struct, frozen=True):
    """Somebody or something in the street: across, ahead (metres), its speed, size in metres."""

    across: float
    ahead: float
    speed: float
    tall: float
    pace: float
    sprite: NDArray[np.float32]
    """(height, width, 4): BGR and cover, 0 to 1."""


class _Surface(msgspec.Struct, frozen=True):
    """A surface, and copies of it each half as fine: one finer than the picture's pixels would flicker."""

    levels: tuple[NDArray[np.float32], ...]

    def at(
        self, x: NDArray[np.float32], y: NDArray[np.float32], level: NDArray[np.intp]
    ) -> NDArray[np.float32]:
        """Look places up (in pixels of the finest copy), each in the copy of its level."""
        found = np.empty((len(x), 3), np.float32)
        for fineness, surface in enumerate(self.levels):
            wanted = level == fineness
            if wanted.any():
                scale = np.float32(0.5**fineness)
                places = look_up(surface, _strips(x[wanted] * scale), _strips(y[wanted] * scale))
                found[wanted] = places.reshape(-1, 3)[: int(wanted.sum())]
        return found


def street(light: str, width: int, height: int, rng: Generator) -> Iterator[Picture]:
    """Yield frames of a shot by ``day`` or ``night``, 25 a second: (height, width, 3) BGR."""
    night = light == "night"
    walls = [_surface(row_of_houses(night, rng)) for _ in range(2)]
    road = _surface(road_surface(night, rng))
    movers = [_mover(night, rng) for _ in range(int(rng.integers(3, 9)))]
    journey = some_journey((0.8, 9.0), rng)
    grain, sigma = grain_for(width, height, rng), float(rng.uniform(0.5, 4.0 if night else 2.0))
    sky = np.array((20, 12, 10) if night else (230, 205, 180), np.float32)
    haze = float(rng.uniform(0.002, 0.02))
    index = 0
    while True:
        at = index / 25
        # The camera keeps to the street: of the journey it takes the pace and the turns of the head.
        pose = journey.at(at)
        ahead = journey.speed * at
        yaw = 0.35 * np.sin(pose.yaw - journey.heading)
        frame = _walls_and_road(walls, road, ahead, yaw, pose.pitch, pose.zoom, width, height, sky, haze)
        for mover in sorted(movers, key=lambda mover: -(mover.ahead + mover.speed * at - ahead)):
            _place(frame, mover, ahead, yaw, pose.pitch, pose.zoom, at)
        yield shot(frame, grain, sigma, rng)
        index += 1


def _walls_and_road(
    walls: list[_Surface],
    road: _Surface,
    ahead: float,
    yaw: float,
    pitch: float,
    zoom: float,
    width: int,
    height: int,
    sky: NDArray[np.float32],
    haze: float,
) -> NDArray[np.float32]:
    """Look along every pixel's ray for the wall or the road that it meets first."""
    focal = width * 0.8 * zoom
    across = ((np.arange(width, dtype=np.float32) - width / 2) / focal)[np.newaxis]
    down = ((np.arange(height, dtype=np.float32) - height * 0.55) / focal - pitch)[:, np.newaxis]
    ray_x = across * np.cos(yaw) + np.sin(yaw)
    ray_z = np.cos(yaw) - across * np.sin(yaw)
    to_wall = np.broadcast_to(HALF_M / np.maximum(np.abs(ray_x), 1e-4), (height, width))
    to_road = np.broadcast_to(
        np.where(down > 1e-4, _EYE_M / np.maximum(down, 1e-4), np.float32(1e6)), (height, width)
    )
    on_wall = to_wall < to_road
    reach = np.where(on_wall, to_wall, to_road).astype(np.float32)
    far = ahead + reach * ray_z
    above = _EYE_M - reach * down
    level = np.clip(np.rint(np.log2(np.maximum(reach / focal * FINE, 1e-3))), 0, _LEVELS - 1).astype(np.intp)
    frame = np.empty((height, width, 3), np.float32)
    frame[:] = sky
    left = np.broadcast_to(ray_x < 0, (height, width))
    # The right wall runs the other way, for its signs to be read from left to right.
    for side, wall, way in ((left, walls[0], 1), (~left, walls[1], -1)):
        facing = on_wall & side & (above < TALL_M)
        painted = wall.at(
            _single(far[facing] * (way * FINE)), _single((TALL_M - above[facing]) * FINE), level[facing]
        )
        house = painted[:, :1] >= 0
        frame[facing] = np.where(house, painted, frame[facing])
    ground = ~on_wall
    aside = (reach * ray_x)[ground] + HALF_M
    frame[ground] = road.at(_single(far[ground] * FINE), _single(aside * FINE), level[ground])
    air = (1 - np.exp(-np.minimum(reach, 400) * haze))[..., np.newaxis]
    mixed: NDArray[np.float32] = (frame * (1 - air) + sky * air).astype(np.float32)
    return mixed


def _surface(painted: NDArray[np.float32]) -> _Surface:
    levels = [painted]
    while len(levels) < _LEVELS:
        levels.append(_single(cv2.resize(levels[-1], None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)))
    return _Surface(tuple(levels))


def _single(numbers: NDArray[np.generic]) -> NDArray[np.float32]:
    """Return numbers in single precision, which is what cv2 looks places up by."""
    return numbers.astype(np.float32, copy=False)


def _strips(places: NDArray[np.float32]) -> NDArray[np.float32]:
    """Fold a list into rows of 1024: a picture of cv2 has no side above 32767."""
    folded = np.zeros(-(-len(places) // 1024) * 1024, np.float32)
    folded[: len(places)] = places
    return folded.reshape(-1, 1024)


def _mover(night: bool, rng: Generator) -> Mover:
    car = rng.random() < 0.4
    sprite = _car(rng) if car else walker(rng)
    if night:
        sprite[..., :3] *= 0.25
    return Mover(
        across=float(rng.uniform(-3, 3) if car else rng.choice([-1, 1]) * rng.uniform(3.8, 5.3)),
        ahead=float(rng.uniform(6, 45)),
        speed=float(rng.uniform(-6, 9) if car else rng.uniform(-1.5, 1.5)),
        tall=1.5 if car else float(rng.uniform(1.5, 1.95)),
        pace=0.0 if car else float(rng.uniform(5, 8)),
        sprite=sprite,
    )


def _car(rng: Generator) -> NDArray[np.float32]:
    """Draw a car from behind."""
    car = np.zeros((300, 360, 4), np.float32)
    paint = (*(float(part) for part in rng.uniform(20, 230, 3)), 1.0)
    cv2.rectangle(car, (10, 110), (350, 260), paint, -1)
    cv2.fillPoly(car, [np.array([(50, 115), (95, 10), (265, 10), (310, 115)])], paint)
    cv2.fillPoly(car, [np.array([(70, 105), (105, 25), (255, 25), (290, 105)])], (70, 60, 50, 1.0))
    for x in (25, 285):
        cv2.rectangle(car, (x, 140), (x + 50, 170), (40, 30, 230, 1.0), -1)
        cv2.rectangle(car, (x, 250), (x + 50, 299), (20, 20, 20, 1.0), -1)
    cv2.rectangle(car, (130, 200), (230, 225), (220, 225, 230, 1.0), -1)
    return car


def _place(
    frame: NDArray[np.float32],
    mover: Mover,
    ahead: float,
    yaw: float,
    pitch: float,
    zoom: float,
    at: float,
) -> None:
    """Set a mover into the picture where it stands; one that is too near or behind is left out."""
    height, width = frame.shape[:2]
    z = mover.ahead + mover.speed * at - ahead
    x = mover.across
    depth, aside = z * np.cos(yaw) + x * np.sin(yaw), x * np.cos(yaw) - z * np.sin(yaw)
    if depth < 2.0:
        return
    focal = width * 0.8 * zoom
    tall = mover.tall * focal / depth
    wide = tall * mover.sprite.shape[1] / mover.sprite.shape[0]
    bob = 0.02 * tall * abs(np.sin(mover.pace * at))
    foot = height * 0.55 + (_EYE_M / depth + pitch) * focal - bob
    top, left = int(foot - tall), int(width / 2 + aside / depth * focal - wide / 2)
    if tall < 4 or left >= width or left + wide <= 0 or top >= height or foot <= 0:
        return
    size = (max(2, int(wide)), max(2, int(tall)))
    sprite = cv2.resize(mover.sprite, size, interpolation=cv2.INTER_AREA)
    rows = slice(max(0, top), min(height, top + size[1]))
    columns = slice(max(0, left), min(width, left + size[0]))
    part = sprite[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left]
    cover = part[..., 3:]
    frame[rows, columns] = frame[rows, columns] * (1 - cover) + part[..., :3] * cover
