"""Mountain ridges behind each other in morning mist, with a wood in front, as a train passes them."""

import math

import numpy as np

from infra.demo.canvas import Canvas, Plane, Plate, lay, plate
from infra.demo.texture import Colour, fractal, grid, mixed, paint, plain, ramp, relief, smooth

# From far to near: colour, crest and amplitude (of the picture's height), roughness of the crest, speed in
# picture heights a second.
_RIDGES: tuple[tuple[Colour, float, float, float, float], ...] = (
    ((0.62, 0.70, 0.80), 0.36, 0.26, 1.5, 0.06),
    ((0.42, 0.56, 0.62), 0.50, 0.22, 1.4, 0.11),
    ((0.27, 0.46, 0.38), 0.64, 0.18, 1.3, 0.20),
    ((0.17, 0.34, 0.17), 0.80, 0.12, 0.8, 0.42),
)


class Mountains:
    """A pan along a range."""

    def __init__(self, rng: np.random.Generator, height: int, width: int) -> None:
        """Prepare plates for a picture of ``height`` x ``width``."""
        self._height, self._width = height, width
        self._sky = _sky(rng, height, width)
        self._ridges = [_ridge(rng, height, width, *ridge[:4]) for ridge in _RIDGES]
        self._tops = [height + 8 - ridge.y.shape[0] for ridge in self._ridges]

    def paint(self, canvas: Canvas, t: float) -> None:
        """Paint the range at ``t`` seconds."""
        h, w = self._height, self._width
        bump = 2.0 * math.sin(1.7 * t) + 0.7 * math.sin(4.3 * t)
        lay(canvas, self._sky, -((t * 0.12 * h) % w), -6 + bump)
        for ridge, top, (*_, speed) in zip(self._ridges, self._tops, _RIDGES, strict=True):
            lay(canvas, ridge, -((t * speed * h) % w), top + bump * (0.4 + speed))


def _sky(rng: np.random.Generator, height: int, width: int) -> Plate:
    tall = 2 * round(height * 0.40) + 16
    clouds = fractal(rng, tall, width, 1.65, stretch=2.2)
    clouds = np.concatenate([clouds, clouds, clouds[:, :16]], axis=1)
    y, _ = grid(*clouds.shape)
    rgb = ramp(y, [(0.0, (0.28, 0.50, 0.80)), (0.7, (0.74, 0.84, 0.92))])
    paint(rgb, (1.0, 0.98, 0.95), np.clip(2.2 * (clouds - 0.45), 0, 0.9).astype(np.float32))
    return plate(mixed(rgb, 0.62 + 0.5 * relief(clouds, 3.0, 8)))


def _ridge(
    rng: np.random.Generator, height: int, width: int, colour: Colour, crest: float, rise: float, rough: float
) -> Plate:
    line = _crest(rng, width, rough)
    rows = 2 * round(height * (1 - crest + rise) / 2) + 8
    y, _ = grid(rows, width)
    below = (y * rows - (1.0 - line) * rise * height).astype(np.float32)
    stone = fractal(rng, rows, width, 1.45)
    rgb = mixed(plain(colour, rows, width), 0.45 + 0.9 * relief(stone, 4.0, 3))
    # Mist lies in the valleys, the thicker the farther.
    mist = smooth(0.12 * height, 0.34 * height, below) * (0.75 - 0.65 * crest)
    paint(rgb, (0.88, 0.92, 0.95), mist.astype(np.float32))
    if crest < 0.4:
        ragged = below + np.float32(0.08 * height) * (stone - 0.5)
        paint(rgb, (0.97, 0.98, 1.0), 0.8 * smooth(0.10 * height, 0.02 * height, ragged))
    alpha = np.clip(below + 0.5, 0, 1).astype(np.float32)
    return plate(_twice(rgb), _twice(alpha))


def _crest(rng: np.random.Generator, width: int, rough: float) -> Plane:
    """Return a height in 0..1 for each of ``width`` columns, joining its own beginning."""
    frequency = np.arange(width // 2 + 1, dtype=np.float64)
    frequency[0] = 1.0
    # The very slowest waves are left out: they would be one single mountain.
    weight = frequency**-rough * (frequency > 1)
    line = np.fft.irfft(weight * np.exp(2j * math.pi * rng.random(len(frequency))), n=width)
    scaled: Plane = ((line - line.min()) / (line.max() - line.min())).astype(np.float32)
    return scaled


def _twice(a: Plane) -> Plane:
    doubled: Plane = np.concatenate([a, a, a[:, :16]], axis=1)
    return doubled
