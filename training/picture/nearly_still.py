"""Healthy pictures of which next to nothing moves: leaves in a fixed camera's view, a window on a card."""

import cv2
import numpy as np

from training.picture.formula import texture
from training.picture.lettering import write
from training.picture.raster import Frame, Frames, Generator, Raster, fill, pick_colour, scale, soften


def swaying(still: Frame, raster: Raster, length: int, rng: Generator) -> Frames:
    """A fixed camera before a scene of which one to three parts sway in place, as leaves and flags do."""
    base = fill(still, raster.width, raster.height)
    parts = [_Swaying(base, raster, rng) for _ in range(int(rng.integers(1, 4)))]
    for index in range(length):
        frame = base.copy()
        for part in parts:
            part.paint(frame, index / raster.fps)
        yield frame


class _Swaying:
    """A part of a picture, 12 to 35 % of its height in size, bent to and fro about its middle."""

    def __init__(self, base: Frame, raster: Raster, rng: Generator):
        high, wide = (round(raster.height * float(size)) for size in rng.uniform(0.12, 0.35, 2))
        self._top = int(rng.integers(0, raster.height - high))
        self._left = int(rng.integers(0, raster.width - wide))
        self._still = base[self._top : self._top + high, self._left : self._left + wide].copy()
        y, x = np.mgrid[0:high, 0:wide].astype(np.float32)
        self._x, self._y = x, y
        # Most in the middle, nothing at the border: no seam is to be seen.
        self._weight = (np.sin(np.pi * (x + 0.5) / wide) * np.sin(np.pi * (y + 0.5) / high)).astype(
            np.float32
        )
        self._reach = raster.height * np.exp(rng.uniform(np.log(0.002), np.log(0.02), 2)).astype(np.float32)
        self._hz, self._phase = rng.uniform(0.2, 1.5, 2), rng.uniform(0, 2 * np.pi, 2)

    def paint(self, frame: Frame, time_s: float) -> None:
        """Lay the part over the frame as it is bent at a time."""
        across, down = self._reach * np.sin(2 * np.pi * self._hz * time_s + self._phase).astype(np.float32)
        bent = cv2.remap(
            self._still,
            self._x + self._weight * across,
            self._y + self._weight * down,
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REPLICATE,
        )
        high, wide = self._weight.shape
        frame[self._top : self._top + high, self._left : self._left + wide] = bent


def on_card(live: Frames, still: Frame, raster: Raster, rng: Generator) -> Frames:
    """A card that stands, with text, and the programme in a window of 16 to 45 % of the picture."""
    card = texture(raster, 0.5, rng)
    if rng.random() < 0.4:
        card = soften(fill(still, raster.width, raster.height), raster.height * 0.02)
    share = np.sqrt(rng.uniform(0.16, 0.45))
    wide, high = (round(side * share / 2) * 2 for side in (raster.width, raster.height))
    # Away from the sides: there it would be an inset over a programme.
    left = round((raster.width - wide) * rng.uniform(0.2, 0.8))
    top = round((raster.height - high) * rng.uniform(0.3, 0.7))
    edge = max(1, round(3 * raster.unit))
    cv2.rectangle(
        card, (left - edge, top - edge), (left + wide + edge, top + high + edge), pick_colour(rng), -1
    )
    for line in range(int(rng.integers(0, 3))):
        size = raster.height * rng.uniform(0.03, 0.06)
        write(
            card, (0.06 * raster.width, (0.1 + 0.8 * line) * raster.height), size, pick_colour(rng, 120), rng
        )
    for shown in live:
        frame = card.copy()
        frame[top : top + high, left : left + wide] = scale(shown, wide, high, cv2.INTER_AREA)
        yield frame
