"""A lettering of our own: strokes with round ends, drawn at any size, so that no font file is needed.

Letters stand on y = 0, capitals reach y = 6; x runs from 0 to the letter's own width.
"""

import unicodedata
from functools import lru_cache
from itertools import pairwise

import numpy as np

from infra.demo.canvas import Plane

_CAPITAL = 6.0
# Room for accents above and the cedilla or comma below, in the same units.
_ASCENT, _DESCENT = 8.4, 1.9
_GAP = 1.35

# Each stroke is a chain of points "x,y"; after "~" they are the control points of a Bezier curve instead.
_STROKES: dict[str, tuple[float, str]] = {
    "A": (4.4, "0,0 2.2,6 4.4,0;0.75,2 3.65,2"),
    "B": (3.8, "1.6,6 0,6 0,0 1.7,0;0,3.15 1.7,3.15;"
        + "~1.6,6 3.9,6 3.9,3.15 1.6,3.15;~1.7,3.15 4.5,3.15 4.5,0 1.7,0"),
    "C": (4.1, "~4.1,5 3.6,5.7 3.2,6 2.4,6;~2.4,6 -0.8,6 -0.8,0 2.4,0;~2.4,0 3.2,0 3.6,0.3 4.1,1"),
    "D": (4.3, "0,0 0,6 1.4,6;~1.4,6 5.3,6 5.3,0 1.4,0;1.4,0 0,0"),
    "E": (3.4, "3.4,0 0,0 0,6 3.4,6;0,3.1 2.9,3.1"),
    "F": (3.3, "0,0 0,6 3.3,6;0,3 2.8,3"),
    "G": (4.4, "~4.2,5 3.7,5.7 3.2,6 2.4,6;~2.4,6 -0.8,6 -0.8,0 2.4,0;"
        + "~2.4,0 3.3,0 3.9,0.3 4.4,0.8;4.4,0.8 4.4,2.8 2.7,2.8"),
    "H": (4.1, "0,0 0,6;4.1,0 4.1,6;0,3.1 4.1,3.1"),
    "I": (0.0, "0,0 0,6"),
    "J": (2.9, "2.9,6 2.9,2;~2.9,2 2.9,0 1.2,-0.2 0,0.6"),
    "K": (3.9, "0,0 0,6;3.8,6 0,2.5;1.3,3.7 3.9,0"),
    "L": (3.2, "0,6 0,0 3.2,0"),
    "M": (5.2, "0,0 0,6 2.6,1.6 5.2,6 5.2,0"),
    "N": (4.2, "0,0 0,6 4.2,0 4.2,6"),
    "O": (4.8, "~2.4,6 -0.8,6 -0.8,0 2.4,0;~2.4,6 5.6,6 5.6,0 2.4,0"),
    "P": (3.7, "0,0 0,6 1.6,6;~1.6,6 4.4,6 4.4,2.7 1.6,2.7;1.6,2.7 0,2.7"),
    "Q": (4.8, "~2.4,6 -0.8,6 -0.8,0 2.4,0;~2.4,6 5.6,6 5.6,0 2.4,0;3,1.6 4.8,-0.3"),
    "R": (3.9, "0,0 0,6 1.6,6;~1.6,6 4.4,6 4.4,2.8 1.6,2.8;1.6,2.8 0,2.8;1.8,2.8 3.9,0"),
    "S": (3.7, "~3.5,5.1 2.9,6 2.2,6 1.9,6;~1.9,6 -0.5,6 -0.5,3.6 1.8,3.1;"
        + "~1.8,3.1 4.4,2.6 4.2,0 1.8,0;~1.8,0 1.2,0 0.5,0.1 0,1"),
    "T": (4.0, "0,6 4,6;2,6 2,0"),
    "U": (4.1, "0,6 0,2.1;~0,2.1 0,-0.7 4.1,-0.7 4.1,2.1;4.1,2.1 4.1,6"),
    "V": (4.3, "0,6 2.15,0 4.3,6"),
    "W": (6.2, "0,6 1.5,0 3.1,5.4 4.7,0 6.2,6"),
    "X": (4.0, "0,0 4,6;0,6 4,0"),
    "Y": (4.2, "0,6 2.1,2.9 4.2,6;2.1,2.9 2.1,0"),
    "Z": (3.7, "0,6 3.7,6 0,0 3.7,0"),
    "0": (3.8, "~1.9,6 -0.65,6 -0.65,0 1.9,0;~1.9,6 4.45,6 4.45,0 1.9,0"),
    "1": (3.8, "0.6,4.7 2.2,6 2.2,0"),
    "2": (3.8, "~0.1,4.8 0.5,6 3.6,6.4 3.7,3.8 2.4,2.6;2.4,2.6 0.1,0 3.8,0"),
    "3": (3.8, "~0.2,5.3 1,6.2 3.5,6.2 3.5,3.3 1.5,3.2;~1.5,3.2 3.8,3.2 3.9,-0.2 0.9,-0.2 0,0.8"),
    "4": (3.8, "3,0 3,6 0,1.6 3.8,1.6"),
    "5": (3.8, "3.4,6 0.6,6 0.3,3.3;~0.3,3.3 1.2,3.9 3.9,4 3.9,-0.3 0.9,-0.1 0,0.8"),
    "6": (3.8, "~3.3,5.5 2.3,6.5 0,6 0,2;~0,2 0,-0.65 3.8,-0.65 3.8,1.9;~3.8,1.9 3.8,4.5 0,4.5 0,2"),
    "7": (3.8, "0,6 3.8,6 1.4,0"),
    "8": (3.8, "~1.9,3.2 -0.3,3.2 -0.3,6 1.9,6;~1.9,6 4.1,6 4.1,3.2 1.9,3.2;"
        + "~1.9,3.2 -0.6,3.2 -0.6,0 1.9,0;~1.9,0 4.4,0 4.4,3.2 1.9,3.2"),
    "9": (3.8, "~0.5,0.5 1.5,-0.5 3.8,0 3.8,4;~3.8,4 3.8,6.65 0,6.65 0,4.1;~0,4.1 0,1.5 3.8,1.5 3.8,4"),
    ":": (0.4, "0.2,1.2 0.2,1.3;0.2,4 0.2,4.1"),
    ".": (0.4, "0.2,0 0.2,0.1"),
    ",": (0.6, "0.5,0.1 0.1,-1.1"),
    "-": (2.2, "0,2.7 2.2,2.7"),
    "/": (2.6, "0,-0.6 2.6,6.6"),
    "'": (0.2, "0.1,6 0.1,4.7"),
    "|": (0.2, "0.1,-0.8 0.1,6.8"),
    " ": (1.5, ""),
}  # fmt: skip
# Combining marks, drawn around the middle of the letter (x = 0).
_MARKS: dict[str, str] = {
    "\u0301": "-0.4,7 0.6,8",
    "\u0300": "0.4,7 -0.6,8",
    "\u0302": "-0.9,7 0,7.9 0.9,7",
    "\u0303": "~-1.3,7.1 -0.6,8.3 0.6,6.7 1.3,7.8",
    "\u0327": "~0,0 0.9,-0.7 0.4,-1.7 -0.6,-1.4",
}

