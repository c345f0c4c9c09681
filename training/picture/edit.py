"""Shots cut together: hard, through dissolves and wipes, or dips to black."""

import cv2
import numpy as np

from training.picture.raster import Frame, Frames, Generator, Raster, mix
from training.picture.scene import Shots


class Editor:
    """Gives a programme frame by frame, without end."""

    def __init__(self, shots: Shots, raster: Raster, rng: Generator):
        self._shots, self._raster, self._rng = shots, raster, rng
        self._current: Frames = iter(())
        self._last: Frame | None = None
        self._before: Frame | None = None
        self._index, self._into, self._style = 0, 0, 0.0

    def next(self) -> Frame:
        """Return the next frame; it is the caller's own."""
        frame = next(self._current, None)
        while frame is None:
            self._begin()
            frame = next(self._current, None)
        self._index += 1
        if self._before is not None and self._index < self._into:
            frame = _between(self._style, self._before, frame, self._index / self._into)
        self._last = frame.copy()
        return frame

    def cut(self) -> None:
        """End the current shot, hard."""
        self._current, self._last = iter(()), None

    def _begin(self) -> None:
        """Begin a shot; a third of them not by a hard cut."""
        rng = self._rng
        # Mostly 1 to 8 s; every seventh is far longer, as a talk or a match shows.
        long = rng.random() < 0.15
        seconds = rng.uniform(8, 25) if long else np.exp(rng.uniform(0, np.log(8.0)))
        self._current = self._shots.shot(self._raster.frames(float(seconds)))
        self._before, self._last = self._last, None
        self._index, self._style = 0, float(rng.random())
        soft = rng.random() < 0.33
        self._into = int(rng.integers(4, max(5, self._raster.frames(1.2)))) if soft else 0


def _between(style: float, last: Frame, frame: Frame, share: float) -> Frame:
    if style < 0.45:
        return mix(last, frame, share)
    if style < 0.65:
        edge = int(frame.shape[1] * share)
        frame[:, edge:] = last[:, edge:]
        return frame
    # A dip to black, shorter than the second from which black is a fault.
    light = max(0.0, abs(share - 0.5) * 2.4 - 0.2)
    return np.asarray(cv2.multiply(last if share < 0.5 else frame, np.full(4, light)), np.uint8)
