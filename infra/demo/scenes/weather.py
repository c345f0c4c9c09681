"""Land and sea from above under drifting clouds, as on a weather map or from an aeroplane."""

import math

import numpy as np

from infra.demo.canvas import Canvas, Plate, lay, plate, zoomed
from infra.demo.texture import Colour, fractal, mixed, paint, plain, ramp, relief, smooth

TEMPERATE: tuple[tuple[float, Colour], ...] = (
    (0.30, (0.07, 0.24, 0.48)),
    (0.47, (0.16, 0.50, 0.70)),
    (0.485, (0.86, 0.80, 0.58)),
    (0.53, (0.48, 0.64, 0.30)),
    (0.68, (0.30, 0.48, 0.22)),
    (0.85, (0.62, 0.55, 0.42)),
)
WILD: tuple[tuple[float, Colour], ...] = (
    (0.28, (0.10, 0.36, 0.46)),
    (0.40, (0.20, 0.56, 0.58)),
    (0.42, (0.90, 0.84, 0.62)),
    (0.47, (0.44, 0.66, 0.26)),
    (0.66, (0.16, 0.40, 0.18)),
    (0.80, (0.48, 0.44, 0.34)),
    (0.92, (0.95, 0.95, 0.97)),
)


class FromAbove:
    """Land and sea from above under drifting clouds: a weather map with isobars, or a flight without."""

    def __init__(self, rng: np.random.Generator, height: int, width: int, isobars: bool) -> None:
        """Prepare plates for a picture of ``height`` x ``width``."""
        self._height, self._width = height, width
        self._land = _land(rng, 2 * height, 2 * width, isobars)
        self._clouds = _clouds(rng, height, width, 0.9 if isobars else 0.6)
        self._speed = 0.02 if isobars else 0.05

    def paint(self, canvas: Canvas, t: float) -> None:
        """Paint the land at ``t`` seconds."""
        h, w = self._height, self._width
        # Never below 1: then the centre may wander by half a picture and the plate still fills the view.
        zoom = 1.30 + 0.22 * math.sin(0.23 * t)
        x = w * (1.0 + 0.34 * math.sin(self._speed * 4 * t))
        y = h * (1.0 + 0.30 * math.cos(self._speed * 3 * t))
        zoomed(canvas, self._land, x, y, zoom)
        lay(canvas, self._clouds, -((t * 0.13 * h) % w), -4 + 3 * math.sin(0.8 * t))


def _land(rng: np.random.Generator, height: int, width: int, isobars: bool) -> Plate:
    ground = fractal(rng, height, width, 1.75)
    rough = fractal(rng, height, width, 1.0)
    rgb = ramp((ground + 0.06 * (rough - 0.5)).astype(np.float32), TEMPERATE if isobars else WILD)
    light = relief((ground + 0.10 * rough).astype(np.float32), 10.0)
    rgb = mixed(rgb, (0.62 + 0.68 * light).astype(np.float32))
    if isobars:
        pressure = fractal(rng, height, width, 2.6) * 9.0
        distance = np.abs(pressure % 1.0 - 0.5)
        # Divided by the slope, the distance is in pixels: every line is equally thick.
        slope = np.hypot(*np.gradient(pressure)) + 1e-4
        line = 1.0 - smooth(0.5, 1.6, (distance / slope).astype(np.float32))
        paint(rgb, (1.0, 1.0, 1.0), (0.75 * line).astype(np.float32))
    return plate(rgb)


def _clouds(rng: np.random.Generator, height: int, width: int, thickness: float) -> Plate:
    noise = np.tile(fractal(rng, height + 16, width, 1.6), (1, 2))
    noise = np.concatenate([noise, noise[:, :16]], axis=1)
    alpha = (thickness * smooth(0.52, 0.95, noise)).astype(np.float32)
    white = plain((0.96, 0.97, 1.0), *noise.shape)
    return plate(mixed(white, 0.60 + 0.6 * relief(noise, 2.5, 6)), alpha)
