"""Written graphics: logo, lower third, clock, ticker, score bug, subtitles, rating."""

from functools import lru_cache

import cv2
import numpy as np

from training.picture.lettering import pick_font, put, width_of, words
from training.picture.overlay import Element, Piece, plate
from training.picture.raster import Colour, Frame, Generator, Raster, pick_colour

_WHITE: Colour = (240, 240, 240)


def logo(raster: Raster, rng: Generator) -> Element:
    """A station's mark in a corner, translucent or not; some turn for ever."""
    size = round(rng.uniform(18, 46) * raster.unit)
    turning = rng.random() < 0.2
    steps = raster.frames(4.0) if turning else 1
    colour, ink, kind, opacity = (
        pick_colour(rng),
        pick_colour(rng, 150),
        int(rng.integers(4)),
        rng.uniform(0.35, 1.0),
    )
    text, font = words(1, rng)[:4].upper(), pick_font(rng)
    pieces = [_mark(size, kind, colour, ink, text, font, opacity, step / steps) for step in range(steps)]
    left, top = _corner(raster, pieces[0].width, pieces[0].height, rng)
    return Element(
        "turning logo" if turning else "logo",
        lambda frame, index: pieces[index % steps].lay(frame, left, top),
    )


def _mark(
    size: int, kind: int, colour: Colour, ink: Colour, text: str, font: int, opacity: float, turn: float
) -> Piece:
    wide = size if kind < 3 else max(size, width_of(text, size * 0.5, font) + 8)
    picture, key = plate(wide, size, colour, opacity if kind == 0 else 0.0, size // 5)
    centre, level = (wide // 2, size // 2), round(255 * opacity)
    squeeze = abs(np.cos(np.pi * turn)) * 0.9 + 0.1
    axes = (max(2, round(size * 0.42 * squeeze)), round(size * 0.42))
    if kind == 1:
        cv2.ellipse(key, centre, axes, 0, 0, 360, level, max(2, size // 7), cv2.LINE_AA)
    if kind == 2:
        cv2.ellipse(key, centre, axes, 0, 0, 360, level, -1, cv2.LINE_AA)
        cv2.ellipse(picture, centre, (axes[0] // 2, axes[1] // 2), 0, 0, 360, ink, -1, cv2.LINE_AA)
    if kind in (0, 3):
        mask = np.zeros_like(picture)
        room = min(0.5 * size, 0.5 * size * wide / max(1, width_of(text, size * 0.5, font)) * 0.9)
        put(mask, text, (wide * 0.08, size * 0.72), room, (255, 255, 255), font)
        shape = mask[..., 0] > 100
        picture[shape], key[shape] = ink, level
    return Piece(picture, key)


def lower_third(raster: Raster, rng: Generator) -> Element:
    """Name and title on a band; some stay, some come and go, sliding or fading in."""
    height = round(rng.uniform(28, 84) * raster.unit)
    width = round(raster.width * rng.uniform(0.4, 1.0))
    picture, key = plate(
        width, height, pick_colour(rng, 0, 230), rng.uniform(0.6, 1.0), round(rng.choice([0, 0, 8]))
    )
    if rng.random() < 0.4:
        picture[:] = picture * np.linspace(1, rng.uniform(0.3, 0.9), width)[np.newaxis, :, np.newaxis]
    if rng.random() < 0.5:
        picture[: max(2, height // 10)] = pick_colour(rng)
    _lines(picture, rng)
    piece = Piece(picture, key)
    left = (
        0 if width > 0.9 * raster.width else round(raster.width * rng.uniform(0, 0.95 - width / raster.width))
    )
    top = raster.height - height - round(rng.uniform(0, 50) * raster.unit)
    cycle, shown, phase = rng.uniform(8, 30), rng.uniform(3, 8), rng.uniform(0, 30)
    always, sliding = rng.random() < 0.45, rng.random() < 0.5

    def paint(frame: Frame, index: int) -> None:
        at = (index / raster.fps + phase) % cycle
        if always or at < shown:
            into = 1.0 if always else min(1.0, at / 0.4, (shown - at) / 0.4)
            piece.lay(frame, left - round((1 - into) * (left + width)) if sliding else left, top)

    return Element("lower third", paint)


def _lines(picture: Frame, rng: Generator) -> None:
    """Write two lines, the upper one larger, in ink that stands out."""
    height, width = picture.shape[:2]
    ink = (15, 15, 15) if picture.mean() > 130 else _WHITE
    font, text = pick_font(rng), words(12, rng)
    for size, base in ((0.32, 0.46), (0.2, 0.84)):
        line = text
        while len(line) > 1 and width_of(line, size * height, font) > 0.9 * width:
            line = line[: len(line) * 3 // 4]
        put(picture, line, (0.04 * width, base * height), size * height, ink, font)
        text = words(12, rng)


def clock(raster: Raster, rng: Generator) -> Element:
    """The time of day, or a stopwatch with tenths."""
    height, font = rng.uniform(9, 22) * raster.unit, pick_font(rng)
    tenths, seconds = rng.random() < 0.2, rng.random() < 0.6
    start, back, opacity = (
        int(rng.integers(80_000)),
        pick_colour(rng, 0, 90),
        float(rng.choice([0.0, 0.6, 1.0])),
    )
    wide = width_of("00:00:00.0" if tenths else "00:00:00" if seconds else "00:00", height, font) + round(
        height
    )
    left, top = _corner(raster, wide, round(2 * height), rng)

    @lru_cache(maxsize=2)
    def piece(text: str) -> Piece:
        picture, key = plate(wide, round(2 * height), back, opacity)
        mask = np.zeros_like(picture)
        put(mask, text, (0.4 * height, 1.5 * height), height, (255, 255, 255), font)
        shape = mask[..., 0] > 100
        picture[shape], key[shape] = _WHITE, 255
        return Piece(picture, key)

    def paint(frame: Frame, index: int) -> None:
        now = start + index / raster.fps
        text = f"{int(now) // 3600 % 24:02d}:{int(now) // 60 % 60:02d}"
        text += f":{int(now) % 60:02d}" if seconds or tenths else ""
        piece(text + (f".{int(now * 10) % 10}" if tenths else "")).lay(frame, left, top)

    return Element("clock", paint)


def ticker(raster: Raster, rng: Generator) -> Element:
    """News running through a band for ever."""
    height = round(rng.uniform(14, 26) * raster.unit)
    font, text = pick_font(rng), words(40, rng)
    strip = np.empty((height, max(2 * raster.width, width_of(text, height * 0.45, font) + 40), 3), np.uint8)
    strip[:] = pick_colour(rng, 0, 120)
    put(strip, text, (10, height * 0.74), height * 0.45, _WHITE, font)
    speed = rng.uniform(0.1, 0.4) * raster.height / raster.fps
    top = raster.height - height - round(float(rng.choice([0, 0, rng.uniform(0, 20)])) * raster.unit)
    if rng.random() < 0.1:
        top = 0

    def paint(frame: Frame, index: int) -> None:
        left = int(speed * index) % (strip.shape[1] - raster.width)
        frame[top : top + height] = strip[:, left : left + raster.width]

    return Element("ticker", paint)


def score_bug(raster: Raster, rng: Generator) -> Element:
    """Two teams, their score, and the running clock of the match."""
    height, font = round(rng.uniform(16, 26) * raster.unit), pick_font(rng)
    teams = [words(1, rng)[:3].upper() for _ in range(2)]
    line = f"{teams[0]} {rng.integers(6)} x {rng.integers(6)} {teams[1]}"
    wide = width_of(line + "  00:00", height * 0.5, font) + height
    start, colour = int(rng.integers(5400)), pick_colour(rng, 0, 140)
    left, top = _corner(raster, wide, height, rng)

    @lru_cache(maxsize=2)
    def piece(second: int) -> Piece:
        picture, key = plate(wide, height, colour, 0.95, height // 6)
        text = f"{line}  {second // 60:02d}:{second % 60:02d}"
        put(picture, text, (0.4 * height, 0.75 * height), height * 0.5, _WHITE, font)
        return Piece(picture, key)

    return Element(
        "score bug", lambda frame, index: piece(start + int(index / raster.fps)).lay(frame, left, top)
    )


def subtitles(raster: Raster, rng: Generator) -> Element:
    """What is said, written: a new line every few seconds, with or without a box."""
    height, font = rng.uniform(11, 17) * raster.unit, pick_font(rng)
    every, boxed = rng.uniform(1.8, 4.5), float(rng.choice([0.0, 0.7, 1.0]))
    lines = [words(int(rng.integers(2, 6)), rng)[:38] for _ in range(9)]

    @lru_cache(maxsize=2)
    def piece(number: int) -> Piece:
        text = lines[number % len(lines)]
        wide = min(raster.width, width_of(text, height, font) + round(height))
        picture, key = plate(wide, round(2 * height), (0, 0, 0), boxed)
        mask = np.zeros_like(picture)
        put(mask, text, (0.5 * height, 1.5 * height), height, (255, 255, 255), font)
        key[np.asarray(cv2.dilate(mask, np.ones((3, 3), np.uint8)))[..., 0] > 60] = 255
        picture[mask[..., 0] > 60] = _WHITE
        return Piece(picture, key)

    def paint(frame: Frame, index: int) -> None:
        number = int(index / raster.fps / every)
        if number % 4 != 3:  # now and then nobody speaks
            shown = piece(number)
            shown.lay(frame, (raster.width - shown.width) // 2, round(raster.height - 4.2 * height))

    return Element("subtitles", paint)


def rating(raster: Raster, rng: Generator) -> Element:
    """The square of the age rating, or the word that it is live, in a corner."""
    height, font = round(rng.uniform(15, 28) * raster.unit), pick_font(rng)
    text = str(rng.choice(["L", "10", "12", "14", "AO VIVO", "REPRISE"]))
    picture, key = plate(
        width_of(text, height * 0.55, font) + height // 2, height, pick_colour(rng, 0, 200), 0.9, height // 6
    )
    put(picture, text, (height * 0.22, height * 0.77), height * 0.55, _WHITE, font)
    piece = Piece(picture, key)
    left, top = _corner(raster, piece.width, piece.height, rng)
    return Element("rating", lambda frame, index: piece.lay(frame, left, top))


def _corner(raster: Raster, width: int, height: int, rng: Generator) -> tuple[int, int]:
    """Return where a piece lies in a corner chosen at random."""
    margin_x, margin_y = (round(value * raster.unit) for value in rng.uniform(4, 36, 2))
    left = raster.width - width - margin_x if rng.random() < 0.6 else margin_x
    top = raster.height - height - margin_y if rng.random() < 0.4 else margin_y
    return max(0, left), max(0, top)
