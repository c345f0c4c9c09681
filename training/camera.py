"""What a camera adds: sensor noise, exposure, and slow moves over a still."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.clips import HEIGHT, WIDTH, Frames

Generator = np.random.Generator


def add_noise(frames: Frames, sigma: float, rng: Generator) -> Frames:
    """Add fresh sensor noise of ``sigma`` levels to every frame."""
    # A bank of noise fields shifted at random is as good as fresh noise to an encoder, and 20 times faster.
    bank = np.clip(np.rint(rng.normal(0.0, sigma, (4, HEIGHT, WIDTH))), -60, 60).astype(np.int16)
    out = np.empty_like(frames)
    for index, frame in enumerate(frames):
        shift = (int(rng.integers(HEIGHT)), int(rng.integers(WIDTH)))
        noise = np.roll(bank[rng.integers(len(bank))], shift, axis=(0, 1))
        np.clip(frame + noise, 0, 255, out=noise)
        out[index] = noise
    return out


def expose(frames: Frames, gain: float, lift: float = 0.0) -> Frames:
    """Scale luma: a gain of 0.15 is night."""
    table = np.clip(np.arange(256) * gain + lift, 0, 255).astype(np.uint8)
    exposed: Frames = table[frames]
    return exposed


def move_over(still: NDArray[np.uint8], count: int, rng: Generator) -> Frames:
    """Pan and zoom slowly over a still larger than the picture."""
    high, wide = still.shape
    zoom = np.linspace(*_ends(0.5, 1.0, 0.02, 0.2, count, rng), count)
    x = np.linspace(*_ends(0.0, 1.0, 0.1, 0.8, count, rng), count)
    y = np.linspace(*_ends(0.0, 1.0, 0.1, 0.8, count, rng), count)
    out = np.empty((count, HEIGHT, WIDTH), np.uint8)
    for index in range(count):
        rows = y[index] * (high - 1) * (1 - zoom[index]) + np.linspace(0, zoom[index] * (high - 1), HEIGHT)
        columns = x[index] * (wide - 1) * (1 - zoom[index]) + np.linspace(0, zoom[index] * (wide - 1), WIDTH)
        out[index] = _resample(still, rows, columns)
    return out


def _ends(
    low: float, high: float, least: float, most: float, count: int, rng: Generator
) -> tuple[float, float]:
    """Return a start and an end of which the way between is ``least`` to ``most`` in 4 s."""
    way = rng.uniform(least, most) * min(1.0, count / 100) * rng.choice([-1, 1])
    start = rng.uniform(low + max(0.0, -way), high - max(0.0, way))
    return float(start), float(start + way)


def _resample(
    still: NDArray[np.uint8], rows: NDArray[np.float64], columns: NDArray[np.float64]
) -> NDArray[np.uint8]:
    top, left = rows.astype(np.intp), columns.astype(np.intp)
    down, right = np.minimum(top + 1, len(still) - 1), np.minimum(left + 1, still.shape[1] - 1)
    part = (rows - top).astype(np.float32)[:, np.newaxis]
    lines = still[top] * (1 - part) + still[down] * part
    part = (columns - left).astype(np.float32)
    mixed: NDArray[Any] = lines[:, left] * (1 - part) + lines[:, right] * part
    return mixed.astype(np.uint8)
