"""The whole picture out of focus."""

import cv2
import numpy as np

from training.picture.camera import Noise
from training.picture.raster import Frame, Generator, Raster, soften

# DESIGN section 7: blur counts from a sigma of 0.6 % of the height; a little above, no fault is doubtful.
LEAST_SIGMA, MOST_SIGMA = 0.0065, 0.03


class Blur:
    """The whole picture out of focus: Gaussian, box or disc, at once or slowly."""

    def __init__(self, raster: Raster, rng: Generator, least: float = LEAST_SIGMA):
        share = float(np.exp(rng.uniform(np.log(least), np.log(MOST_SIGMA))))
        self._sigma = share * raster.height
        self._least = LEAST_SIGMA * raster.height
        self._shape = str(rng.choice(["gaussian", "gaussian", "box", "disc"]))
        self._ramp = int(rng.choice([0, 0, raster.frames(rng.uniform(0.1, 1.0))]))
        self._noise = Noise(raster, float(rng.uniform(0.7, 3.0)), rng) if rng.random() < 0.3 else None
        self.detail = f"{self._shape}, sigma {100 * share:.2f} % of the height"

    def apply(self, frame: Frame, index: int, left: int) -> tuple[Frame, bool]:
        """Return the frame out of focus."""
        share = min(1.0, (min(index, left) + 1) / (self._ramp + 1))
        sigma = max(0.3, self._sigma * share)
        shown = _defocus(frame, sigma, self._shape)
        if self._noise is not None:
            shown = self._noise.add(shown)
        return shown, sigma >= min(self._least, self._sigma)


def _defocus(frame: Frame, sigma: float, shape: str) -> Frame:
    if shape == "gaussian" or sigma < 1:
        return soften(frame, sigma)
    if shape == "box":
        # A box of width w has a deviation of w / sqrt(12).
        width = max(3, round(sigma * 12**0.5) | 1)
        return np.asarray(cv2.blur(frame, (width, width)), np.uint8)
    # A disc of radius r has a deviation of r / 2 on each axis; large ones on a smaller picture.
    if sigma > 4:
        high, wide = frame.shape[:2]
        small = np.asarray(cv2.resize(frame, (wide // 2, high // 2), interpolation=cv2.INTER_AREA), np.uint8)
        return np.asarray(cv2.resize(_defocus(small, sigma / 2, shape), (wide, high)), np.uint8)
    radius = max(1, round(2 * sigma))
    kernel = np.zeros((2 * radius + 1, 2 * radius + 1), np.float32)
    cv2.circle(kernel, (radius, radius), radius, 1.0, -1)
    return np.asarray(cv2.filter2D(frame, -1, kernel / kernel.sum()), np.uint8)
