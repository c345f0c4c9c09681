"""Letters and digits that look like writing to a measure: strokes on a 5 by 7 raster, no font needed."""

import numpy as np
from numpy.typing import NDArray

# Which of the seven segments (top, then clockwise, the middle last) each digit lights, as bits.
_SEGMENTS = (0x3F, 0x06, 0x5B, 0x4F, 0x66, 0x6D, 0x7D, 0x07, 0x7F, 0x6F)


def digit(value: int, size: int) -> NDArray[np.uint8]:
    """Return a digit 0..9 as 0/1, (7 * size, 5 * size)."""
    on = _SEGMENTS[value]
    raster = np.zeros((7, 5), np.uint8)
    raster[0, :4] |= on & 1
    raster[:4, 3] |= on >> 1 & 1
    raster[3:, 3] |= on >> 2 & 1
    raster[6, :4] |= on >> 3 & 1
    raster[3:, 0] |= on >> 4 & 1
    raster[:4, 0] |= on >> 5 & 1
    raster[3, :4] |= on >> 6 & 1
    return raster.repeat(size, axis=0).repeat(size, axis=1)


def text(letters: int, size: int, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Return a line of made-up letters as 0/1, (7 * size, 6 * size * letters)."""
    raster = np.zeros((7, 6 * letters), np.uint8)
    for index in range(letters):
        if rng.random() < 0.85:  # the rest are spaces between words
            raster[:, 6 * index : 6 * index + 5] = rng.random((7, 5)) < 0.45
            raster[:, 6 * index] = 1
    return raster.repeat(size, axis=0).repeat(size, axis=1)
