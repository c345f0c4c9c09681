"""One shot of programme, chosen at random: what is before the camera, and how it was taken."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice

import cv2
import numpy as np

from training.picture import camera, formula
from training.picture.compression import contribution
from training.picture.footage import grab, load_still, play
from training.picture.media import Media
from training.picture.nearly_still import on_card, swaying
from training.picture.raster import Frame, Frames, Generator, Raster, scale
from training.picture.stills import move_over, seated, stand, watched

# How often each kind is chosen. Clips lead; the rest are what detectors get wrong, or clips show too little.
_KINDS = {
    "clip": 0.42,
    "split": 0.05,
    "move": 0.15,
    "slide": 0.02,
    "watched": 0.05,
    "seated": 0.05,
    "swaying": 0.07,
    "on a card": 0.05,
    "drifting": 0.01,
    "wall": 0.01,
    "cartoon": 0.04,
    "night": 0.02,
    "credits": 0.03,
    "board": 0.03,
}


@dataclass
class Shots:
    """Makes shots of one programme's media, and keeps what they used."""

    media: Media
    raster: Raster
    rng: Generator
    used: set[str] = field(default_factory=set)

    def shot(self, length: int) -> Frames:
        """Yield at most ``length`` frames, and at least one."""
        kind = str(self.rng.choice(list(_KINDS), p=list(_KINDS.values())))
        raster, rng = self.raster, self.rng
        makers: dict[str, Callable[[], Frames]] = {
            "clip": self._clip,
            "split": self._split,
            "move": lambda: move_over(self._still(), raster, length, rng),
            "slide": lambda: stand(self._still(), raster, min(length, raster.frames(3.0))),
            "watched": lambda: watched(self._still(), self._subjects(), raster, length, rng),
            "seated": lambda: seated(self._clip(), self._still(), raster, rng),
            "swaying": lambda: swaying(self._still(), raster, length, rng),
            "on a card": lambda: on_card(self._framed(length), self._still(), raster, rng),
            "drifting": lambda: formula.drifting(raster, length, rng),
            "wall": lambda: formula.lit_wall(raster, length, rng),
            "cartoon": lambda: formula.cartoon(raster, length, rng),
            "night": lambda: formula.night(raster, length, rng),
            "credits": lambda: formula.credits(raster, length, rng),
            "board": lambda: formula.board(raster, length, rng),
        }
        frames = makers[kind]()
        if kind not in ("slide", "credits", "on a card"):
            frames = self._taken(frames, noise=0.9 if kind in ("watched", "night", "wall", "seated") else 0.3)
        return islice(frames, length)

    def _clip(self) -> Frames:
        source = self.media.clip(self.rng)
        self.used.add(source.name)
        zoom = float(self.rng.choice([1.0, 1.0, self.rng.uniform(1.0, 1.5)]))
        pace = float(self.rng.choice([1.0, 1.0, 1.0, self.rng.uniform(0.5, 1.6)]))
        return play(source.path, self.raster, self.rng, zoom=zoom, pace=pace)

    def _split(self) -> Frames:
        """Two clips beside each other, as when two places talk."""
        gap = max(2, round(4 * self.raster.unit))
        quarter = self.raster.width // 4
        for left, right in zip(self._clip(), self._clip(), strict=False):
            frame = np.concatenate([left[:, quarter : 3 * quarter], right[:, quarter : 3 * quarter]], axis=1)
            frame = np.asarray(cv2.resize(frame, (self.raster.width, self.raster.height)), np.uint8)
            frame[:, self.raster.width // 2 - gap : self.raster.width // 2 + gap] = 30
            yield frame

    def _still(self) -> Frame:
        source = self.media.still(self.rng)
        self.used.add(source.name)
        is_clip = source.kind == "video"
        return grab(source.path, self.raster, self.rng) if is_clip else load_still(source.path)

    def _framed(self, length: int) -> Frames:
        """What a window on a card shows: a clip, a move over a still, or a scene that sways."""
        way = self.rng.random()
        if way < 0.5:
            return self._clip()
        if way < 0.75:
            return move_over(self._still(), self.raster, length, self.rng)
        return swaying(self._still(), self.raster, length, self.rng)

    def _subjects(self) -> list[Frame]:
        return [self._still() for _ in range(int(self.rng.integers(1, 4)))]

    def _taken(self, frames: Frames, noise: float) -> Frames:
        """Choose what lenses, film, light and earlier compression do to a shot."""
        raster, rng = self.raster, self.rng
        if rng.random() < 0.12:
            frames = _enlarged(frames, raster, rng)
        if rng.random() < 0.08:
            frames = camera.shallow(frames, raster, raster.height * rng.uniform(0.006, 0.025), rng)
        if rng.random() < 0.05:
            frames = formula.hazy(frames, raster, rng)
        if rng.random() < 0.04:
            frames = formula.snowfall(frames, raster, rng)
        if rng.random() < 0.08:
            frames = camera.shaken(frames, raster, rng)
        if rng.random() < 0.05:
            frames = camera.trailing(frames)
        frames = self._lit(frames)
        if rng.random() < noise:
            grain = float(rng.choice([0.0, 0.0, rng.uniform(0.5, 1.2)]))
            frames = camera.noisy(frames, raster, float(rng.uniform(1.0, 6.0)), rng, grain)
        if rng.random() < 0.03:
            frames = camera.flashed(frames, raster, rng)
        if rng.random() < 0.03:
            frames = camera.woven(frames)
        if rng.random() < 0.1:
            frames = _boxed(frames, raster, rng)
        if rng.random() < 0.15:
            line = contribution(raster, rng)
            frames = (line.pass_on(frame) for frame in frames)
        return frames

    def _lit(self, frames: Frames) -> Frames:
        rng = self.rng
        way = rng.random()
        if way < 0.1:
            return camera.graded(
                frames, camera.tones(rng, gain=rng.uniform(0.15, 0.45), lift=rng.uniform(4, 18)), 1.0
            )
        if way < 0.35:
            saturation = float(rng.choice([0.0, 1.0, rng.uniform(0.3, 1.0)]))
            gain, lift = rng.uniform(0.75, 1.2), rng.uniform(0, 12)
            return camera.graded(frames, camera.tones(rng, gain=gain, lift=lift), saturation)
        return frames


def _enlarged(frames: Frames, raster: Raster, rng: Generator) -> Frames:
    """Show a picture of fewer lines, enlarged: 150 lines are softer than SD in HD, yet in focus."""
    least = max(150 / raster.height, 0.4)
    share = rng.uniform(min(least, 0.8), 0.85)
    wide, high = round(raster.width * share), round(raster.height * share)
    method = int(rng.choice([cv2.INTER_LINEAR, cv2.INTER_CUBIC, cv2.INTER_LANCZOS4]))
    for frame in frames:
        yield scale(scale(frame, wide, high, cv2.INTER_AREA), raster.width, raster.height, method)


def _boxed(frames: Iterator[Frame], raster: Raster, rng: Generator) -> Frames:
    """Lay bars at the sides or above and below, as for a picture of another shape."""
    upright = rng.random() < 0.6
    bar = round(
        (raster.width * rng.uniform(0.08, 0.13)) if upright else raster.height * rng.uniform(0.07, 0.14)
    )
    for frame in frames:
        if upright:
            frame[:, :bar] = frame[:, -bar:] = 0
        else:
            frame[:bar] = frame[-bar:] = 0
        yield frame
