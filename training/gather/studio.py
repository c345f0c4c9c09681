"""Shots from a tripod: a presenter in a studio, and things near the lens before a background out of focus."""

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from training.gather.people import Speaker, some_colour
from training.gather.store import Picture
from training.gather.texture import Generator, fractal, grain_for, look_up, shot


def studio(width: int, height: int, rng: Generator) -> Iterator[Picture]:
    """Yield frames of one or two people who speak before a still set: 25 a second, (height, width, 3) BGR."""
    behind = _set(width, height, rng)
    pair = rng.random() < 0.3
    size = height * float(rng.uniform(0.22, 0.3) if pair else rng.uniform(0.28, 0.45))
    chairs = (0.3, 0.7) if pair else (float(rng.uniform(0.3, 0.7)),)
    people = [Speaker(rng) for _ in chairs]
    grain, sigma = grain_for(width, height, rng), float(rng.uniform(0.2, 2.0))
    index = 0
    while True:
        light = behind.copy()
        for chair, person in zip(chairs, people, strict=True):
            person.draw(light, chair * width, height * 0.62, size, index / 25)
        yield shot(light, grain, sigma, rng)
        index += 1


def shallow_focus(width: int, height: int, rng: Generator) -> Iterator[Picture]:
    """Yield frames of a sharp thing that turns a little before discs of light: 25 a second, BGR.

    The thing fills an eighth to a half of the picture; all else is as blurred as a fault would be.
    """
    bokeh = _bokeh(width + 240, height + 60, rng)
    skin = fractal(1024, 0.8, rng)
    tint, ink = np.array(some_colour(rng, 70, 230)), float(rng.uniform(0.12, 0.35))
    radius = height * float(rng.uniform(0.24, 0.46))
    x0, y0 = width * float(rng.uniform(0.3, 0.7)), height * float(rng.uniform(0.4, 0.6))
    petals, pace = int(rng.integers(0, 9)), float(rng.uniform(0.3, 1.2))
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
    grain, sigma = grain_for(width, height, rng), float(rng.uniform(0.2, 1.5))
    index = 0
    while True:
        at = index / 25
        x = x0 + 0.06 * width * np.sin(pace * at)
        turned = 0.2 * np.sin(pace * at * 1.3)
        angle = np.arctan2(rows - y0, columns - x) + np.float32(turned)
        away = np.hypot(rows - y0, columns - x) / radius
        edge = 1 + 0.18 * np.sin(petals * angle) if petals else np.ones_like(angle)
        cover = np.clip((edge - away) * radius / 1.5, 0, 1)[..., np.newaxis]
        marks = look_up(
            skin,
            (512 + away * radius * np.cos(angle) * 1.1).astype(np.float32),
            (512 + away * radius * np.sin(angle) * 1.1).astype(np.float32),
        )
        veins = 1 - 0.25 * (np.abs(np.sin(angle * 18 + 6 * away)) < 0.12)
        shade = (1.15 - 0.5 * away) * (1 + ink * marks) * veins
        thing = np.clip(tint * shade[..., np.newaxis], 0, 255)
        pan = int(120 + 100 * np.sin(0.3 * at))
        yield shot(
            (bokeh[30 : 30 + height, pan : pan + width] * (1 - cover) + thing * cover).astype(np.float32),
            grain,
            sigma,
            rng,
        )
        index += 1


def _set(width: int, height: int, rng: Generator) -> NDArray[np.float32]:
    """Build what stands behind the desk: panels, a window on a town or a shelf of books."""
    # Letters need a picture of bytes.
    light = np.empty((height, width, 3), np.uint8)
    fall = np.linspace(1.0, float(rng.uniform(0.4, 0.9)), height)[:, np.newaxis, np.newaxis]
    light[:] = (np.array(some_colour(rng, 30, 170)) * fall).astype(np.uint8)
    for _ in range(int(rng.integers(3, 14))):
        left, top = int(rng.integers(width)), int(rng.integers(height))
        end = (left + int(rng.integers(width // 20, width // 3)), top + int(rng.integers(20, height // 2)))
        cv2.rectangle(light, (left, top), end, some_colour(rng), -1 if rng.random() < 0.6 else 4)
    if rng.random() < 0.5:
        for left in range(0, width, max(12, width // 60)):
            tall = int(rng.uniform(0.5, 1.0) * height * 0.25)
            corner, end = (left, height // 3 - tall), (left + max(10, width // 70), height // 3)
            cv2.rectangle(light, corner, end, some_colour(rng, 20, 200), -1)
    for _ in range(int(rng.integers(0, 6))):
        word = "".join(rng.choice(list("ABCDEGLMNORSTUV"), int(rng.integers(3, 8))))
        place = (int(rng.integers(width)), int(rng.integers(height)))
        cv2.putText(
            light, word, place, cv2.FONT_HERSHEY_DUPLEX, height / 400, some_colour(rng), 3, cv2.LINE_AA
        )
    # A set has the grain of its materials, and often lies a little behind what is in focus.
    grained = light + rng.standard_normal((height, width, 1)).astype(np.float32) * float(rng.uniform(1, 8))
    softness = float(rng.choice([0.0, 0.6, 2.0])) * height / 720
    return (cv2.GaussianBlur(grained, (0, 0), softness) if softness > 0 else grained).astype(np.float32)


def _bokeh(width: int, height: int, rng: Generator) -> NDArray[np.float32]:
    light = np.empty((height, width, 3), np.float32)
    light[:] = some_colour(rng, 15, 120)
    for _ in range(int(rng.integers(20, 90))):
        disc = np.zeros_like(light)
        centre = (int(rng.integers(width)), int(rng.integers(height)))
        cv2.circle(disc, centre, int(rng.uniform(0.02, 0.12) * height), some_colour(rng), -1)
        light += disc * float(rng.uniform(0.1, 0.5))
    blurred = cv2.GaussianBlur(np.clip(light, 0, 240), (0, 0), height * float(rng.uniform(0.008, 0.03)))
    return blurred.astype(np.float32)
