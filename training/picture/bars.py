"""Colour bars as drawn by their standards: SMPTE EG 1, EBU, and the high-definition form of ARIB STD-B28."""

import numpy as np

from training.picture.raster import Colour, Frame, Generator, Raster

# Levels as red, green, blue in parts of white: white, yellow, cyan, green, magenta, red, blue, black.
_HUES = ((1, 1, 1), (1, 1, 0), (0, 1, 1), (0, 1, 0), (1, 0, 1), (1, 0, 0), (0, 0, 1), (0, 0, 0))
# -I, white and +Q of SMPTE EG 1, in sRGB as commonly drawn.
_MINUS_I, _PLUS_Q = (76, 33, 0), (106, 0, 50)
# Steps of the PLUGE: 3.5 % under black cannot be shown in full range, black, 4 % over.
_PLUGE = (0, 10, 19)


def smpte(raster: Raster, rng: Generator) -> Frame:
    """Draw seven bars at 75 %, castellations and PLUGE: SMPTE EG 1."""
    frame = blank(raster)
    level = 0.75
    row(frame, 0, 0.67, [hue(index, level) for index in range(7)])
    black = (0, 0, 0)
    castellations = [hue(6, level), black, hue(4, level), black, hue(2, level), black, hue(0, level)]
    row(frame, 0.67, 0.75, castellations)
    pluge: list[Colour] = [(step, step, step) for step in _PLUGE]
    colours: list[Colour] = [_MINUS_I, (255, 255, 255), _PLUS_Q, black, *pluge, black]
    sixth, third = 5 / 28, 1 / 21
    row(frame, 0.75, 1, colours, [sixth, sixth, sixth, sixth, third, third, third, 1 / 7])
    return frame


def ebu(raster: Raster, rng: Generator) -> Frame:
    """Draw EBU 100/0/75/0 or 100/0/100/0, whole or over a red field or steps of grey."""
    frame = blank(raster)
    level = float(rng.choice([0.75, 1.0]))
    white = hue(0, float(rng.choice([level, 1.0])))
    bars = [white, *(hue(index, level) for index in range(1, 8))]
    split = float(rng.choice([1.0, 1.0, 0.67, 0.5]))
    row(frame, 0, split, bars)
    if split < 1:
        row(frame, split, 1, greys(11) if rng.random() < 0.5 else [hue(5, level)])
    return frame


def arib(raster: Raster, rng: Generator) -> Frame:
    """Draw the high-definition bars of SMPTE RP 219 and ARIB STD-B28."""
    frame = blank(raster)
    grey: Colour = (102, 102, 102)
    eighth, bar = 1 / 8, 3 / 28
    shares = [eighth, *[bar] * 7, eighth]
    row(frame, 0, 7 / 12, [grey, *(hue(index, 0.75) for index in range(7)), grey], shares)
    row(
        frame,
        7 / 12,
        8 / 12,
        [hue(2, 1), _MINUS_I, hue(0, 0.75), hue(6, 1)],
        [eighth, bar, 6 * bar, eighth],
    )
    row(frame, 8 / 12, 9 / 12, [hue(1, 1), _PLUS_Q], [eighth, 1 - eighth])
    ramp = np.linspace(0, 255, max(1, round(0.65 * raster.width)))[np.newaxis, :, np.newaxis]
    top, end, left = (
        round(8 / 12 * raster.height),
        round(9 / 12 * raster.height),
        round((eighth + bar) * raster.width),
    )
    frame[top:end, left : left + ramp.shape[1]] = ramp.astype(np.uint8)
    row(frame, 8 / 12, 9 / 12, [hue(1, 1)], [eighth])
    frame[top:end, round((1 - eighth) * raster.width) :] = hue(5, 1)
    low: list[Colour] = [(38, 38, 38), (0, 0, 0), (255, 255, 255), (0, 0, 0)]
    pluge: list[Colour] = [(v, v, v) for v in (0, 5, 0, 10, 0)]
    narrow = (1 - 2 * eighth - 1.5 * bar - 2 * bar - 5 / 6 * bar - bar) / 5
    row(
        frame,
        9 / 12,
        1,
        [*low, *pluge, (0, 0, 0), (38, 38, 38)],
        [eighth, 1.5 * bar, 2 * bar, 5 / 6 * bar, *[narrow] * 5, bar, eighth],
    )
    return frame


def row(
    frame: Frame, top: float, end: float, colours: list[Colour], shares: list[float] | None = None
) -> None:
    """Paint a row of fields between two parts of the height; ``shares`` of the width are equal by default."""
    high, wide = frame.shape[:2]
    parts = np.cumsum([0.0, *(shares or [1 / len(colours)] * len(colours))])
    for index, colour in enumerate(colours):
        left, right = round(parts[index] * wide), round(parts[index + 1] * wide)
        frame[round(top * high) : round(end * high), left:right] = colour


def hue(index: int, level: float) -> Colour:
    """Return the colour of a bar, white 0 to black 7, at a level 0..1."""
    red, green, blue = _HUES[index]
    return round(255 * level * blue), round(255 * level * green), round(255 * level * red)


def greys(count: int) -> list[Colour]:
    """Return steps from black to white."""
    levels = [round(255 * step / (count - 1)) for step in range(count)]
    return [(level, level, level) for level in levels]


def blank(raster: Raster) -> Frame:
    """Return a black frame."""
    return np.zeros((raster.height, raster.width, 3), np.uint8)
