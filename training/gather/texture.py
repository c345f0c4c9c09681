"""Surfaces: what covers hills, walls and clouds, and how a picture looks one of them up."""

import cv2
import numpy as np
from numpy.typing import NDArray

from training.gather.store import Picture

Generator = np.random.Generator
Field = NDArray[np.float32]
"""(rows, columns) of numbers, periodic in both directions."""


def fractal(size: int, slope: float, rng: Generator) -> Field:
    """Return a periodic field of mean 0 and deviation 1 whose amplitude falls as frequency ** -slope.

    1.6 to 2 looks like hills and clouds, 0.5 like gravel.
    """
    spectrum = np.fft.rfft2(rng.standard_normal((size, size)))
    rows, columns = np.fft.fftfreq(size)[:, np.newaxis], np.fft.rfftfreq(size)
    frequency = np.maximum(np.hypot(rows, columns), 1 / size)
    field = np.fft.irfft2(spectrum / frequency**slope, (size, size))
    field -= field.mean()
    even: Field = (field / field.std()).astype(np.float32)
    return even


def look_up(surface: NDArray[np.float32], x: Field, y: Field) -> NDArray[np.float32]:
    """Return the surface at places x, y (in its own pixels), between pixels linearly, repeating for ever."""
    rows, columns = surface.shape[:2]
    found: NDArray[np.float32] = cv2.remap(
        surface,
        _within(x, columns),
        _within(y, rows),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_WRAP,
    ).astype(np.float32, copy=False)
    return found


def _within(places: Field, size: int) -> Field:
    # np.mod says the same thirty times slower, and a picture asks for ten million of them.
    turns = np.floor(places * np.float32(1 / size))
    found: Field = (places - turns * np.float32(size)).astype(np.float32, copy=False)
    return found


def shot(light: NDArray[np.float32], grain: Field, sigma: float, rng: Generator) -> Picture:
    """Turn light (height, width, 3, 0 to 255) into a picture, with sensor noise of ``sigma`` levels.

    The grain is one field shifted at random: as good as fresh noise to an encoder, and much cheaper.
    """
    rows, columns = light.shape[:2]
    top, left = rng.integers(0, np.array(grain.shape) - (rows, columns) + 1)
    noise = grain[top : top + rows, left : left + columns, np.newaxis] * np.float32(sigma)
    return np.clip(light + noise, 0, 255).astype(np.uint8)


def grain_for(width: int, height: int, rng: Generator) -> Field:
    """Return noise large enough to be shifted under a picture of that size."""
    return rng.standard_normal((height + 64, width + 64)).astype(np.float32)
