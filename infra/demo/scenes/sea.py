"""The sea before sunset: clouds above, two trains of waves below, and the sun's path upon them."""

import math

import numpy as np

from infra.demo.canvas import Canvas, Plane, Plate, lay, plate
from infra.demo.texture import ellipse, fractal, grid, mixed, paint, ramp, relief, smooth

HORIZON = 0.46


class Sea:
    """Waves coming in under a low sun."""

    def __init__(self, rng: np.random.Generator, height: int, width: int) -> None:
        """Prepare plates for a picture of ``height`` x ``width``."""
        self._height, self._width = height, width
        self._sky = _sky(rng, height, width)
        self._clouds = _clouds(rng, height, width)
        self._water = _water(rng, height, width)
        self._glitter = [_glitter(rng, height, width) for _ in range(2)]

    def paint(self, canvas: Canvas, t: float) -> None:
        """Paint the sea at ``t`` seconds."""
        h, w = self._height, self._width
        roll = 2.5 * math.sin(0.9 * t)
        lay(canvas, self._sky, -8, -6 + roll)
        lay(canvas, self._clouds, -((t * 0.10 * h) % w), -6 + roll)
        top = HORIZON * h + roll
        lay(canvas, self._water, -((t * 0.16 * h) % w), top)
        # Two layers of light that cross: where both fall the wave flashes.
        lay(canvas, self._glitter[0], -((t * 0.30 * h) % w), top)
        lay(canvas, self._glitter[1], -w + ((t * 0.22 * h) % w), top)


def _sky(rng: np.random.Generator, height: int, width: int) -> Plate:
    y, x = grid(2 * round(height * 0.27) + 16, width + 16)
    scale = np.float32(y.shape[0] / height)
    y, x = y * scale, x * scale
    rgb = ramp(y, [(0.0, (0.30, 0.42, 0.66)), (0.30, (0.90, 0.62, 0.48)), (0.50, (1.0, 0.80, 0.48))])
    sun = np.hypot(y - 0.33, x - 1.15).astype(np.float32)
    paint(rgb, (1.0, 0.86, 0.58), (0.75 * np.exp(-sun / 0.22)).astype(np.float32))
    paint(rgb, (1.0, 0.97, 0.86), ellipse(y, x, 0.33, 1.15, 0.062, 0.062, 0.012))
    return plate(rgb)


def _clouds(rng: np.random.Generator, height: int, width: int) -> Plate:
    tall = 2 * round(height * 0.27) + 16
    noise = _wide(fractal(rng, tall, width, 1.55, stretch=3.5))
    alpha = (0.15 + 0.75 * smooth(0.40, 0.80, noise)).astype(np.float32)
    rgb = ramp(noise, [(0.4, (0.98, 0.72, 0.56)), (0.9, (0.60, 0.44, 0.52))])
    return plate(mixed(rgb, 0.6 + 0.6 * relief(noise, 2.5, 6)), alpha)


def _water(rng: np.random.Generator, height: int, width: int) -> Plate:
    waves = _receding(rng, height, width)
    y, _ = grid(*waves.shape)
    depth = ramp(y, [(0.0, (0.86, 0.62, 0.50)), (0.25, (0.42, 0.46, 0.58)), (1.0, (0.10, 0.27, 0.40))])
    return plate(mixed(depth, (0.45 + 1.15 * waves).astype(np.float32)))


def _glitter(rng: np.random.Generator, height: int, width: int) -> Plate:
    waves = _receding(rng, height, width)
    alpha = (0.75 * smooth(0.60, 0.90, waves)).astype(np.float32)
    y, _ = grid(*waves.shape)
    return plate(ramp(y, [(0.0, (1.0, 0.90, 0.66)), (1.0, (0.46, 0.66, 0.78))]), alpha)


def _receding(rng: np.random.Generator, height: int, width: int) -> Plane:
    """Return waves (about half the picture high) that grow longer and higher towards the viewer."""
    tall = 2 * round(height * (1 - HORIZON) / 2) + 8
    noise = fractal(rng, 4 * tall, width, 1.1, stretch=3.0)
    # Rows are taken ever more sparsely towards the horizon, as perspective does.
    near = np.linspace(0.02, 1.0, tall) ** 0.55
    rows = np.minimum((near * (4 * tall - 1)), 4 * tall - 1).astype(np.intp)
    return _wide(np.ascontiguousarray(noise[rows]))


def _wide(noise: Plane) -> Plane:
    doubled: Plane = np.concatenate([noise, noise, noise[:, :16]], axis=1)
    return doubled
