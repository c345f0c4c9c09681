"""One shot of programme: a clip, a slow move, a locked-off camera, a slide, or a picture from a formula."""

from collections.abc import Callable

import numpy as np

from training import procedural
from training.camera import add_noise, expose, move_over
from training.clips import HEIGHT, WIDTH, Frames, load_clip, load_still
from training.sources import Source

Generator = np.random.Generator
Shot = Callable[[int, Generator], Frames]
"""Makes so many frames."""
# How often each kind is chosen. Clips lead; the rest are what a detector of stillness or black gets wrong.
_KINDS = {
    "clip": 0.40,
    "locked": 0.12,
    "move": 0.08,
    "slide": 0.06,
    "texture": 0.09,
    "gradient": 0.03,
    "cartoon": 0.09,
    "night": 0.08,
    "credits": 0.05,
}


def choose_shot(clips: list[Source], stills: list[Source], count: int, rng: Generator) -> Frames:
    """Make ``count`` frames of a shot chosen at random."""
    kind = str(rng.choice(list(_KINDS), p=list(_KINDS.values())))
    makers: dict[str, Shot] = {
        "clip": lambda n, r: _clip(clips, n, r),
        "locked": lambda n, r: _locked(clips, n, r),
        "move": lambda n, r: _move(stills, n, r),
        "slide": lambda n, r: _slide(clips, stills, n, r),
        "texture": procedural.drifting_texture,
        "gradient": lambda n, r: add_noise(procedural.gradient(n, r), r.uniform(0.5, 2.0), r),
        "cartoon": procedural.cartoon,
        "night": _night,
        "credits": procedural.credits,
    }
    return makers[kind](count, rng)


def any_clip(clips: list[Source], rng: Generator) -> Frames:
    """Return the frames of one clip."""
    return load_clip(clips[int(rng.integers(len(clips)))].path)


def _clip(clips: list[Source], count: int, rng: Generator) -> Frames:
    source = any_clip(clips, rng)
    start = int(rng.integers(max(1, len(source) - count)))
    frames = source[start : start + count]
    if rng.random() < 0.5:
        frames = frames[:, :, ::-1]
    if rng.random() < 0.15:
        frames = expose(frames, rng.uniform(0.12, 0.4), 10)
    if rng.random() < 0.12:
        frames = _pillarbox(frames, int(rng.integers(80, 200)))
    return add_noise(frames, rng.uniform(0.7, 3.5), rng) if rng.random() < 0.5 else frames


def _locked(clips: list[Source], count: int, rng: Generator) -> Frames:
    """A camera nobody touches before a scene where nothing moves: only its sensor does."""
    source = any_clip(clips, rng)
    frame = source[int(rng.integers(len(source)))]
    still = np.broadcast_to(frame, (count, HEIGHT, WIDTH))
    if rng.random() < 0.3:
        still = expose(still, rng.uniform(0.12, 0.5), 10)
    return add_noise(still, rng.uniform(1.5, 4.0), rng)


def _move(stills: list[Source], count: int, rng: Generator) -> Frames:
    frames = move_over(load_still(stills[int(rng.integers(len(stills)))].path), count, rng)
    return add_noise(frames, rng.uniform(0.5, 2.0), rng) if rng.random() < 0.3 else frames


def _slide(clips: list[Source], stills: list[Source], count: int, rng: Generator) -> Frames:
    """A still that stands: to a viewer, and so to Horus, it is frozen."""
    if rng.random() < 0.5:
        frame = load_still(stills[int(rng.integers(len(stills)))].path)[::2, ::2]
    else:
        source = any_clip(clips, rng)
        frame = source[int(rng.integers(len(source)))]
    return np.broadcast_to(frame, (count, HEIGHT, WIDTH))


def _night(count: int, rng: Generator) -> Frames:
    return add_noise(procedural.night(count, rng), rng.uniform(0.5, 2.0), rng)


def _pillarbox(frames: Frames, bar: int) -> Frames:
    boxed = frames.copy()
    boxed[:, :, :bar] = boxed[:, :, -bar:] = 0
    return boxed
