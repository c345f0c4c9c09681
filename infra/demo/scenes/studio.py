"""The newsroom: a presenter in front of a video wall on which streaks of light travel."""

import math

import numpy as np

from infra.demo.canvas import Canvas, Plate, lay, plate
from infra.demo.texture import Colour, box, ellipse, fractal, grid, mixed, paint, plain, ramp, smooth

SKIN: Colour = (0.80, 0.58, 0.46)
HAIR: Colour = (0.20, 0.12, 0.09)
JACKET: Colour = (0.16, 0.30, 0.52)
SHIRT: Colour = (0.93, 0.92, 0.89)
LIPS: Colour = (0.60, 0.27, 0.25)

# The wall's picture slides this fast, in picture heights a second: every part of it changes between frames.
WALL_SPEED = 0.16


class Studio:
    """A presenter at a desk; ``close`` is how near the camera stands (1 wide, 1.4 close)."""

    def __init__(self, rng: np.random.Generator, height: int, width: int, close: float, side: float) -> None:
        """Prepare plates for ``height`` x ``width``; ``side`` is the presenter's place, -0.5..0.5."""
        self._height, self._width = height, width
        self._close, self._side = close, side
        self._wall = _wall(rng, height, width)
        self._glow = _streaks(rng, height, width)
        self._person = _presenter(rng, _even(height * 0.86 * close))
        self._mouth = _mouth(_even(height * 0.05 * close))
        self._desk = _desk(rng, _even(height * 0.20), width * 2)

    def paint(self, canvas: Canvas, t: float) -> None:
        """Paint the studio at ``t`` seconds."""
        h, w = self._height, self._width
        span = self._wall.y.shape[1] // 2
        lay(canvas, self._wall, -((t * WALL_SPEED * h) % span), -4 - 3 * math.sin(t * 0.9))
        lay(canvas, self._glow, -((t * 3.1 * WALL_SPEED * h) % span), -4 + 3 * math.sin(t * 0.7))
        sway = 0.010 * math.sin(1.9 * t) + 0.006 * math.sin(3.1 * t + 1)
        nod = 0.005 * math.sin(2.7 * t) + 0.003 * math.sin(5.3 * t)
        size = self._person.y.shape[0]
        left = w * (0.5 + self._side) - self._person.y.shape[1] / 2 + sway * h * self._close
        top = h * 1.02 - size * (0.98 if self._close < 1.2 else 0.90) + nod * h * self._close
        lay(canvas, self._person, left, top)
        self._talk(canvas, t, left, top)
        if self._close < 1.2:
            lay(canvas, self._desk, -((t * 0.05 * h) % w), h * 0.83)

    def _talk(self, canvas: Canvas, t: float, left: float, top: float) -> None:
        # Around five syllables a second, with a breath now and then, as in read speech.
        syllable = max(0.0, math.sin(2 * math.pi * 2.4 * t + math.sin(1.7 * t)))
        if math.sin(0.83 * t) + math.sin(1.31 * t) < -1.2:
            syllable = 0.0
        mouth = self._mouth[round(syllable * (len(self._mouth) - 1))]
        size = self._person.y.shape[0]
        x = left + self._person.y.shape[1] / 2 - mouth.y.shape[1] / 2
        lay(canvas, mouth, x, top + 0.384 * size - mouth.y.shape[0] / 2)


def _even(length: float) -> int:
    return 2 * round(length / 2)


def _wall(rng: np.random.Generator, height: int, width: int) -> Plate:
    tall = height + 16
    noise = fractal(rng, tall, width, 1.4)
    wide = np.concatenate([noise, noise, noise[:, :16]], axis=1)
    y, x = grid(*wide.shape)
    depth = 0.30 * wide + 0.50 * (1.0 - y)
    rgb = ramp(depth, [(0.1, (0.07, 0.14, 0.34)), (0.45, (0.13, 0.35, 0.66)), (0.8, (0.42, 0.68, 0.92))])
    # A lattice of panels, as video walls are built, tiling with the noise.
    pitch = width / height / 8
    seam = np.minimum(np.abs((x / pitch) % 1 - 0.5), np.abs((y / pitch) % 1 - 0.5)) * pitch
    light = 1.0 - 0.35 * (1 - smooth(0.002, 0.006, seam.astype(np.float32)))
    # World map of dots: land where slow noise is high.
    land = smooth(0.52, 0.56, np.tile(fractal(rng, tall, width, 1.9), (1, 3))[:, : wide.shape[1]])
    step = width / height / 64
    dots = np.hypot((x / step) % 1 - 0.5, (y / step) % 1 - 0.5).astype(np.float32)
    rgb = mixed(rgb, light.astype(np.float32))
    paint(rgb, (0.70, 0.88, 1.0), 0.55 * land * (1 - smooth(0.22, 0.36, dots)))
    return plate(rgb)


