"""A single steady line in the spectrum: what a test tone is, and a held note is not."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from processors.audio.fourier import fast_length, power, transform
from processors.audio.levels import decibels

# 24 kHz holds every tone that anyone lines up with; averaging pairs of samples is filter enough for it.
_RATE_HZ = 24_000
# The Hann window's main lobe and its first side lobes, to -60 dB: bins of 4 Hz on each side of the line.
_LOBE = 6
# Below this nothing is a programme tone: mains hum and rumble.
_LEAST_HZ = 70.0
_TINY = np.float32(1e-14)


@dataclass(frozen=True)
class Lines:
    """The strongest line of each of n blocks; arrays are float32 (n,)."""

    hertz: NDArray[np.float32]
    level_db: NDArray[np.float32]
    """RMS re full scale."""
    rest_db: NDArray[np.float32]
    """All that is not the line, re the line, dB."""
    second_db: NDArray[np.float32]
    """The next strongest line, re the first, dB."""


def find_lines(blocks: NDArray[np.float32], rate_hz: int) -> Lines:
    """Find the strongest line above 70 Hz of blocks of one channel each, float32 (n, samples)."""
    factor = max(1, rate_hz // _RATE_HZ)
    count = blocks.shape[1] // factor
    rows = blocks[:, : count * factor].reshape(len(blocks), count, factor).mean(axis=2)
    size = fast_length(count)
    padded = np.zeros((len(rows), size), np.float32)
    padded[:, :count] = rows * _window(count)
    bins = power(transform(padded)) * np.float32(2.0 / (count * count)) + _TINY
    step_hz = rate_hz / factor / size
    first = int(_LEAST_HZ / step_hz)
    total = bins.sum(axis=1)
    at = first + np.argmax(bins[:, first:], axis=1)
    near = np.clip(at[:, np.newaxis] + np.arange(-_LOBE, _LOBE + 1), 0, bins.shape[1] - 1)
    lobe = np.take_along_axis(bins, near, axis=1)
    line = lobe.sum(axis=1)
    rows_at = np.arange(len(bins))[:, np.newaxis]
    without = bins.copy()
    without[rows_at, near] = 0.0
    second = without[:, first:].max(axis=1)
    # The lobe's centre of gravity: a thousandth of a bin for a clean line. Bin 1 is the first.
    centre = (lobe * near).sum(axis=1) / line + 1
    return Lines(
        hertz=(centre * step_hz).astype(np.float32),
        level_db=decibels(line),
        rest_db=decibels(np.maximum(total - line, _TINY) / line),
        second_db=decibels(second / lobe.max(axis=1)),
    )


@lru_cache(maxsize=8)
def _window(count: int) -> NDArray[np.float32]:
    """Return a Hann window of mean square 1, so that levels stay what they are."""
    hann = np.hanning(count)
    return np.asarray(hann / np.sqrt(np.mean(hann**2)), np.float32)
