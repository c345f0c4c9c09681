"""A programme: shots, the transitions between them, faults, and what is true of each frame."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from processors.video.cells import BLACK_LEVEL
from training.clips import HEIGHT, WIDTH, Frames
from training.graphics import choose_graphics
from training.shots import any_clip, choose_shot
from training.sources import Source

Generator = np.random.Generator
# Every fourth point in each direction tells still from moving as well as all of them, 16 times faster.
_THIN = (slice(None, None, 4), slice(None, None, 4))


@dataclass(frozen=True)
class Programme:
    """Frames as broadcast, and truths of the programme beneath the graphics, one a frame."""

    frames: Frames
    moved: NDArray[np.float32]
    """Share of points that differ from the frame before, 0..1; 1 at the first."""
    black: NDArray[np.float32]
    """Share of points within 8/255 of black, 0..1."""


def compose(
    clips: list[Source], stills: list[Source], count: int, rng: Generator, *, healthy: bool = False
) -> Programme:
    """Compose ``count`` frames of programme from sources, with at most one fault, graphics on top."""
    frames = _edit(clips, stills, count, rng)
    whole = False
    if not healthy:
        fault = rng.choice(["freeze", "fade", "none"], p=[0.40, 0.32, 0.28])
        start = int(rng.integers(40, count // 2))
        end = min(count, start + int(rng.integers(35, 220)))
        whole = fault != "none" and rng.random() < 0.15  # the fault takes the graphics with it
        if fault == "freeze":
            frames[start:end] = frames[start]
        if fault == "fade":
            _blacken(frames, start, end, rng)
    moved, black = _truth(frames)
    if not whole:
        insets = [any_clip(clips, rng)] if clips else []
        for paint in choose_graphics(rng, insets) if rng.random() < 0.85 else []:
            for index, frame in enumerate(frames):
                paint(frame, index)
    return Programme(frames=frames, moved=moved, black=black)


def _edit(clips: list[Source], stills: list[Source], count: int, rng: Generator) -> Frames:
    """Cut shots together, hard or through a dissolve or a dip to black."""
    out = np.empty((count, HEIGHT, WIDTH), np.uint8)
    at = 0
    while at < count:
        length = min(count - at, int(rng.integers(50, 220)))
        shot = choose_shot(clips, stills, length, rng)
        length = len(shot)
        out[at : at + length] = shot
        style = rng.random()
        if at and style < 0.2:
            _dissolve(out, at, min(length, int(rng.integers(8, 40))))
        elif at and style < 0.35:
            _dip(out, at, int(rng.integers(4, 11)))
        at += length
    return out


def _dissolve(out: Frames, at: int, length: int) -> None:
    before = out[at - 1].astype(np.float32)
    for index in range(length):
        mix = (index + 1) / (length + 1)
        out[at + index] = before * (1 - mix) + out[at + index] * mix


def _dip(out: Frames, at: int, half: int) -> None:
    """Go to black and back within a second: television, not a fault."""
    for index in range(max(0, at - half), min(len(out), at + half)):
        away = abs(index + 0.5 - at) / half
        out[index] = out[index] * max(0.0, (away - 0.3) / 0.7)


def _blacken(frames: Frames, start: int, end: int, rng: Generator) -> None:
    level, noise = float(rng.choice([0, 0, rng.uniform(0, 5)])), rng.choice([0.0, rng.uniform(0.3, 1.0)])
    ramp = int(rng.choice([0, 0, 12]))
    for index in range(start, end):
        if index - start < ramp:
            frames[index] = frames[index] * (1 - (index - start + 1) / (ramp + 1))
        elif noise:
            frames[index] = np.clip(level + rng.normal(0, noise, (HEIGHT, WIDTH)), 0, BLACK_LEVEL)
        else:
            frames[index] = round(level)


def _truth(frames: Frames) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    moved = np.ones(len(frames), np.float32)
    black = np.empty(len(frames), np.float32)
    for index, frame in enumerate(frames):
        thin = frame[_THIN]
        black[index] = (thin <= BLACK_LEVEL).mean()
        if index:
            moved[index] = (thin != frames[index - 1][_THIN]).mean()
    return moved, black
