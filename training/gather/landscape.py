"""Landscapes seen by a camera that moves: hills, lakes and skies, by day and night, in fog, rain and snow."""

from collections.abc import Iterator

import cv2
import msgspec
import numpy as np
from numpy.typing import NDArray

from training.gather.camera import Pose, some_journey
from training.gather.store import Picture
from training.gather.texture import Field, Generator, fractal, grain_for, look_up, shot

_SIZE = 1024
# Steps of a ray from the nearest to the farthest ground, in cells of the map (metres, say), evenly in ratio.
_NEAR, _FAR, _STEPS = 6.0, 1100.0, 360
_DEPTHS = np.geomspace(_NEAR, _FAR, _STEPS).astype(np.float32)
WEATHERS = ("day", "dusk", "night", "fog", "rain", "snow")


class Land(msgspec.Struct, frozen=True):
    """A country: its ground, what covers it, its sky. Colours are BGR, 0 to 255 before the light."""

    height: Field
    colour: NDArray[np.float32]
    detail: Field
    clouds: Field
    sky_top: NDArray[np.float32]
    sky_low: NDArray[np.float32]
    light: float
    haze: float
    weather: str


def landscape(weather: str, width: int, height: int, rng: Generator) -> Iterator[Picture]:
    """Yield frames of a shot, 25 a second, for ever: (height, width, 3) BGR."""
    land = _land(weather, rng)
    # What flies high sees far: speed goes with it, so that the picture moves at a like pace.
    above = float(rng.uniform(12, 70))
    journey = some_journey((above * 0.15, above * 0.6), rng)
    tilt, sigma = float(rng.uniform(0.05, 0.35)), float(rng.uniform(0.3, 2.0 if weather != "night" else 4.0))
    grain = grain_for(width, height, rng)
    ground = max(_summit(land, journey.at(seconds)) for seconds in (0.0, 4.0, 8.0))
    index = 0
    while True:
        at = index / 25
        light = view(land, journey.at(at), ground + above, tilt, width, height, at)
        if weather in ("rain", "snow"):
            light = _falling(light, weather, at, index)
        yield shot(light, grain, sigma, rng)
        index += 1


def view(
    land: Land, pose: Pose, eye: float, tilt: float, width: int, height: int, at: float
) -> NDArray[np.float32]:
    """Return the light a camera catches ``eye`` above zero: (height, width, 3), 0 to 255.

    Each column walks its ray over the map from near to far; a row shows the first ground that rises to it.
    """
    focal = width * 0.8 * pose.zoom
    across = (np.arange(width, dtype=np.float32) - width / 2) / focal
    ray_x = (np.cos(pose.yaw) - across * np.sin(pose.yaw)).astype(np.float32)
    ray_y = (np.sin(pose.yaw) + across * np.cos(pose.yaw)).astype(np.float32)
    horizon = height / 2 - (tilt - pose.pitch) * focal
    grounds = look_up(
        land.height, pose.x + _DEPTHS[:, np.newaxis] * ray_x, pose.y + _DEPTHS[:, np.newaxis] * ray_y
    )
    rows = horizon + (eye - grounds) * focal / _DEPTHS[:, np.newaxis]
    highest = np.clip(np.ceil(np.minimum.accumulate(rows, axis=0)), 0, height).astype(np.intp)
    first = np.full((height + 1, width), _STEPS, np.intp)
    columns = np.broadcast_to(np.arange(width), highest.shape)
    steps = np.broadcast_to(np.arange(_STEPS)[:, np.newaxis], highest.shape)
    # Written from far to near: where several steps meet a row, the nearest is written last and stays.
    first[highest[::-1], columns[::-1]] = steps[::-1]
    first = np.minimum.accumulate(first, axis=0)[:height]
    seen = first < _STEPS
    after = np.clip(first, 1, _STEPS - 1)
    column = np.arange(width)
    low, high = rows[after - 1, column], rows[after, column]
    part = np.clip((low - np.arange(height)[:, np.newaxis]) / np.maximum(low - high, 1e-3), 0, 1)
    depth = (_DEPTHS[after - 1] + part * (_DEPTHS[after] - _DEPTHS[after - 1])).astype(np.float32)
    x, y = pose.x + depth * ray_x, pose.y + depth * ray_y
    light = look_up(land.colour, x, y)
    wet = light[..., 0] > light[..., 2] * 1.6
    drift = np.where(wet, np.float32(at * 1.5), np.float32(0))
    for scale, strength in ((6.0, 0.28), (40.0, 0.22)):
        # A texture finer than a pixel of the picture would only flicker.
        share = strength * np.clip(1.5 - depth / focal * scale * 1.5, 0, 1)
        light *= 1 + (share * look_up(land.detail, x * scale + drift * scale, y * scale))[..., np.newaxis]
    sky = _sky(land, pose, horizon, focal, across, height, at)
    air = (1 - np.exp(-depth * land.haze))[..., np.newaxis]
    ground = np.clip(light, 0, 255) * np.float32(land.light) * (1 - air) + land.sky_low * air
    return np.where(seen[..., np.newaxis], ground, sky).astype(np.float32)


