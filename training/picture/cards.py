"""Test cards: a circle with gratings and steps; steps of grey; zone plate and cross-hatch."""

import cv2
import numpy as np

from training.picture.bars import blank, greys, hue, row
from training.picture.raster import Frame, Generator, Raster


def circle_card(raster: Raster, rng: Generator) -> Frame:
    """Draw a card with a circle, castellations, bars, steps and gratings, like the PM5544's."""
    frame = blank(raster)
    high, wide = raster.height, raster.width
    # Grey, or the tint of some colour cards.
    frame[:] = int(rng.integers(60, 170)) if rng.random() < 0.7 else hue(int(rng.integers(1, 7)), 0.5)
    cell = max(8, high // int(rng.choice([12, 14, 16])))
    frame[cell // 2 :: cell] = 230
    frame[:, (wide % cell) // 2 :: cell] = 230
    if rng.random() < 0.6:
        frame[: cell // 2, :: 2 * cell] = 255
        for place in range(0, wide, 2 * cell):
            frame[: cell // 2, place : place + cell] = 255
            frame[-cell // 2 :, place : place + cell] = 255
    radius, centre = round(rng.uniform(0.36, 0.48) * min(high, wide)), (wide // 2, high // 2)
    disc = frame.copy()
    row(disc, 0, 0.2, [(230, 230, 230)])
    row(disc, 0.2, 0.3, [(0, 0, 0)])
    left, right = (centre[0] - radius) / wide, (centre[0] + radius) / wide
    side = [left, *[(right - left) / 6] * 6, 1 - right]
    order = np.arange(1, 7) if rng.random() < 0.6 else rng.permutation(np.arange(1, 7))
    row(disc, 0.3, 0.5, [(0, 0, 0), *(hue(int(index), 0.75) for index in order), (0, 0, 0)], side)
    row(disc, 0.5, 0.58, [(20, 20, 20)])
    period = rng.uniform(3, 8)
    wave = 127 + 110 * np.sign(np.sin(np.arange(wide) * np.linspace(1, 3, wide) * 2 * np.pi / (period * 3)))
    disc[round(0.58 * high) : round(0.72 * high)] = wave.astype(np.uint8)[np.newaxis, :, np.newaxis]
    row(disc, 0.72, 0.85, [(0, 0, 0), *greys(6), (0, 0, 0)], side)
    row(disc, 0.85, 1, [hue(5 if rng.random() < 0.5 else 1, 0.75)])
    mask = np.zeros((high, wide), np.uint8)
    cv2.circle(mask, centre, radius, 255, -1)
    cv2.copyTo(disc, mask, frame)
    return frame


def grey_steps(raster: Raster, rng: Generator) -> Frame:
    """Draw steps of grey, in one row or two that run against each other."""
    frame = blank(raster)
    steps = greys(int(rng.choice([5, 8, 10, 11, 16])))
    row(frame, 0, 1, steps)
    if rng.random() < 0.6:
        row(frame, 0.5, 1, steps[::-1])
    return frame


def sweep(raster: Raster, rng: Generator) -> Frame:
    """Draw a zone plate or a cross-hatch."""
    if rng.random() < 0.5:
        y, x = np.mgrid[0 : raster.height, 0 : raster.width].astype(np.float32)
        y, x = y - raster.height / 2, x - raster.width / 2
        # The highest frequency, at the sides, stays under half a cycle a pixel.
        phase = (x**2 + y**2) * rng.uniform(0.5, 0.9) * np.pi / raster.width
        rings = (127 + 100 * np.cos(phase)).astype(np.uint8)
        return np.asarray(cv2.cvtColor(rings, cv2.COLOR_GRAY2BGR), np.uint8)
    frame = blank(raster)
    cell, line = raster.height // int(rng.choice([9, 12, 18])), max(1, round(raster.unit))
    for place in range(cell // 2, raster.height, cell):
        frame[place : place + line] = 235
    for place in range(cell // 2, raster.width, cell):
        frame[:, place : place + line] = 235
    return frame
