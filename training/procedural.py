"""Moving pictures from formulas: what broadcast shows and the source clips do not."""

import numpy as np
from numpy.typing import NDArray

from training.clips import HEIGHT, WIDTH, Frames
from training.glyphs import text

Generator = np.random.Generator


def drifting_texture(count: int, rng: Generator) -> Frames:
    """Smooth textures that drift over each other, as water, clouds or a generated backdrop do."""
    layers = [_texture(rng, int(rng.choice([4, 8, 16, 40]))) for _ in range(2)]
    speeds = rng.uniform(-4, 4, (2, 2))
    out = np.empty((count, HEIGHT, WIDTH), np.uint8)
    for index in range(count):
        moved = [
            np.roll(layer, tuple(np.rint(speed * index).astype(int)), axis=(0, 1))
            for layer, speed in zip(layers, speeds, strict=True)
        ]
        out[index] = (moved[0] + moved[1]) / 2
    return out


def gradient(count: int, rng: Generator) -> Frames:
    """A studio backdrop: a wide gradient whose light wanders."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)
    angle, speed = rng.uniform(0, 2 * np.pi), rng.uniform(0.5, 3.0)
    wave = (np.cos(angle) * x + np.sin(angle) * y) / rng.uniform(60, 250)
    level, depth = rng.uniform(60, 180), rng.uniform(20, 60)
    phases = np.arange(count) * speed / 25
    return np.stack([np.clip(level + depth * np.sin(wave + phase), 0, 255) for phase in phases]).astype(
        np.uint8
    )


def cartoon(count: int, rng: Generator) -> Frames:
    """Flat animation: shapes move over a background that stands perfectly still."""
    base = np.full((HEIGHT, WIDTH), rng.integers(60, 220), np.uint8)
    for _ in range(rng.integers(3, 12)):
        _box(base, rng, int(rng.integers(30, 255)))
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    shapes = [
        (
            rng.uniform(0.2, 0.8, 2) * (HEIGHT, WIDTH),
            rng.uniform(18, 80),
            rng.uniform(0.8, 3.5, 2),
            rng.integers(256),
        )
        for _ in range(rng.integers(2, 6))
    ]
    held = int(rng.choice([1, 2, 3]))  # drawn on ones, twos or threes
    out = np.empty((count, HEIGHT, WIDTH), np.uint8)
    for index in range(count):
        frame, at = base.copy(), index // held * held / 25
        for centre, radius, speed, level in shapes:
            place = centre + 70 * np.sin(speed * at * 2 + (0.0, 1.3))
            frame[(y - place[0]) ** 2 + (x - place[1]) ** 2 < radius**2] = level
        out[index] = frame
    return out


def night(count: int, rng: Generator) -> Frames:
    """A dark scene: texture at luma 10 to 45, far lights that move."""
    base = _texture(rng, int(rng.choice([6, 14, 30]))) / 255 * rng.uniform(10, 25) + rng.uniform(9, 20)
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    lights = [
        (rng.uniform(0, HEIGHT), rng.uniform(0, WIDTH), rng.uniform(-4, 4)) for _ in range(rng.integers(0, 5))
    ]
    sway = rng.uniform(0.3, 2.0)
    out = np.empty((count, HEIGHT, WIDTH), np.uint8)
    for index in range(count):
        frame = np.roll(base, int(6 * np.sin(index / 25 * sway)), axis=1)
        for row, column, speed in lights:
            distance = (y - row) ** 2 + (x - (column + speed * index) % WIDTH) ** 2
            frame = frame + 120 * np.exp(-distance / 60)
        out[index] = np.clip(frame, 0, 255)
    return out


def credits(count: int, rng: Generator) -> Frames:
    """White names rolling over black: a black background is not a black picture."""
    roll = np.zeros((HEIGHT * 3, WIDTH), np.uint8)
    for top in range(20, HEIGHT * 3 - 30, int(rng.integers(26, 44))):
        name = text(int(rng.integers(8, 30)), int(rng.choice([2, 3])), rng)
        left = (WIDTH - name.shape[1]) // 2
        if left > 0:
            roll[top : top + name.shape[0], left : left + name.shape[1]] = name * int(rng.integers(150, 236))
    speed = int(rng.integers(1, 4))
    return np.stack([np.roll(roll, -speed * index, axis=0)[:HEIGHT] for index in range(count)])


def _texture(rng: Generator, grain: int) -> NDArray[np.float32]:
    """Return noise 0..255 smoothed to spots of ``grain`` pixels, that wraps around."""
    noise = rng.normal(size=(HEIGHT, WIDTH))
    rows, columns = np.fft.fftfreq(HEIGHT)[:, np.newaxis], np.fft.rfftfreq(WIDTH)
    smooth = np.exp(-((rows**2 + columns**2) * (2 * grain) ** 2))
    field = np.fft.irfft2(np.fft.rfft2(noise) * smooth, s=(HEIGHT, WIDTH))
    scaled: NDArray[np.float32] = np.clip(128 + 45 * field / field.std(), 0, 255).astype(np.float32)
    return scaled


def _box(frame: NDArray[np.uint8], rng: Generator, level: int) -> None:
    top, left = int(rng.integers(HEIGHT)), int(rng.integers(WIDTH))
    frame[top : top + int(rng.integers(20, 200)), left : left + int(rng.integers(20, 300))] = level