def _sky(
    land: Land, pose: Pose, horizon: float, focal: float, across: Field, height: int, at: float
) -> NDArray[np.float32]:
    rise = np.maximum((horizon - np.arange(height, dtype=np.float32)) / focal, 0)[:, np.newaxis]
    reach = 160 / (rise + 0.06)
    x = at * 6 + reach * (np.cos(pose.yaw) - across * np.sin(pose.yaw))
    y = reach * (np.sin(pose.yaw) + across * np.cos(pose.yaw))
    cover = np.clip(look_up(land.clouds, x.astype(np.float32), y.astype(np.float32)), 0, 1) * 0.7
    share = np.clip(rise * 2.2, 0, 1)[..., np.newaxis]
    clear = land.sky_low * (1 - share) + land.sky_top * share
    bright = np.float32(245 * land.light * 0.9)
    cloud = cover[..., np.newaxis] * np.clip(share * 3, 0, 1)
    mixed: NDArray[np.float32] = clear * (1 - cloud) + bright * cloud
    return mixed


def _land(weather: str, rng: Generator) -> Land:
    relief = fractal(_SIZE, float(rng.uniform(1.7, 2.1)), rng)
    heights = (relief * rng.uniform(14, 34)).astype(np.float32)
    lake = float(np.quantile(heights, rng.uniform(0.0, 0.35)))
    slope = np.hypot(*np.gradient(heights)).astype(np.float32)
    cover = fractal(_SIZE, 0.9, rng)
    snow_line = float(np.quantile(heights, 0.4 if weather == "snow" else rng.uniform(0.85, 1.0)))
    colour = np.empty((_SIZE, _SIZE, 3), np.float32)
    colour[:] = np.array((45, 120, 95)) * rng.uniform(0.8, 1.25, 3)  # meadow
    colour[cover > 0.3] = np.array((35, 75, 50)) * rng.uniform(0.8, 1.2, 3)  # wood
    colour[slope > np.quantile(slope, 0.8)] = np.array((105, 115, 125)) * rng.uniform(0.8, 1.1)  # rock
    colour[heights + 3 * cover > snow_line] = (245, 240, 235)
    colour[np.abs(relief - rng.uniform(-0.5, 0.5)) < 0.006] = (150, 160, 170)  # a road follows the contour
    east, south = np.gradient(heights, axis=1), np.gradient(heights, axis=0)
    bearing = rng.uniform(0, 2 * np.pi)
    shade = 0.75 + 0.45 * (east * np.cos(bearing) + south * np.sin(bearing))
    colour *= np.clip(shade, 0.3, 1.3)[..., np.newaxis].astype(np.float32)
    colour[heights <= lake] = (140, 95, 50)
    if weather == "night":
        # Villages: windows that shine; the light of night is taken from them beforehand.
        lamps = (rng.random((_SIZE, _SIZE)) < 0.02) & (fractal(_SIZE, 1.5, rng) > 1.0)
        colour[lamps] = (900, 1500, 1800)
    night, dim = weather == "night", weather in ("fog", "rain")
    dusk = weather == "dusk"
    top = np.array(
        (12, 8, 5) if night else (110, 60, 50) if dusk else (170, 165, 160) if dim else (215, 150, 90)
    )
    low = np.array(
        (28, 20, 15) if night else (70, 130, 235) if dusk else (185, 185, 185) if dim else (235, 215, 190)
    )
    return Land(
        height=np.maximum(heights, lake),
        colour=colour,
        detail=fractal(_SIZE, 0.7, rng),
        clouds=np.clip(fractal(_SIZE, 1.4, rng) * 0.7 + rng.uniform(-0.4, 0.5), 0, 1.2).astype(np.float32),
        sky_top=top.astype(np.float32),
        sky_low=low.astype(np.float32),
        light=0.2 if night else 0.55 if dusk else 0.8,
        haze=float(rng.uniform(0.003, 0.009) if weather == "fog" else rng.uniform(0.0008, 0.003)),
        weather=weather,
    )


def _summit(land: Land, pose: Pose) -> float:
    """The highest ground near a pose: a camera right before a slope would show its texture too large."""
    rows = np.arange(int(pose.y) - 40, int(pose.y) + 41) % land.height.shape[0]
    columns = np.arange(int(pose.x) - 40, int(pose.x) + 41) % land.height.shape[1]
    return float(land.height[np.ix_(rows, columns)].max())


def _falling(light: NDArray[np.float32], weather: str, at: float, index: int) -> NDArray[np.float32]:
    """Draw drops or flakes in front of the camera."""
    height, width = light.shape[:2]
    layer = np.zeros((height, width), np.uint8)
    rng = np.random.default_rng(index if weather == "rain" else 7)
    count = 260
    x, y, near = rng.uniform(0, width, count), rng.uniform(0, height, count), rng.uniform(0.3, 1.0, count)
    if weather == "snow":
        y = (y + at * height * 0.35 * near) % height
        x = (x + 30 * np.sin(at * 1.7 + 9 * near)) % width
    for left, top, size in zip(x, y, near, strict=True):
        place = (int(left), int(top))
        if weather == "rain":
            end = (int(left + 5 * size), int(top + 45 * size))
            cv2.line(layer, place, end, int(70 * size), 1, cv2.LINE_AA)
        else:
            cv2.circle(layer, place, max(1, round(3 * size * height / 720)), int(230 * size), -1, cv2.LINE_AA)
    share = layer[..., np.newaxis].astype(np.float32) / 255
    return (light * (1 - share) + 235 * share).astype(np.float32)
