"""Shots made of one still: slow moves, slides, and cameras that nobody touches."""

import cv2
import numpy as np

from training.picture.raster import Frame, Frames, Generator, Raster, fill, pick_colour


def move_over(still: Frame, raster: Raster, length: int, rng: Generator) -> Frames:
    """Pan and zoom over a still. The slowest moves take 5 s for a fiftieth of the picture."""
    high, wide = still.shape[:2]
    least = max(raster.width / wide, raster.height / high)
    seconds = length / raster.fps
    rate = float(np.exp(rng.uniform(np.log(0.006), np.log(0.06)))) * seconds
    first = least * rng.uniform(1.05, 1.4)
    last = first * (1 + rate) if rng.random() < 0.5 else max(least, first / (1 + rate))
    if rng.random() < 0.3:
        last = first
    zooms = np.linspace(first, last, length)
    # Where the zoom holds, the way makes the move.
    way = rate * rng.uniform(0.4, 1.0) * rng.choice([-1, 1])
    x = np.clip(rng.uniform(0.3, 0.7) + np.linspace(-way / 2, way / 2, length) * 2, 0, 1)
    y = np.clip(rng.uniform(0.3, 0.7) + np.linspace(-way / 2, way / 2, length) * rng.uniform(0, 1.5), 0, 1)
    for zoom, across, down in zip(zooms, x, y, strict=True):
        left, top = across * (wide * zoom - raster.width), down * (high * zoom - raster.height)
        matrix = np.array([[zoom, 0, -left], [0, zoom, -top]])
        yield np.asarray(
            cv2.warpAffine(
                still,
                matrix,
                (raster.width, raster.height),
                flags=cv2.INTER_LINEAR,
                borderMode=cv2.BORDER_REFLECT,
            ),
            np.uint8,
        )


def stand(still: Frame, raster: Raster, length: int) -> Frames:
    """Show a still."""
    frame = fill(still, raster.width, raster.height)
    for _ in range(length):
        yield frame.copy()


def watched(still: Frame, subjects: list[Frame], raster: Raster, length: int, rng: Generator) -> Frames:
    """A camera that nobody touches: small subjects from other pictures cross a scene that stands."""
    base = fill(still, raster.width, raster.height)
    sprites = [_sprite(subject, raster, rng) for subject in subjects]
    places = rng.uniform(0.1, 0.9, (len(sprites), 2)) * (raster.width, raster.height)
    # From a slow walk seen from afar to a car seen from near: 3 to 30 % of the height a second.
    speeds = (
        rng.uniform(0.03, 0.3, (len(sprites), 2)) * rng.choice([-1, 1], (len(sprites), 2)) * raster.height
    )
    speeds[:, 1] *= 0.4
    for index in range(length):
        frame = base.copy()
        for (sprite, mask), place, speed in zip(sprites, places, speeds, strict=True):
            at = place + speed * index / raster.fps
            span = np.array([raster.width - sprite.shape[1], raster.height - sprite.shape[0]])
            # A triangle wave: at the edge a subject turns and never stands.
            left, top = (np.abs((at % (2 * span)) - span)).astype(int)
            part = frame[top : top + sprite.shape[0], left : left + sprite.shape[1]]
            cv2.copyTo(sprite, mask, part)
        yield frame


def _sprite(subject: Frame, raster: Raster, rng: Generator) -> tuple[Frame, Frame]:
    high = max(8, round(raster.height * rng.uniform(0.05, 0.2)))
    wide = max(8, round(high * rng.uniform(0.4, 1.6)))
    wide = min(wide, raster.width // 3)
    sprite = fill(subject, wide, high)
    if rng.random() < 0.3:
        sprite[:] = pick_colour(rng)
        cv2.line(sprite, (0, 0), (wide, high), pick_colour(rng), 2)
    mask = np.zeros((high, wide), np.uint8)
    cv2.ellipse(mask, (wide // 2, high // 2), (wide // 2, high // 2), 0, 0, 360, 255, -1)
    return sprite, mask


def seated(person: Frames, still: Frame, raster: Raster, rng: Generator) -> Frames:
    """A talking head cut out before a background that stands."""
    frame_of = fill(still, raster.width, raster.height)
    mask = np.zeros((raster.height, raster.width), np.uint8)
    centre = (round(raster.width * rng.uniform(0.3, 0.7)), round(raster.height * rng.uniform(0.5, 0.62)))
    axes = (round(raster.height * rng.uniform(0.2, 0.35)), round(raster.height * rng.uniform(0.3, 0.45)))
    cv2.ellipse(mask, centre, axes, 0, 0, 360, 255, -1)
    # The clip is shown whole inside the ellipse: it is shifted to where the ellipse is.
    shift = centre[0] - raster.width // 2
    for shown in person:
        frame = frame_of.copy()
        cv2.copyTo(np.roll(shown, shift, axis=1), mask, frame)
        yield frame
