"""Blocks: an encoder upstream with too few bits, and decoders upstream that lost some."""

from training.picture.compression import crushing
from training.picture.raster import Frame, Generator, Raster


class Crush:
    """An encoder upstream that had far too few bits."""

    def __init__(self, raster: Raster, rng: Generator):
        self._line, self.detail = crushing(raster, rng)

    def apply(self, frame: Frame, index: int, left: int) -> tuple[Frame, bool]:
        """Return the frame as that encoder left it."""
        return self._line.pass_on(frame), True


class Glitch:
    """Runs of macroblocks that show what is not theirs, as decoders do after losses upstream."""

    def __init__(self, raster: Raster, rng: Generator):
        self._raster, self._rng = raster, rng
        self._block = int(rng.choice([8, 16, 16, 16, 32]))
        self._rate = rng.uniform(3, 12) / raster.fps
        self._runs: list[tuple[int, int, int, int, int]] = []
        self._hue = int(rng.integers(3))
        self._past: Frame | None = None
        self.detail = f"runs of macroblocks of {self._block} pixels"

    def apply(self, frame: Frame, index: int, left: int) -> tuple[Frame, bool]:
        """Return the frame with damaged runs, which stay for a while."""
        rng, block = self._rng, self._block
        wide, high = self._raster.width // block, self._raster.height // block
        self._past = frame.copy() if self._past is None else self._past
        shown = frame.copy()
        for _ in range(max(int(rng.poisson(self._rate)), 3 if index == 0 else 0)):
            until = index + int(rng.integers(3, max(4, self._raster.frames(0.8))))
            first, count = int(rng.integers(wide * high)), int(rng.integers(4, wide * 5))
            self._runs.append(
                (first, count, until, int(rng.integers(-6, 7)) * block // 2, int(rng.integers(4)))
            )
        self._runs = [run for run in self._runs if run[2] > index]
        for first, count, _, shift, way in self._runs:
            for place in range(first, min(first + count, wide * high)):
                y, x = place // wide * block, place % wide * block
                part = shown[y : y + block, x : x + block]
                if way == 0:
                    part[:] = self._past[y : y + block, x : x + block]
                elif way == 1:
                    aside = min(max(0, x + shift), (wide - 1) * block)
                    part[:] = frame[y : y + block, aside : aside + block] if shift else 128
                elif way == 2:
                    part[:] = frame[y + block // 2, x + block // 2]
                else:
                    part[..., self._hue] //= 3
        if rng.random() < 0.1:
            self._past = frame.copy()
        return shown, True