Segments = list[tuple[float, float, float, float]]


@lru_cache(maxsize=256)
def lettering(text: str, size: float, weight: float = 0.15) -> Plane:
    """Return a line of text as cover (h, w), 0..1, with a little room at both ends.

    ``size`` is the height of a capital in pixels, ``weight`` the thickness of a stroke as a part of it.
    Raises KeyError for a letter the font does not have.
    """
    scale = size / _CAPITAL
    x = _GAP / 2
    segments: Segments = []
    for letter in unicodedata.normalize("NFC", text.upper()):
        parts = list(unicodedata.normalize("NFD", letter))
        base, marks = parts[0], parts[1:]
        width, strokes = _STROKES[base]
        segments += [(ax + x, ay, bx + x, by) for ax, ay, bx, by in _segments(strokes)]
        for mark in marks:
            middle = x + width / 2
            segments += [(ax + middle, ay, bx + middle, by) for ax, ay, bx, by in _segments(_MARKS[mark])]
        x += width + _GAP
    columns = int(np.ceil((x - _GAP / 2) * scale))
    rows = int(np.ceil((_ASCENT + _DESCENT) * scale))
    return _stroked(segments, rows, columns, scale, weight * size / 2)


def baseline(size: float) -> float:
    """Return how far below the top of a lettering its letters stand, in pixels."""
    return _ASCENT * size / _CAPITAL


def _segments(strokes: str) -> Segments:
    segments: Segments = []
    for chain in filter(None, strokes.split(";")):
        line = np.array([[float(part) for part in point.split(",")] for point in chain.lstrip("~").split()])
        if chain.startswith("~"):
            line = _bezier(line)
        segments += [(*a, *b) for a, b in pairwise(line.tolist())]
    return segments


def _bezier(points: np.ndarray) -> np.ndarray:
    """Return a Bezier curve of any degree from its control points, by de Casteljau's rule."""
    t = np.linspace(0.0, 1.0, 13)[:, None]
    curve = [np.broadcast_to(point, (len(t), 2)) for point in points]
    while len(curve) > 1:
        curve = [a + (b - a) * t for a, b in pairwise(curve)]
    return np.asarray(curve[0])


def _stroked(segments: Segments, rows: int, columns: int, scale: float, radius: float) -> Plane:
    cover = np.zeros((rows, columns), np.float32)
    for ax, ay, bx, by in segments:
        x0, y0, x1, y1 = ax * scale, (_ASCENT - ay) * scale, bx * scale, (_ASCENT - by) * scale
        reach = radius + 1.5
        top, bottom = max(0, int(min(y0, y1) - reach)), min(rows, int(max(y0, y1) + reach) + 1)
        left, right = max(0, int(min(x0, x1) - reach)), min(columns, int(max(x0, x1) + reach) + 1)
        if top >= bottom or left >= right:
            continue
        y, x = np.mgrid[top:bottom, left:right].astype(np.float32) + np.float32(0.5)
        dx, dy = x1 - x0, y1 - y0
        along = np.clip(((x - x0) * dx + (y - y0) * dy) / (dx * dx + dy * dy), 0.0, 1.0)
        distance = np.hypot(x - x0 - along * dx, y - y0 - along * dy)
        part = cover[top:bottom, left:right]
        np.maximum(part, np.clip(radius + 0.5 - distance, 0.0, 1.0), out=part)
    return cover
