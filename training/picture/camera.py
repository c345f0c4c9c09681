"""What cameras, lenses and film add to a shot: each takes its frames and yields them changed."""

from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from training.picture.raster import Frame, Frames, Generator, Raster, gray_of, mix, soften

# A tile of noise this much larger than the picture, cut at random, is as good as fresh noise to an encoder.
_SLACK = 64


class Noise:
    """Sensor noise or film grain of ``sigma`` levels, new in every frame."""

    def __init__(
        self, raster: Raster, sigma: float, rng: Generator, *, grain: float = 0.0, gray: bool = False
    ):
        self._rng, self._raster = rng, raster
        shape = (raster.height + _SLACK, raster.width + _SLACK, 1 if gray else 3)
        field = rng.standard_normal(shape, np.float32)
        if grain > 0:
            field = np.asarray(cv2.GaussianBlur(field, (0, 0), grain), np.float32).reshape(shape)
            field /= field.std()
        field = np.broadcast_to(np.rint(field * sigma), (*shape[:2], 3))
        self._up = np.ascontiguousarray(np.clip(field, 0, 255).astype(np.uint8))
        self._down = np.ascontiguousarray(np.clip(-field, 0, 255).astype(np.uint8))

    def add(self, frame: Frame) -> Frame:
        """Add noise to a frame in place."""
        for tile, change in ((self._up, cv2.add), (self._down, cv2.subtract)):
            top, left = self._rng.integers(_SLACK, size=2)
            part = tile[top : top + self._raster.height, left : left + self._raster.width]
            change(frame, np.asarray(part, np.uint8), dst=frame)
        return frame


def noisy(frames: Frames, raster: Raster, sigma: float, rng: Generator, grain: float = 0.0) -> Frames:
    """Add sensor noise (``grain`` 0) or film grain (its size in pixels)."""
    noise = Noise(raster, sigma, rng, grain=grain, gray=bool(rng.random() < 0.5))
    for frame in frames:
        yield noise.add(frame)


def graded(frames: Frames, table: NDArray[np.uint8], saturation: float) -> Frames:
    """Map levels by a (256,) table or (1, 256, 3) tables; ``saturation`` 0 is black and white."""
    for frame in frames:
        toned = np.asarray(cv2.LUT(frame, table), np.uint8)
        if saturation < 1:
            gray = np.asarray(cv2.cvtColor(gray_of(toned), cv2.COLOR_GRAY2BGR), np.uint8)
            toned = gray if saturation == 0 else mix(gray, toned, saturation)
        yield toned


def tones(rng: Generator, *, gain: float = 1.0, lift: float = 0.0) -> NDArray[np.uint8]:
    """Return tables of levels for each colour: gain, lift, gamma, and a tint."""
    ramp = np.arange(256, dtype=np.float32) / 255
    curves = [255 * gain * part * ramp ** rng.uniform(0.85, 1.2) + lift for part in rng.uniform(0.9, 1.05, 3)]
    return np.asarray(np.clip(np.stack(curves, axis=-1), 0, 255)[np.newaxis], np.uint8)


def shallow(frames: Frames, raster: Raster, sigma: float, rng: Generator) -> Frames:
    """Keep an ellipse in focus and blur the rest, as an open lens does."""
    mask = np.zeros((raster.height, raster.width), np.uint8)
    centre = (
        int(raster.width * rng.uniform(0.25, 0.75)),
        int(raster.height * rng.uniform(0.3, 0.7)),
    )
    axes = (
        int(raster.width * rng.uniform(0.12, 0.3)),
        int(raster.height * rng.uniform(0.2, 0.45)),
    )
    cv2.ellipse(mask, centre, axes, float(rng.uniform(0, 180)), 0, 360, 255, -1)
    soft_edge = np.asarray(cv2.GaussianBlur(mask, (0, 0), raster.height / 30), np.uint8)
    sharp = np.asarray(cv2.cvtColor(soft_edge, cv2.COLOR_GRAY2BGR), np.uint8)
    rest = np.asarray(cv2.bitwise_not(sharp), np.uint8)
    for frame in frames:
        near = cv2.multiply(frame, sharp, scale=1 / 255)
        far = cv2.multiply(soften(frame, sigma), rest, scale=1 / 255)
        yield np.asarray(cv2.add(near, far), np.uint8)


def shaken(frames: Frames, raster: Raster, rng: Generator) -> Frames:
    """Hold the camera by hand."""
    reach = max(2, round(raster.height * rng.uniform(0.005, 0.03)))
    speeds, phases = rng.uniform(2, 9, 4), rng.uniform(0, 6, 4)
    for index, frame in enumerate(frames):
        at = index / raster.fps
        x, y = (
            round(reach * (np.sin(speeds[k] * at + phases[k]) + np.sin(speeds[k + 2] * at)) / 2)
            for k in (0, 1)
        )
        wide = np.asarray(cv2.copyMakeBorder(frame, reach, reach, reach, reach, cv2.BORDER_REFLECT), np.uint8)
        top, left = reach + y, reach + x
        yield wide[top : top + raster.height, left : left + raster.width].copy()


def trailing(frames: Frames) -> Frames:
    """Mix each frame with the one before: a slow shutter."""
    for before, frame in pairwise(frames):
        yield mix(before, frame, 0.5)


def woven(frames: Frames) -> Frames:
    """Take every other line of the frame before: fields shown as a frame."""
    for before, frame in pairwise(frames):
        frame[1::2] = before[1::2]
        yield frame


def flashed(frames: Frames, raster: Raster, rng: Generator) -> Frames:
    """Let flashlights go off now and then."""
    chance = 1.5 / raster.fps
    for frame in frames:
        yield np.asarray(cv2.add(frame, np.full(4, 90.0)), np.uint8) if rng.random() < chance else frame
