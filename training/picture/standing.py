"""Faults that put something else in the programme's place: its last frame, black, a test pattern."""

from itertools import repeat

import cv2
import numpy as np

from training.picture.camera import Noise
from training.picture.compression import Generation, contribution
from training.picture.patterns import choose_pattern, ident, identify
from training.picture.raster import Frame, Frames, Generator, Raster

# DESIGN section 7: black is luma within 8/255.
BLACK_LEVEL = 8


class Freeze:
    """The programme stands; an earlier encoder may go on pulsing, or a little noise may be encoded anew."""

    def __init__(self, raster: Raster, rng: Generator):
        self._held: Frame | None = None
        self._line: Generation | None = None
        self._noise: Noise | None = None
        way = rng.random()
        self.detail = "plain"
        if way < 0.3:
            self._line, self.detail = contribution(raster, rng), "pulsing of an earlier encoder"
        elif way < 0.5:
            # Less than a level: what re-encoding makes, not what a sensor does.
            self._noise, self.detail = Noise(raster, float(rng.uniform(0.3, 0.8)), rng), "noise under a level"

    def apply(self, frame: Frame, index: int, left: int) -> tuple[Frame, bool]:
        """Return the frame of the beginning."""
        if self._held is None:
            self._held = frame.copy()
        shown = self._held.copy()
        if self._line is not None:
            shown = self._line.pass_on(shown)
        if self._noise is not None:
            shown = self._noise.add(shown)
        return shown, True


class Black:
    """The programme is black, or nearly: a pedestal, noise, a trace of the picture; at once or by a ramp."""

    def __init__(self, raster: Raster, rng: Generator, longest_ramp_s: float):
        longest = 1 + max(1, raster.frames(longest_ramp_s))
        self._ramps = [int(rng.integers(1, longest)) if rng.random() < 0.33 else 0 for _ in range(2)]
        level = float(rng.choice([0.0, 0.0, rng.uniform(0, 6.5)]))
        tint = rng.uniform(0.8, 1.0, 3)
        self._base = np.empty((raster.height, raster.width, 3), np.uint8)
        self._base[:] = np.rint(level * tint)
        self._noise: Noise | None = None
        self._trace = float(rng.choice([0, 0, 0, 0, rng.uniform(0.01, 0.025)])) if level < 1 else 0.0
        if rng.random() < 0.35:
            self._noise = Noise(raster, float(rng.uniform(0.3, 1.2)), rng)
        self.detail = f"level {level:.1f}, trace {self._trace:.3f}, noise {self._noise is not None}"

    def apply(self, frame: Frame, index: int, left: int) -> tuple[Frame, bool]:
        """Return black, or the programme on its way there."""
        light = 0.0
        for ramp, place in zip(self._ramps, (index, left), strict=True):
            light = max(light, 1 - (place + 1) / (ramp + 1)) if ramp else light
        shown = np.asarray(cv2.addWeighted(frame, max(light, self._trace), self._base, 1, 0), np.uint8)
        if light == 0 and self._noise is not None:
            shown = self._noise.add(shown)
            np.minimum(shown, BLACK_LEVEL, out=shown)
        # Points above the level may be a hundredth: the tip of a lamp does not make a picture.
        return shown, light == 0 or bool(np.mean(shown[::4, ::4] > BLACK_LEVEL) < 0.01)


class Bars:
    """A test pattern in place of the programme, some with a moving clock."""

    def __init__(self, raster: Raster, rng: Generator, cards: list[Frame]):
        self._pictures: Frames
        if cards and rng.random() < 0.15:
            self._pictures, name = repeat(cards[int(rng.integers(len(cards)))]), "card of the media"
        else:
            self._pictures, name = choose_pattern(raster, rng)
        self._raster = raster
        self._text = ident(rng) if rng.random() < 0.5 else ""
        self._second = int(rng.integers(86_400)) if rng.random() < 0.5 else -1
        self._place = (float(rng.uniform(0.05, 0.5)), float(rng.uniform(0.15, 0.95)))
        self._noise = Noise(raster, float(rng.uniform(0.5, 2.0)), rng) if rng.random() < 0.2 else None
        clock = ", clock" if self._text and self._second >= 0 else ""
        self.detail = f"{name}{', ident' if self._text else ''}{clock}"

    def apply(self, frame: Frame, index: int, left: int) -> tuple[Frame, bool]:
        """Return the pattern."""
        shown = next(self._pictures).copy()
        if self._text:
            second = -1 if self._second < 0 else self._second + int(index / self._raster.fps)
            identify(shown, self._raster, second, self._text, self._place)
        return (shown if self._noise is None else self._noise.add(shown)), True
