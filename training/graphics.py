"""The station's graphics, keyed over the programme: they go on whatever happens beneath them."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.clips import FPS, HEIGHT, WIDTH, Frames
from training.glyphs import digit, text

Generator = np.random.Generator
Picture = NDArray[np.uint8]
Paint = Callable[[Picture, int], None]
"""Paints one element onto a picture, given the number of the frame."""


@dataclass(frozen=True)
class Area:
    """A rectangle of the picture in pixels."""

    top: int
    left: int
    height: int
    width: int

    def of(self, picture: Picture) -> Picture:
        """Return the view of a picture that lies inside."""
        return picture[self.top : self.top + self.height, self.left : self.left + self.width]


def choose_graphics(rng: Generator, insets: list[Frames]) -> list[Paint]:
    """Choose the elements of one channel; ``insets`` are moving pictures for windows, or empty."""
    chances: list[tuple[float, Callable[[], Paint]]] = [
        (0.7, lambda: _logo(rng)),
        (0.45, lambda: _lower_third(rng)),
        (0.45, lambda: _clock(rng)),
        (0.35, lambda: _ticker(rng)),
    ]
    paints = [make() for chance, make in chances if rng.random() < chance]
    if insets and rng.random() < 0.35:
        inset = insets[int(rng.integers(len(insets)))]
        paints.insert(0, _panel(inset, rng) if rng.random() < 0.25 else _window(inset, rng))
    return paints


def _logo(rng: Generator) -> Paint:
    mark = text(int(rng.integers(2, 5)), int(rng.integers(2, 4)), rng)
    area = _corner(mark.shape[0] + 8, mark.shape[1] + 8, rng)
    alpha, plate = rng.uniform(0.3, 1.0), bool(rng.random() < 0.4)
    shape = np.pad(mark, 4).astype(np.float32)
    key = (np.maximum(shape, 0.6) if plate else shape) * alpha
    fill = shape * 235 + (1 - shape) * float(rng.integers(16, 200))

    def paint(picture: Picture, index: int) -> None:
        under = area.of(picture)
        under[:] = under * (1 - key) + fill * key

    return paint


def _lower_third(rng: Generator) -> Paint:
    height, width = int(rng.integers(34, 76)), int(rng.integers(220, WIDTH - 40))
    area = Area(HEIGHT - height - int(rng.integers(8, 50)), int(rng.integers(8, 40)), height, width)
    band = np.full((height, width), rng.integers(20, 220), np.uint8)
    size = 2
    for row in range(6, height - 16, 20):
        line = text(int(rng.integers(8, width // (6 * size) - 2)), size, rng)
        part = band[row : row + line.shape[0], 8 : 8 + line.shape[1]]
        part[line[:, : part.shape[1]] > 0] = rng.integers(0, 2) * 235
    starts, stays = int(rng.integers(0, 100)), int(rng.integers(60, 400))
    always = rng.random() < 0.4

    def paint(picture: Picture, index: int) -> None:
        if always or (index - starts) % (stays + 75) < stays:
            area.of(picture)[:] = band[:, : area.of(picture).shape[1]]

    return paint


def _clock(rng: Generator) -> Paint:
    size, count = int(rng.integers(2, 5)), int(rng.choice([4, 6, 8]))
    area = _corner(7 * size + 8, 6 * size * count + 8, rng)
    tenths = count == 8  # a running stopwatch
    start, level, back = int(rng.integers(0, 40000)), int(rng.integers(170, 236)), int(rng.integers(16, 80))

    def paint(picture: Picture, index: int) -> None:
        value = start + (index * 100 // FPS if tenths else index // FPS)
        under = area.of(picture)
        under[:] = back
        for place in range(count):
            shape = digit(value // 10**place % 10, size)
            left = 4 + 6 * size * (count - 1 - place)
            under[4 : 4 + 7 * size, left : left + 5 * size][shape > 0] = level

    return paint


def _ticker(rng: Generator) -> Paint:
    size = 2
    line = text(120, size, rng)
    height = line.shape[0] + int(rng.integers(6, 16))
    band = np.full((height, line.shape[1]), rng.integers(16, 120), np.uint8)
    band[3 : 3 + line.shape[0]][line > 0] = 235
    area = Area(HEIGHT - height - int(rng.integers(0, 16)), 0, height, WIDTH)
    speed = int(rng.integers(1, 6))

    def paint(picture: Picture, index: int) -> None:
        area.of(picture)[:] = np.roll(band, -speed * index, axis=1)[:, :WIDTH]

    return paint


def _window(inset: Frames, rng: Generator) -> Paint:
    """An interpreter's window or a live inset: it moves while the programme need not."""
    part = int(rng.choice([3, 4, 5]))
    small = inset[:, ::part, ::part]
    if rng.random() < 0.5:
        small = small[:, :, small.shape[2] // 5 : -small.shape[2] // 5]
    area = _corner(small.shape[1], small.shape[2], rng)

    def paint(picture: Picture, index: int) -> None:
        area.of(picture)[:] = small[_swing(index, len(small))]

    return paint


def _panel(inset: Frames, rng: Generator) -> Paint:
    """An L over two fifths of the picture; its content stands or moves slowly."""
    right, low = WIDTH - int(rng.integers(110, 170)), HEIGHT - int(rng.integers(60, 95))
    moves = rng.random() < 0.5

    def paint(picture: Picture, index: int) -> None:
        cover = inset[_swing(index, len(inset)) if moves else 0]
        picture[low:] = cover[low:]
        picture[:, right:] = cover[:, right:]

    return paint


def _corner(height: int, width: int, rng: Generator) -> Area:
    side, end = rng.random() < 0.6, rng.random() < 0.5
    margin_y, margin_x = int(rng.integers(4, 36)), int(rng.integers(4, 44))
    top = HEIGHT - height - margin_y if end else margin_y
    left = WIDTH - width - margin_x if side else margin_x
    return Area(max(0, top), max(0, left), height, width)


def _swing(index: int, count: int) -> int:
    """Play forth and back, so that an inset never cuts or stands."""
    place = index % max(1, 2 * count - 2)
    return place if place < count else 2 * count - 2 - place
