"""Graphics with pictures in them: the interpreter's window, a live inset, a panel of an L's shape."""

from collections.abc import Callable, Iterator
from functools import lru_cache

import cv2
import numpy as np

from training.picture import captions, formula
from training.picture.footage import load_still, loop
from training.picture.lettering import write
from training.picture.media import Media
from training.picture.overlay import Element
from training.picture.raster import Frame, Generator, Raster, fill, pick_colour, scale

# How often each is on air, in programmes with graphics.
_CAPTIONS: tuple[tuple[float, Callable[[Raster, Generator], Element]], ...] = (
    (0.7, captions.logo),
    (0.45, captions.lower_third),
    (0.4, captions.clock),
    (0.3, captions.ticker),
    (0.13, captions.score_bug),
    (0.15, captions.subtitles),
    (0.15, captions.rating),
)


def choose_elements(raster: Raster, media: Media, rng: Generator) -> list[Element]:
    """Choose the graphics of one channel, the lowest first."""
    elements: list[Element] = []
    if rng.random() < 0.16:
        elements.append(panel(raster, media, rng))
    if rng.random() < 0.26:
        elements.append(window(raster, media, rng))
    elements += [make(raster, rng) for chance, make in _CAPTIONS if rng.random() < chance]
    return elements


def window(raster: Raster, media: Media, rng: Generator) -> Element:
    """The interpreter's window, or a live inset: it moves while the programme need not."""
    high = round(raster.height * rng.uniform(0.2, 0.42) / 2) * 2
    wide = round(min(high * rng.uniform(0.65, 1.7), raster.width * 0.45) / 2) * 2
    small = Raster(wide, high, raster.fps)
    source = media.clip(rng)
    frames = loop([source.path], small, rng, zoom=float(rng.uniform(1.0, 1.2)))
    mask = np.zeros((high, wide), np.uint8)
    if rng.random() < 0.3:
        cv2.ellipse(mask, (wide // 2, high // 2), (wide // 2 - 1, high // 2 - 1), 0, 0, 360, 255, -1)
    else:
        mask[:] = 255
    framed, edge = rng.random() < 0.5, pick_colour(rng)
    margin = round(rng.uniform(0, 24) * raster.unit)
    left = raster.width - wide - margin if rng.random() < 0.75 else margin
    top = raster.height - high - margin if rng.random() < 0.75 else margin
    next_frame = _once_a_frame(frames)

    def paint(frame: Frame, index: int) -> None:
        shown = next_frame(index)
        if framed:
            cv2.rectangle(shown, (0, 0), (wide - 1, high - 1), edge, max(1, round(2 * raster.unit)))
        cv2.copyTo(shown, mask, frame[top : top + high, left : left + wide])

    return Element("interpreter's window" if wide < high else "live inset", paint)


def panel(raster: Raster, media: Media, rng: Generator) -> Element:
    """A panel at one side and below, over up to two fifths of the picture: still, slides, or animated."""
    share = rng.uniform(0.15, 0.40)
    side = rng.uniform(0.35, 0.65) * share
    # Side and foot together cover the share: side + foot - side * foot = share.
    foot = (share - side) / (1 - side)
    right, low = round(raster.width * (1 - side)), round(raster.height * (1 - foot))
    mirrored = rng.random() < 0.4
    way = str(rng.choice(["still", "slides", "clip", "animated"], p=[0.35, 0.25, 0.2, 0.2]))
    cards = [_card(raster, media, rng) for _ in range(4 if way == "slides" else 1)]
    every = max(1, raster.frames(rng.uniform(3, 9)))
    moving: Iterator[Frame] = iter(())
    if way == "clip":
        moving = loop([media.clip(rng).path], raster, rng)
    if way == "animated":
        moving = formula.drifting(raster, 1 << 30, rng)
    next_frame = _once_a_frame(moving)
    # Half of such panels press the programme into what is left; the others cover a part of it.
    pressed = rng.random() < 0.5
    begin, end = (raster.width - right, raster.width) if mirrored else (0, right)

    def paint(frame: Frame, index: int) -> None:
        cover = cards[index // every % len(cards)] if way in ("still", "slides") else next_frame(index)
        if pressed:
            frame[:low, begin:end] = scale(frame, end - begin, low)
        frame[low:] = cover[low:]
        frame[:, :begin] = cover[:, :begin]
        frame[:, end:] = cover[:, end:]

    return Element(f"L panel, {way}", paint)


def _card(raster: Raster, media: Media, rng: Generator) -> Frame:
    """A designed picture for a panel: an advertisement, figures, weather."""
    if rng.random() < 0.4:
        return fill(load_still(media.still(rng).path), raster.width, raster.height)
    card = formula.texture(raster, 0.6, rng)
    for line in range(12):
        place = (rng.uniform(0.02, 0.75) * raster.width, (line + 0.8) / 12 * raster.height)
        write(card, place, rng.uniform(10, 22) * raster.unit, pick_colour(rng, 150), rng)
    return card


def _once_a_frame(frames: Iterator[Frame]) -> Callable[[int], Frame]:
    """Take one picture for every number asked for."""

    @lru_cache(maxsize=1)
    def take(index: int) -> Frame:
        return next(frames)

    return take
