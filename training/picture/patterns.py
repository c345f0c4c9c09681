"""The test patterns that may come on air instead of the programme, and their idents."""

from collections.abc import Callable
from itertools import repeat

import av
import cv2
import numpy as np

from training.picture.bars import arib, ebu, smpte
from training.picture.cards import circle_card, grey_steps, sweep
from training.picture.lettering import put, words
from training.picture.raster import Frame, Frames, Generator, Raster

# How often each is chosen: what stations use most, first.
_DRAWN: dict[str, tuple[float, Callable[[Raster, Generator], Frame]]] = {
    "smpte": (0.30, smpte),
    "ebu": (0.27, ebu),
    "arib": (0.15, arib),
    "circle card": (0.13, circle_card),
    "grey steps": (0.08, grey_steps),
    "sweep": (0.07, sweep),
}
# Sources of ffmpeg; the last two move.
_GENERATED = (
    "smptebars",
    "smptehdbars",
    "pal75bars",
    "pal100bars",
    "rgbtestsrc",
    "yuvtestsrc",
    "testsrc",
    "testsrc2",
)
_MOVING = ("testsrc", "testsrc2")


def choose_pattern(raster: Raster, rng: Generator) -> tuple[Frames, str]:
    """Choose a pattern; return its frames without end, not to be painted on, and its name."""
    if rng.random() < 0.3:
        name = str(rng.choice(_GENERATED))
        frames = _generated(name, raster)
        return (frames if name in _MOVING else repeat(next(frames))), name
    chances = [chance for chance, _ in _DRAWN.values()]
    name = str(rng.choice(list(_DRAWN), p=chances))
    return repeat(_DRAWN[name][1](raster, rng)), name


def _generated(name: str, raster: Raster) -> Frames:
    with av.open(
        f"{name}=size={raster.width}x{raster.height}:rate={raster.fps:.3f}", format="lavfi"
    ) as source:
        for frame in source.decode(video=0):
            yield np.asarray(frame.to_ndarray(format="bgr24"), np.uint8)


def identify(frame: Frame, raster: Raster, second: int, text: str, place: tuple[float, float]) -> None:
    """Write an ident on a black plate, at a place in parts of the picture; with a clock from second 0."""
    height = 14 * raster.unit
    x, y = place[0] * raster.width, place[1] * raster.height
    line = (
        f"{text} {second // 3600 % 24:02d}:{second // 60 % 60:02d}:{second % 60:02d}" if second >= 0 else text
    )
    right = min(raster.width, round(x + height * 0.85 * len(line)))
    cv2.rectangle(
        frame, (round(x - 6), round(y - 1.5 * height)), (right, round(y + 0.5 * height)), (0, 0, 0), -1
    )
    put(frame, line, (x, y), height, (235, 235, 235), cv2.FONT_HERSHEY_SIMPLEX)


def ident(rng: Generator) -> str:
    """Return the name of a station or a line."""
    return words(2, rng).upper()