def _streaks(rng: np.random.Generator, height: int, width: int) -> Plate:
    tall = height + 16
    noise = fractal(rng, tall, width, 1.4, stretch=0.25)
    noise = np.concatenate([noise, noise, noise[:, :16]], axis=1)
    alpha = (0.42 * smooth(0.55, 0.95, noise)).astype(np.float32)
    rgb = ramp(noise, [(0.0, (0.35, 0.75, 1.0)), (1.0, (0.95, 0.98, 1.0))])
    return plate(rgb, alpha)


def _desk(rng: np.random.Generator, height: int, width: int) -> Plate:
    noise = np.tile(fractal(rng, height, width // 2, 1.2, stretch=6.0), (1, 2))
    y, _ = grid(height, width)
    wood = [(0.0, (0.16, 0.10, 0.08)), (0.6, (0.46, 0.30, 0.20)), (1.0, (0.80, 0.62, 0.45))]
    rgb = ramp(0.75 * noise + 0.25 * (1 - y), wood)
    paint(rgb, (0.97, 0.90, 0.78), 1 - smooth(0.02, 0.06, y))
    return plate(rgb)


def _presenter(rng: np.random.Generator, height: int) -> Plate:
    width = _even(height * 1.1)
    y, x = grid(height, width)
    x -= width / height / 2
    px = 2.0 / height
    rgb = np.zeros((height, width, 3), np.float32)
    alpha = np.zeros((height, width), np.float32)

    def part(colour: Colour | np.ndarray, cover: np.ndarray) -> None:
        paint(rgb, colour, cover)
        np.maximum(alpha, cover, out=alpha)

    cloth = fractal(rng, height, width, 0.9)
    jacket = mixed(plain(JACKET, height, width), 0.45 + 1.1 * cloth)
    jacket = mixed(jacket, (1.15 - 0.9 * np.abs(x) - 0.15 * (x > 0)).astype(np.float32))
    part(HAIR, ellipse(y, x, 0.30, 0.0, 0.205, 0.168, px))
    part(HAIR, box(y, x, 0.28, -0.160, 0.47, 0.160, 0.07))
    shoulders = np.maximum(ellipse(y, x, 0.93, 0.0, 0.40, 0.43, px), box(y, x, 0.88, -0.43, 1.2, 0.43, 0.02))
    part(jacket, shoulders)
    neck = box(y, x, 0.40, -0.062, 0.62, 0.062, 0.05)
    collar = (np.abs(x) < 0.115 * smooth(0.86, 0.52, y)) & (y > 0.53)
    part(SHIRT, collar.astype(np.float32) * shoulders)
    part((SKIN[0] * 0.82, SKIN[1] * 0.80, SKIN[2] * 0.80), neck)
    lapel = np.abs(np.abs(x) - 0.125 * smooth(0.90, 0.50, y) - 0.008)
    edge = (1 - smooth(0.004, 0.010, lapel)) * shoulders * (y > 0.54)
    paint(rgb, (0.09, 0.19, 0.36), edge)
    face = ellipse(y, x, 0.305, 0.0, 0.158, 0.118, px)
    glow = (0.90 + 0.22 * fractal(rng, height, width, 2.2) - 0.9 * np.maximum(x - 0.02, 0)).astype(np.float32)
    part(mixed(plain(SKIN, height, width), glow), face)
    fringe = ellipse(y, x, 0.175, 0.045, 0.085, 0.150, 2 * px) * ellipse(y, x, 0.30, 0.0, 0.205, 0.168, px)
    strand = 0.8 + 0.9 * fractal(rng, height, width, 1.1, stretch=0.25)
    part(mixed(plain(HAIR, height, width), strand), fringe)
    for eye in (-0.045, 0.045):
        paint(rgb, (0.95, 0.94, 0.92), ellipse(y, x, 0.292, eye, 0.0105, 0.021, px))
        paint(rgb, (0.18, 0.13, 0.10), ellipse(y, x, 0.292, eye, 0.0105, 0.0105, px))
        paint(rgb, HAIR, ellipse(y, x, 0.262, eye, 0.006, 0.027, px))
    paint(rgb, (0.66, 0.44, 0.35), ellipse(y, x, 0.342, 0.004, 0.006, 0.017, 4 * px))
    paint(rgb, (0.88, 0.60, 0.50), 0.5 * ellipse(y, x, 0.345, -0.07, 0.02, 0.025, 0.02))
    paint(rgb, (0.78, 0.52, 0.42), 0.5 * ellipse(y, x, 0.345, 0.07, 0.02, 0.025, 0.02))
    return plate(rgb, alpha)


def _mouth(height: int) -> list[Plate]:
    """Return the mouth from shut to open."""
    width = 2 * height
    y, x = grid(height, width)
    shapes = []
    for openness in np.linspace(0.0, 1.0, 8):
        rgb = np.empty((height, width, 3), np.float32)
        rgb[:] = LIPS
        ry = 0.10 + 0.22 * float(openness)
        lips = ellipse(y, x, 0.5, 1.0, ry, 0.60 - 0.12 * float(openness), 0.12)
        paint(rgb, (0.22, 0.06, 0.07), ellipse(y, x, 0.5, 1.0, ry * 0.62, 0.42, 0.12) * float(openness))
        shapes.append(plate(rgb, lips))
    return shapes
