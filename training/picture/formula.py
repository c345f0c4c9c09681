"""Moving pictures from formulas: what broadcast shows and source clips do not."""

import cv2
import numpy as np
from numpy.typing import NDArray

from training.picture.lettering import write
from training.picture.raster import Frame, Frames, Generator, Raster, mix, pick_colour, scale, soften


def drifting(raster: Raster, length: int, rng: Generator) -> Frames:
    """Smooth textures that drift over each other, as water, clouds or a generated backdrop do."""
    layers = [texture(raster, float(rng.choice([0.04, 0.08, 0.15, 0.3])), rng) for _ in range(2)]
    speeds = rng.uniform(0.01, 0.2, (2, 2)) * rng.choice([-1, 1], (2, 2)) * raster.height / raster.fps
    for index in range(length):
        first, second = (
            np.roll(layer, tuple(int(step) for step in np.rint(speed * index)), axis=(0, 1))
            for layer, speed in zip(layers, speeds, strict=True)
        )
        yield mix(first, second, 0.5)


def texture(raster: Raster, grain: float, rng: Generator) -> Frame:
    """Return spots of ``grain`` of the height between two colours."""
    spot = max(1.0, grain * raster.height)
    small = max(4, int(raster.height / spot)), max(4, int(raster.width / spot))
    # Wrapped around by two spots, so that what drifts shows no seam.
    field = np.pad(rng.uniform(0, 1, small).astype(np.float32), 2, mode="wrap")
    tall, wide = raster.height / small[0], raster.width / small[1]
    size = (round(field.shape[1] * wide), round(field.shape[0] * tall))
    grown = np.asarray(cv2.resize(field, size, interpolation=cv2.INTER_CUBIC), np.float32)
    top, left = round(2 * tall), round(2 * wide)
    spots = grown[top : top + raster.height, left : left + raster.width, np.newaxis]
    low, high = np.array(pick_colour(rng)), np.array(pick_colour(rng))
    return np.asarray(np.clip(low + spots * (high - low), 0, 255), np.uint8)


def lit_wall(raster: Raster, length: int, rng: Generator) -> Frames:
    """A studio backdrop: a wide gradient whose light wanders."""
    y, x = np.mgrid[0 : raster.height : 4, 0 : raster.width : 4].astype(np.float32) / raster.height
    angle, speed = rng.uniform(0, 2 * np.pi), rng.uniform(0.5, 3.0)
    way = (np.cos(angle) * x + np.sin(angle) * y) * rng.uniform(2, 8)
    colour, level = np.array(pick_colour(rng, 60)) / 255, rng.uniform(70, 170)
    for index in range(length):
        light = level + 50 * np.sin(way + speed * index / raster.fps)
        yield scale(
            np.clip(light[..., np.newaxis] * colour, 0, 255).astype(np.uint8), raster.width, raster.height
        )


