"""Pieces of graphics with their transparency, laid on a picture."""

from collections.abc import Callable

import cv2
import msgspec
import numpy as np
from numpy.typing import NDArray

from training.picture.raster import Colour, Frame

Paint = Callable[[Frame, int], None]
"""Paints one element on a frame in place, given the frame's number in the programme."""


class Element(msgspec.Struct, frozen=True):
    """One of the graphics on air."""

    name: str
    paint: Paint


class Piece:
    """A picture and its opacity (0..255 a point), made ready to lay on others."""

    def __init__(self, picture: Frame, opacity: NDArray[np.uint8]):
        key = np.asarray(cv2.cvtColor(opacity, cv2.COLOR_GRAY2BGR), np.uint8)
        self._fill = np.asarray(cv2.multiply(picture, key, scale=1 / 255), np.uint8)
        self._rest = np.asarray(cv2.bitwise_not(key), np.uint8)
        self.height, self.width = picture.shape[:2]

    def lay(self, frame: Frame, left: int, top: int) -> None:
        """Lay it with its corner at a place; what lies outside of the frame is cut off."""
        x, y = max(0, -left), max(0, -top)
        right = min(self.width, frame.shape[1] - left)
        low = min(self.height, frame.shape[0] - top)
        if right <= x or low <= y:
            return
        under = frame[top + y : top + low, left + x : left + right]
        kept = cv2.multiply(under, self._rest[y:low, x:right], scale=1 / 255)
        cv2.add(kept, self._fill[y:low, x:right], dst=under)


def plate(
    width: int, height: int, colour: Colour, opacity: float, corner: int = 0
) -> tuple[Frame, NDArray[np.uint8]]:
    """Return a plate of one colour with rounded corners: its picture and opacity, to write on."""
    picture = np.empty((max(2, height), max(2, width), 3), np.uint8)
    picture[:] = colour
    key = np.zeros(picture.shape[:2], np.uint8)
    level = round(255 * opacity)
    if corner <= 0:
        key[:] = level
        return picture, key
    high, wide = key.shape
    corner = min(corner, high // 2, wide // 2)
    cv2.rectangle(key, (corner, 0), (wide - corner, high), level, -1)
    cv2.rectangle(key, (0, corner), (wide, high - corner), level, -1)
    for x in (corner, wide - corner - 1):
        for y in (corner, high - corner - 1):
            cv2.circle(key, (x, y), corner, level, -1)
    return picture, key
