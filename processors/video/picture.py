"""What is taken out of a decoded frame, so that the frame itself can go."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from processors.video.blocking import Blocking, blocking
from processors.video.edges import Borders, borders
from processors.video.kernels import fit, halve, look_up
from processors.video.lattice import HEIGHT, SMALL_HEIGHT, SMALL_WIDTH, WIDTH
from processors.video.levels import Planes, level_table, take_planes


@dataclass(frozen=True)
class Picture:
    """One sampled frame."""

    time_s: float
    """PTS in seconds of the media clock."""
    points: NDArray[np.uint8]
    """Luma of single pixels, 0 (black) to 255 (white) whatever the range and depth; (HEIGHT, WIDTH)."""
    chroma: NDArray[np.uint8]
    """Cb and Cr at about the same places, codes as decoded; (2, HEIGHT, WIDTH)."""
    small: NDArray[np.uint8]
    """Luma 0 to 255 of the whole picture, made small; (SMALL_HEIGHT, SMALL_WIDTH)."""
    blocking: Blocking
    borders: Borders


def take_picture(frame: VideoFrame, time_s: float) -> Picture:
    """Take all that is measured out of a decoded frame."""
    planes = take_planes(frame)
    return Picture(
        time_s=time_s,
        points=_points(planes),
        chroma=_chroma(planes),
        small=_small(planes),
        blocking=blocking(planes.luma),
        borders=borders(planes.luma),
    )


def take_points(frame: VideoFrame) -> NDArray[np.uint8]:
    """Take only the points out of a decoded frame: (HEIGHT, WIDTH) uint8, as in Picture."""
    return _points(take_planes(frame))


def _points(planes: Planes) -> NDArray[np.uint8]:
    points: NDArray[np.uint8] = level_table(planes.full_range)[_lattice(planes.luma)]
    return points


def _chroma(planes: Planes) -> NDArray[np.uint8]:
    if not planes.chroma:
        return np.full((2, HEIGHT, WIDTH), 128, np.uint8)
    return np.stack([_lattice(plane) for plane in planes.chroma])


def _lattice(plane: NDArray[np.uint8]) -> NDArray[np.uint8]:
    high, wide = plane.shape
    points: NDArray[np.uint8] = plane[_positions(high, HEIGHT)].take(_positions(wide, WIDTH), axis=1)
    return points


def _small(planes: Planes) -> NDArray[np.uint8]:
    """Halve by means of 2 x 2 while that leaves enough, then go the rest between neighbours.

    Each step runs in OpenCV's SIMD kernels: 0.25 ms of a 1080p picture, where one step of area means by a
    ratio that is no integer took 6 ms.
    """
    small = planes.luma
    while small.shape[1] >= 2 * SMALL_WIDTH and small.shape[0] >= 2 * SMALL_HEIGHT:
        small = halve(small)
    return look_up(fit(small, SMALL_HEIGHT, SMALL_WIDTH), level_table(planes.full_range))


@lru_cache(maxsize=64)
def _positions(length: int, count: int) -> NDArray[np.intp]:
    """Return the middles of ``count`` equal parts of ``length`` pixels."""
    return ((np.arange(count) + 0.5) * length / count).astype(np.intp)