def cartoon(raster: Raster, length: int, rng: Generator) -> Frames:
    """Flat animation: outlined shapes move over a background that stands perfectly still."""
    base = np.empty((raster.height, raster.width, 3), np.uint8)
    base[:] = pick_colour(rng, 60)
    unit = raster.unit
    for _ in range(rng.integers(3, 14)):
        _box(base, raster, rng)
    shapes = [
        (
            rng.uniform(0.2, 0.8, 2) * (raster.width, raster.height),
            int(rng.uniform(14, 80) * unit),
            rng.uniform(0.8, 3.5),
            pick_colour(rng),
        )
        for _ in range(rng.integers(2, 6))
    ]
    held = int(rng.choice([1, 2, 3]))  # drawn on ones, twos or threes
    for index in range(length):
        frame, at = base.copy(), index // held * held / raster.fps
        for centre, radius, speed, colour in shapes:
            x, y = (centre + 70 * unit * np.sin(speed * at * 2 + np.array((0.0, 1.3)))).astype(int)
            cv2.circle(frame, (x, y), radius, colour, -1, cv2.LINE_AA)
            cv2.circle(frame, (x, y), radius, (10, 10, 10), max(1, round(2 * unit)), cv2.LINE_AA)
            cv2.circle(frame, (x + radius // 3, y - radius // 4), max(2, radius // 6), (250, 250, 250), -1)
        yield frame


def night(raster: Raster, length: int, rng: Generator) -> Frames:
    """A dark scene: texture just above black, far lights that move."""
    spots = texture(raster, float(rng.choice([0.02, 0.05, 0.1])), rng)
    base = np.clip(spots * rng.uniform(0.05, 0.15) + rng.uniform(14, 24), 0, 255).astype(np.uint8)
    lights = [
        (rng.uniform(0, raster.width), rng.uniform(0, raster.height), rng.uniform(-0.2, 0.2))
        for _ in range(rng.integers(1, 6))
    ]
    sway, radius = rng.uniform(0.5, 2.0), max(2, round(rng.uniform(2, 7) * raster.unit))
    for index in range(length):
        at = index / raster.fps
        frame = np.roll(base, int(raster.height / 50 * np.sin(at * sway)), axis=1)
        for x, y, speed in lights:
            place = (int(x + speed * raster.height * at) % raster.width, int(y))
            cv2.circle(frame, place, radius, (130, 170, 190), -1, cv2.LINE_AA)
        yield frame


def credits(raster: Raster, length: int, rng: Generator) -> Frames:
    """Names rolling over black or a dark colour, many at a time."""
    high = raster.height * 3
    roll = np.zeros((high, raster.width, 3), np.uint8)
    if rng.random() < 0.5:
        roll[:] = pick_colour(rng, 0, 60)
    step = rng.uniform(20, 34) * raster.unit
    for line in range(int(high / step) - 1):
        write(
            roll,
            (0.1 * raster.width, step * (line + 1)),
            step * 0.6,
            (235, 235, 235),
            rng,
            0.8 * raster.width,
        )
    speed = rng.uniform(0.08, 0.35) * raster.height / raster.fps
    for index in range(length):
        top = int(speed * index) % (high - raster.height)
        yield roll[top : top + raster.height].copy()


def board(raster: Raster, length: int, rng: Generator) -> Frames:
    """Flat graphics of a newsroom: bars that grow, a line that draws itself, a title."""
    base = texture(raster, 0.5, rng)
    write(base, (0.08 * raster.width, 0.16 * raster.height), 0.08 * raster.height, (240, 240, 240), rng)
    count = int(rng.integers(4, 12))
    heights, colour = rng.uniform(0.15, 0.65, count), pick_colour(rng, 60)
    pace, phases = rng.uniform(0.2, 0.8), rng.uniform(0, 6, count)
    floor = int(0.9 * raster.height)
    for index in range(length):
        frame = base.copy()
        at = index / raster.fps
        for bar in range(count):
            left = int((0.08 + 0.84 * bar / count) * raster.width)
            right = left + int(0.6 * 0.84 * raster.width / count)
            grown = heights[bar] * (0.75 + 0.25 * np.sin(pace * 2 * at + phases[bar]))
            cv2.rectangle(frame, (left, floor - int(grown * raster.height)), (right, floor), colour, -1)
        yield frame


def snowfall(frames: Frames, raster: Raster, rng: Generator) -> Frames:
    """Let snow or rain fall through a shot."""
    count = int(rng.integers(60, 300))
    places = rng.uniform(0, 1, (count, 2)) * (raster.width, raster.height)
    fall, drift = rng.uniform(0.2, 2.0) * raster.height, rng.uniform(-0.2, 0.2) * raster.height
    streak = max(1, round(fall / raster.fps / 3))
    for index, frame in enumerate(frames):
        at = index / raster.fps
        x = ((places[:, 0] + drift * at) % raster.width).astype(int)
        y = ((places[:, 1] + fall * at) % raster.height).astype(int)
        for step in range(streak):
            frame[np.minimum(y + step, raster.height - 1), x] = 220
        yield frame


def hazy(frames: Frames, raster: Raster, rng: Generator) -> Frames:
    """Lay fog over a shot: less contrast, and drifting thick and thin."""
    fog = soften(texture(raster, 0.25, rng), raster.height / 20)
    fog = np.asarray(fog // 4 + int(rng.integers(110, 180)), np.uint8)
    density, drift = rng.uniform(0.35, 0.75), rng.uniform(0.005, 0.05) * raster.width / raster.fps
    for index, frame in enumerate(frames):
        yield mix(frame, np.roll(fog, int(drift * index), axis=1), density)


def _box(frame: NDArray[np.uint8], raster: Raster, rng: Generator) -> None:
    top, left = int(rng.integers(raster.height)), int(rng.integers(raster.width))
    high, wide = rng.uniform(0.05, 0.5, 2) * raster.height
    frame[top : top + int(high), left : left + int(wide)] = pick_colour(rng, 30)
