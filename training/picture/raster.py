"""The form of a picture, and the few operations on frames that everything here is made of."""

from collections.abc import Iterator

import cv2
import msgspec
import numpy as np
from numpy.typing import NDArray

Generator = np.random.Generator
Frame = NDArray[np.uint8]
"""(height, width, 3), blue, green, red, 0..255 over the whole range."""
Gray = NDArray[np.uint8]
"""(height, width)."""
Frames = Iterator[Frame]
"""One a frame of the programme; each is the receiver's own, to paint on."""
Colour = tuple[int, int, int]
"""Blue, green, red."""

# One thread: the machine is shared, and pictures this small gain nothing by more.
cv2.setNumThreads(1)


class Raster(msgspec.Struct, frozen=True):
    """Size in pixels, both even, and frames a second."""

    width: int
    height: int
    fps: float

    def frames(self, seconds: float) -> int:
        """Return how many frames a time takes."""
        return round(seconds * self.fps)

    @property
    def unit(self) -> float:
        """Pixels of a 360th of the height (of the width where that is less): graphics scale with it."""
        return min(self.height, self.width) / 360


def scale(frame: Frame, width: int, height: int, method: int = cv2.INTER_LINEAR) -> Frame:
    """Return a frame in another size."""
    return np.asarray(cv2.resize(frame, (width, height), interpolation=method), np.uint8)


def fill(frame: Frame, width: int, height: int) -> Frame:
    """Scale a frame until it covers a size, and cut the rest off evenly."""
    ratio = max(width / frame.shape[1], height / frame.shape[0])
    wide, high = (
        max(width, round(frame.shape[1] * ratio)),
        max(height, round(frame.shape[0] * ratio)),
    )
    method = cv2.INTER_AREA if ratio < 1 else cv2.INTER_CUBIC
    left, top = (wide - width) // 2, (high - height) // 2
    return np.ascontiguousarray(scale(frame, wide, high, method)[top : top + height, left : left + width])


def soften(frame: Frame, sigma: float) -> Frame:
    """Return a frame blurred by a Gaussian of ``sigma`` pixels; wide ones are made on a smaller picture."""
    # From 4 pixels a halved picture has lost nothing that such a blur leaves: four times as fast.
    if sigma >= 4:
        high, wide = frame.shape[:2]
        small = scale(frame, max(2, wide // 2), max(2, high // 2), cv2.INTER_AREA)
        return scale(soften(small, sigma / 2), wide, high)
    return np.asarray(cv2.GaussianBlur(frame, (0, 0), sigma), np.uint8)


def mix(first: Frame, second: Frame, share: float) -> Frame:
    """Return a frame with ``share`` of the second in it, 0..1."""
    return np.asarray(cv2.addWeighted(first, 1 - share, second, share, 0), np.uint8)


def gray_of(frame: Frame) -> Gray:
    """Return the luma of a frame, 0..255."""
    return np.asarray(cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY), np.uint8)


def pick_colour(rng: Generator, low: int = 0, high: int = 255) -> Colour:
    """Return any colour with parts in a range."""
    blue, green, red = (int(part) for part in rng.integers(low, high + 1, 3))
    return blue, green, red
