"""People, drawn: somebody who walks, and the head and shoulders of somebody who speaks."""

import cv2
import numpy as np
from numpy.typing import NDArray

Generator = np.random.Generator
Colour = tuple[float, float, float]
_SKINS: tuple[Colour, ...] = (
    (150, 180, 225),
    (120, 155, 205),
    (80, 115, 165),
    (50, 75, 115),
    (170, 195, 235),
)


def some_colour(rng: Generator, low: float = 20, high: float = 230) -> Colour:
    """Return any colour (BGR, 0 to 255)."""
    blue, green, red = rng.uniform(low, high, 3)
    return float(blue), float(green), float(red)


def walker(rng: Generator) -> NDArray[np.float32]:
    """Draw somebody in the street: (360, 140, 4), BGR and cover."""
    person = np.zeros((360, 140, 4), np.float32)
    skin = (*_SKINS[int(rng.integers(len(_SKINS)))], 1.0)
    coat, trousers = (*some_colour(rng), 1.0), (*some_colour(rng, 15, 120), 1.0)
    cv2.line(person, (62, 190), (45, 345), trousers, 26)
    cv2.line(person, (78, 190), (98, 345), trousers, 26)
    cv2.ellipse(person, (70, 135), (38, 80), 0, 0, 360, coat, -1)
    cv2.line(person, (42, 90), (22, 190), coat, 18)
    cv2.line(person, (98, 90), (118, 190), coat, 18)
    cv2.circle(person, (70, 36), 26, skin, -1)
    cv2.ellipse(person, (70, 26), (28, 20), 0, 180, 360, (*some_colour(rng, 10, 90), 1.0), -1)
    cv2.GaussianBlur(person, (3, 3), 0, dst=person)
    return person


class Speaker:
    """Head and shoulders of somebody who talks to the camera; all that moves follows from the time."""

    def __init__(self, rng: Generator) -> None:
        self._skin = _SKINS[int(rng.integers(len(_SKINS)))]
        self._hair, self._coat = some_colour(rng, 10, 140), some_colour(rng, 15, 200)
        self._tie = some_colour(rng, 60, 250)
        self._phase, self._liveliness = float(rng.uniform(0, 6)), float(rng.uniform(0.5, 1.5))
        self._long = bool(rng.random() < 0.5)
        self._weave = rng.standard_normal((900, 900, 1)).astype(np.float32) * 9

    def draw(self, light: NDArray[np.float32], x: float, y: float, size: float, at: float) -> None:
        """Draw into ``light`` (BGR) with the chin near (x, y) and a head ``size`` pixels high."""
        sway = size * 0.03 * self._liveliness
        head_x = x + sway * (np.sin(0.9 * at + self._phase) + 0.6 * np.sin(2.3 * at + 2 * self._phase))
        head_y = y + sway * 0.6 * np.sin(1.7 * at + self._phase)
        before = light.copy()
        self._ellipse(light, x, y + 1.75 * size, 1.35 * size, 1.5 * size, self._coat)
        clothed = np.any(light != before, axis=-1, keepdims=True)
        rows, columns = light.shape[:2]
        tiles = (-(-rows // 900), -(-columns // 900), 1)
        light += np.where(clothed, np.tile(self._weave, tiles)[:rows, :columns], 0)
        self._ellipse(light, x, y + 0.45 * size, 0.24 * size, 0.5 * size, self._skin)
        self._ellipse(light, x, y + 1.0 * size, 0.09 * size, 0.5 * size, self._tie)
        if self._long:
            self._ellipse(light, head_x, head_y - 0.25 * size, 0.47 * size, 0.75 * size, self._hair)
        self._ellipse(light, head_x, head_y - 0.55 * size, 0.42 * size, 0.56 * size, self._hair)
        self._ellipse(light, head_x, head_y - 0.4 * size, 0.36 * size, 0.52 * size, self._skin)
        open_eyes = 0.0 if (at + self._phase) % 3.1 < 0.15 else 1.0
        for side in (-1, 1):
            eye = head_x + side * 0.15 * size
            self._ellipse(
                light, eye, head_y - 0.48 * size, 0.065 * size, 0.035 * size * open_eyes, (235,) * 3
            )
            self._ellipse(light, eye, head_y - 0.48 * size, 0.03 * size, 0.03 * size * open_eyes, (30,) * 3)
            self._ellipse(light, eye, head_y - 0.58 * size, 0.09 * size, 0.018 * size, self._hair)
        nose = tuple(part * 0.85 for part in self._skin)
        self._ellipse(
            light, head_x, head_y - 0.33 * size, 0.05 * size, 0.08 * size, (nose[0], nose[1], nose[2])
        )
        spoken = abs(np.sin(13 * at + self._phase)) * (np.sin(1.1 * at + self._phase) > -0.7)
        self._ellipse(
            light, head_x, head_y - 0.12 * size, 0.12 * size, (0.012 + 0.05 * spoken) * size, (50, 40, 110)
        )

    @staticmethod
    def _ellipse(
        light: NDArray[np.float32], x: float, y: float, wide: float, high: float, colour: Colour
    ) -> None:
        # Places to a sixteenth of a pixel: a head moves less than a pixel a frame.
        centre = (round(x * 16), round(y * 16))
        axes = (max(1, round(wide * 16)), max(1, round(high * 16)))
        polygon = cv2.ellipse2Poly((0, 0), axes, 0, 0, 360, 6) + np.array(centre)
        cv2.fillPoly(light, [polygon.astype(np.int32)], colour, cv2.LINE_8, 4)
