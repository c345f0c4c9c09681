"""Flat art: drawn films with even colours and hard edges, maps and charts that move."""

from collections.abc import Iterator

import cv2
import numpy as np

from training.gather.people import some_colour
from training.gather.store import Picture

Generator = np.random.Generator


def cartoon(width: int, height: int, rng: Generator) -> Iterator[Picture]:
    """Yield frames of shapes that move over hills of even colour: 25 a second, each held for one to three."""
    base = _hills(width, height, rng)
    held = int(rng.choice([1, 2, 3]))
    shapes = [
        (some_colour(rng), rng.uniform(0.15, 0.85, 2) * (width, height),
         float(rng.uniform(0.03, 0.14) * height), rng.uniform(0.5, 3.0, 2), int(rng.integers(3, 9)))
        for _ in range(int(rng.integers(2, 8)))
    ]  # fmt: skip
    pan = float(rng.choice([0.0, 0.0, rng.uniform(-120, 120)])) * width / 1280
    index = 0
    while True:
        at = index // held * held / 25
        frame = np.roll(base, round(pan * at), axis=1)
        for colour, home, radius, pace, corners in shapes:
            centre = home + 0.08 * height * np.sin(pace * at * 2 + (0.0, 1.3))
            angles = np.arange(corners) * 2 * np.pi / corners + at * pace[0]
            ring = centre + radius * np.stack([np.cos(angles), np.sin(angles)], axis=-1)
            points = np.rint(ring * 16).astype(np.int32)
            cv2.fillPoly(frame, [points], colour, cv2.LINE_AA, 4)
            cv2.polylines(frame, [points], True, (20, 20, 20), max(1, height // 240), cv2.LINE_AA, 4)
        yield frame
        index += 1


def chart(width: int, height: int, rng: Generator) -> Iterator[Picture]:
    """Yield frames of a full-screen chart whose bars grow and whose names stand: 25 a second."""
    base = np.empty((height, width, 3), np.uint8)
    base[:] = some_colour(rng, 10, 240)
    for row in range(height // 6, height, height // 9):
        cv2.line(base, (width // 12, row), (width * 11 // 12, row), some_colour(rng), 1)
    bars = int(rng.integers(4, 10))
    ends, colours = rng.uniform(0.15, 0.75, bars), [some_colour(rng) for _ in range(bars)]
    for bar in range(bars):
        name = "".join(rng.choice(list("ABCDEGLMNORSTUV"), 3))
        place = (width * (2 * bar + 1) // (2 * bars + 1), height - height // 20)
        cv2.putText(base, name, place, cv2.FONT_HERSHEY_DUPLEX, height / 600, (250, 250, 250), 2, cv2.LINE_AA)
    index = 0
    while True:
        frame = base.copy()
        for bar in range(bars):
            pulse = 1 + 0.06 * np.sin(index / 25 * 2.2 + bar)
            tall = ends[bar] * min(1.0, 0.2 + index / 60) * pulse * height
            left, bottom = width * (2 * bar + 1) // (2 * bars + 1), height - height // 10
            corner = (left * 16, round((bottom - tall) * 16))
            end = ((left + width // (2 * bars + 1)) * 16, bottom * 16)
            cv2.rectangle(frame, corner, end, colours[bar], -1, cv2.LINE_AA, 4)
        yield frame
        index += 1


def _hills(width: int, height: int, rng: Generator) -> Picture:
    frame = np.empty((height, width, 3), np.uint8)
    frame[:] = some_colour(rng, 90, 250)
    for layer in range(int(rng.integers(2, 6))):
        level = height * (0.35 + 0.13 * layer)
        x = np.arange(width)
        waves = int(rng.integers(1, 5))
        line = level + 0.06 * height * np.sin(2 * np.pi * waves * x / width + rng.uniform(0, 6))
        hill = np.concatenate([np.stack([x, line], axis=-1), [[width, height], [0, height]]])
        cv2.fillPoly(frame, [np.rint(hill).astype(np.int32)], some_colour(rng), cv2.LINE_AA)
    for _ in range(int(rng.integers(3, 12))):
        left, foot = int(rng.integers(width)), int(rng.uniform(0.5, 0.95) * height)
        cv2.line(
            frame, (left, foot), (left, foot - height // 12), (40, 60, 90), max(2, height // 90), cv2.LINE_AA
        )
        cv2.circle(
            frame, (left, foot - height // 9), height // 18, some_colour(rng, 30, 200), -1, cv2.LINE_AA
        )
    return frame
