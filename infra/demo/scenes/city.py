"""A city in haze, passed by a camera: sky with clouds and three rows of houses at their own pace."""

import math

import numpy as np

from infra.demo.canvas import Canvas, Plane, Plate, lay, plate
from infra.demo.texture import Colour, fractal, grid, mixed, paint, ramp, relief

# Far, middle, near: colour of the haze upon them, height and width of a house (of the picture's height),
# speed in picture heights a second.
_ROWS: tuple[tuple[Colour, float, float, float], ...] = (
    ((0.66, 0.67, 0.74), 0.52, 0.075, 0.05),
    ((0.50, 0.47, 0.54), 0.43, 0.110, 0.12),
    ((0.34, 0.29, 0.33), 0.32, 0.170, 0.24),
)


class City:
    """A skyline seen from a moving car on the other bank."""

    def __init__(self, rng: np.random.Generator, height: int, width: int) -> None:
        """Prepare plates for a picture of ``height`` x ``width``."""
        self._height, self._width = height, width
        self._sky = _sky(rng, height, width)
        self._rows = [_houses(rng, height, width * 2, *row[:3]) for row in _ROWS]
        self._river = _river(rng, height, width)

    def paint(self, canvas: Canvas, t: float) -> None:
        """Paint the city at ``t`` seconds."""
        h, w = self._height, self._width
        bump = 1.6 * math.sin(2.3 * t) + 0.8 * math.sin(5.1 * t)
        lay(canvas, self._sky, -((t * 0.09 * h) % w), -6 + bump)
        for row, (_, tall, _, speed) in zip(self._rows, _ROWS, strict=True):
            top = 0.86 * h - tall * h + bump
            x = -((t * speed * h) % (2 * w))
            lay(canvas, row, x, top)
            lay(canvas, row, x + 2 * w, top)
        lay(canvas, self._river, -((t * 0.33 * h) % w), 0.85 * h + bump)


def _sky(rng: np.random.Generator, height: int, width: int) -> Plate:
    tall = height + 16
    clouds = np.tile(fractal(rng, tall, width, 1.7, stretch=2.2), (1, 2))
    clouds = np.concatenate([clouds, clouds[:, :16]], axis=1)
    y, _ = grid(*clouds.shape)
    rgb = ramp(y, [(0.0, (0.36, 0.46, 0.70)), (0.45, (0.86, 0.68, 0.62)), (0.75, (0.99, 0.82, 0.60))])
    paint(rgb, (0.98, 0.90, 0.86), np.clip(2.2 * (clouds - 0.40), 0, 0.85).astype(np.float32))
    return plate(mixed(rgb, 0.65 + 0.5 * relief(clouds, 3.0, 8)))


def _houses(
    rng: np.random.Generator, height: int, width: int, haze: Colour, tall: float, broad: float
) -> Plate:
    rows = 2 * round(height * tall / 2)
    rgb = np.zeros((rows, width + 2, 3), np.float32)
    alpha = np.zeros((rows, width + 2), np.float32)
    grain = fractal(rng, rows, width + 2, 0.9)
    left = 0
    while left < width:
        size = int(height * broad * rng.uniform(0.55, 1.35))
        # The last house ends where the plate does, so that the plate can follow itself without a hole.
        right = width + 2 if left + 1.6 * size > width else left + size
        top = int(rows * rng.uniform(0.0, 0.55))
        wall = np.asarray(haze, np.float32) * np.float32(rng.uniform(0.78, 1.12))
        house = wall * (0.72 + 0.5 * grain[top:, left:right, None])
        house *= 1.0 - 0.16 * np.linspace(0, 1, right - left, dtype=np.float32)[None, :, None]
        _windows(rng, house, height, broad)
        rgb[top:, left:right] = house
        alpha[top:, left:right] = 1.0
        left = right
    rgb[:, -2:], alpha[:, -2:] = rgb[:, :2], alpha[:, :2]
    return plate(rgb, alpha)


def _windows(rng: np.random.Generator, house: Plane, height: int, broad: float) -> None:
    pitch = max(4, int(height * broad * 0.10))
    pane = max(2, pitch // 2)
    for y in range(pitch, house.shape[0] - pitch, pitch + 1):
        for x in range(pitch // 2, house.shape[1] - pane, pitch):
            lit = rng.random()
            if lit < 0.30:
                house[y : y + pane, x : x + pane] = (1.0, 0.86, 0.55)
            elif lit < 0.85:
                house[y : y + pane, x : x + pane] *= 0.72


def _river(rng: np.random.Generator, height: int, width: int) -> Plate:
    tall = 2 * round(height * 0.10) + 2 * round(height * 0.05)
    waves = np.tile(fractal(rng, tall, width, 1.1, stretch=7.0), (1, 2))
    waves = np.concatenate([waves, waves[:, :16]], axis=1)
    rgb = ramp(waves, [(0.1, (0.25, 0.26, 0.36)), (0.6, (0.58, 0.50, 0.50)), (1.0, (1.0, 0.86, 0.66))])
    return plate(rgb)
