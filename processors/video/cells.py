"""What each cell of the picture shows: brightness, colour, and how much it changed since another picture."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from processors.video.kernels import apart, cell_means, less

# DESIGN section 7: black is luma within 8/255 of black.
BLACK_LEVEL = 8
# Twice that: a night is darker than this in places, a black picture with noise nowhere brighter.
DIM_LEVEL = 16
# A pixel of the small picture that changes by more has moved: the pulsing and noise of encoders, averaged
# over the pixels that make it, stay below.
_MOVED_LEVELS = 4


@dataclass(frozen=True)
class Look:
    """One picture by cells; float32, (ROWS, COLUMNS)."""

    mean: NDArray[np.float32]
    """Luma, 0..255."""
    deviation: NDArray[np.float32]
    """Standard deviation of luma within the cell."""
    dark: NDArray[np.float32]
    """Share of points within BLACK_LEVEL of black, 0..1."""
    dim: NDArray[np.float32]
    """Share of points within DIM_LEVEL of black, 0..1."""
    blue: NDArray[np.float32]
    """Mean Cb, code 0..255, 128 without colour."""
    red: NDArray[np.float32]
    """Mean Cr."""
    tint: NDArray[np.float32]
    """Standard deviation of Cb and Cr together within the cell."""


@dataclass(frozen=True)
class Change:
    """The difference of two lattices of points by cells; float32, (ROWS, COLUMNS)."""

    mean: NDArray[np.float32]
    """Mean absolute difference of luma, 0..255."""
    share: NDArray[np.float32]
    """Share of points that differ at all, 0..1: an encoder repeats a frozen picture exactly."""
    level: NDArray[np.float32]
    """Absolute difference of the means, 0..255: noise and re-encoding cancel out in it, motion does not."""


@dataclass(frozen=True)
class Motion:
    """The difference of two small pictures by cells; float32, (ROWS, COLUMNS)."""

    mean: NDArray[np.float32]
    """Mean absolute difference, 0..255."""
    moved: NDArray[np.float32]
    """Share of pixels that changed by more than an encoder's pulsing does, 0..1."""


def look(points: NDArray[np.uint8], chroma: NDArray[np.uint8]) -> Look:
    """Return the look of a lattice of luma (HEIGHT, WIDTH) and of its colours (2, HEIGHT, WIDTH)."""
    mean, variance = _moments(points)
    (blue, blue_variance), (red, red_variance) = map(_moments, chroma)
    return Look(
        mean=mean,
        deviation=np.sqrt(variance),
        dark=_share(points <= BLACK_LEVEL),
        dim=_share(points <= DIM_LEVEL),
        blue=blue,
        red=red,
        tint=np.sqrt(blue_variance + red_variance),
    )


def change(now: NDArray[np.uint8], before: NDArray[np.uint8]) -> Change:
    """Return what changed between two lattices of luma (HEIGHT, WIDTH)."""
    size = apart(now, before)
    return Change(mean=cell_means(size), share=_share(size != 0), level=np.abs(cell_means(less(now, before))))


def motion(now: NDArray[np.uint8], before: NDArray[np.uint8]) -> Motion:
    """Return what changed between two small pictures of the same whole multiple of the cells."""
    size = apart(now, before)
    return Motion(mean=cell_means(size), moved=_share(size > _MOVED_LEVELS))


def _moments(values: NDArray[np.uint8]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    real = values.astype(np.float32)
    mean = cell_means(real)
    return mean, np.maximum(cell_means(real * real) - mean * mean, 0.0)


def _share(which: NDArray[np.bool_]) -> NDArray[np.float32]:
    return cell_means(which.view(np.uint8))
