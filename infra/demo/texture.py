"""Matter for painted pictures: fractal noise, relief, soft shapes and colour ramps."""

from collections.abc import Sequence

import numpy as np

from infra.demo.canvas import Plane, Rgb

Colour = tuple[float, float, float]


def fractal(rng: np.random.Generator, height: int, width: int, slope: float, stretch: float = 1.0) -> Plane:
    """Return noise (height, width) in 0..1 that tiles in both directions.

    ``slope`` is how fast its spectrum falls with frequency (1 is grain, 2 is clouds); ``stretch`` above 1
    makes it longer than high.
    """
    fy = np.fft.fftfreq(height)[:, None]
    fx = np.fft.rfftfreq(width)[None, :] * stretch
    radius = np.hypot(fy, fx)
    radius[0, 0] = 1.0
    spectrum = np.fft.rfft2(rng.standard_normal((height, width))) / radius**slope
    spectrum[0, 0] = 0.0
    noise = np.fft.irfft2(spectrum, s=(height, width))
    # Two and a half standard deviations either side fill the range with little clipping.
    filled: Plane = np.clip(0.5 + noise / (5.0 * noise.std()), 0.0, 1.0).astype(np.float32)
    return filled


def relief(heights: Plane, strength: float, reach: int = 1) -> Plane:
    """Return light in 0..1 on a surface of ``heights`` lit from the upper left.

    Features smaller than ``reach`` pixels melt together.
    """
    slope = (heights - np.roll(heights, (reach, reach), (0, 1))) * np.float32(strength)
    light: Plane = np.clip(0.55 + slope, 0.0, 1.0).astype(np.float32)
    return light


def smooth(edge0: float, edge1: float, x: Plane) -> Plane:
    """Return 0 below ``edge0``, 1 above ``edge1`` and an S-curve between."""
    t = np.clip((x - edge0) / (edge1 - edge0), 0.0, 1.0)
    curve: Plane = (t * t * (3.0 - 2.0 * t)).astype(np.float32)
    return curve


def ramp(x: Plane, stops: Sequence[tuple[float, Colour]]) -> Rgb:
    """Return colours (h, w, 3) for values (h, w) by linear passage between stops (value, colour)."""
    at = [value for value, _ in stops]
    channels = [np.interp(x, at, [colour[i] for _, colour in stops]) for i in range(3)]
    return np.stack(channels, axis=-1).astype(np.float32)


def grid(height: int, width: int) -> tuple[Plane, Plane]:
    """Return y and x of each pixel of (height, width), both divided by the height."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float32) / np.float32(height)
    return y, x


def ellipse(y: Plane, x: Plane, cy: float, cx: float, ry: float, rx: float, soft: float) -> Plane:
    """Return how much of each pixel an ellipse covers, 0..1, its rim ``soft`` wide (units of y and x)."""
    distance = (np.hypot((y - cy) / ry, (x - cx) / rx) - 1.0) * min(ry, rx)
    return (1.0 - smooth(-soft / 2, soft / 2, distance.astype(np.float32))).astype(np.float32)


def box(y: Plane, x: Plane, top: float, left: float, bottom: float, right: float, radius: float) -> Plane:
    """Return how much of each pixel a box with round corners covers, 0..1, with a rim of one pixel."""
    qy = np.abs(y - (top + bottom) / 2) - (bottom - top) / 2 + radius
    qx = np.abs(x - (left + right) / 2) - (right - left) / 2 + radius
    outside = np.hypot(np.maximum(qy, 0), np.maximum(qx, 0)) - radius
    inside = np.minimum(np.maximum(qy, qx), 0)
    pixel = float(y[1, 0] - y[0, 0]) if y.shape[0] > 1 else 1.0
    cover: Plane = np.clip(0.5 - (outside + inside) / pixel, 0.0, 1.0).astype(np.float32)
    return cover


def paint(rgb: Rgb, colour: Colour | Rgb, cover: Plane) -> None:
    """Paint a colour over a picture (h, w, 3) in place, as much as ``cover`` (h, w), 0..1, says."""
    rgb += (np.asarray(colour, np.float32) - rgb) * cover[..., None]


def plain(colour: Colour, height: int, width: int) -> Rgb:
    """Return a picture (height, width, 3) of one colour, read-only."""
    return np.broadcast_to(np.asarray(colour, np.float32), (height, width, 3))


def mixed(rgb: Rgb, light: Plane) -> Rgb:
    """Return a picture (h, w, 3) multiplied by a light (h, w)."""
    lit: Rgb = rgb * light[..., None]
    return lit
