"""The fine structure of the spectrum: a single steady line (a test tone), or none in a band (hiss)."""

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from processors.audio.fourier import fast_length, power, transform
from processors.audio.levels import band_places, decibels

# 24 kHz holds every tone that anyone lines up with; averaging pairs of samples is filter enough for it.
_RATE_HZ = 24_000
# The Hann window's main lobe and its first side lobes, to -60 dB: bins of 4 Hz on each side of the line.
_LOBE = 6
# Below this nothing is a programme tone: mains hum and rumble.
_LEAST_HZ = 70.0
_TINY = np.float32(1e-14)
# Bins 40 dB under the mean of their band are holes that a codec left: they must not decide.
_HOLE = np.float32(1e-4)
TEXTURES = 20
"""Bands of which the texture is told: those whole under 12 kHz. At low rates the upper ones are 0: empty."""


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
    texture_db: NDArray[np.float32]
    """Of each band, (n, TEXTURES): geometric by arithmetic mean of its bins, dB, at most 0. Noise has -2.5
    (Euler's constant), harmonics -10 and less."""


def find_lines(blocks: NDArray[np.float32], rate_hz: int) -> Lines:
    """Find the strongest line above 70 Hz of blocks of one channel each, float32 (n, samples).

    And how noise-like each band is up to 12 kHz.
    """
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
        texture_db=_texture(bins, step_hz),
    )


def _texture(bins: NDArray[np.float32], step_hz: float) -> NDArray[np.float32]:
    bands = _bands_of(bins.shape[1], step_hz)
    seen = bins[:, : len(bands.lower)]
    mean = _of_bands(seen, bands) / bands.weight + _TINY
    holes = np.pad(mean * _HOLE, ((0, 0), (0, 1)))
    floor = holes[:, bands.lower] * (1 - bands.share) + holes[:, bands.lower + 1] * bands.share
    logs = np.log10(np.maximum(seen, floor))
    texture = np.zeros((len(bins), TEXTURES), np.float32)
    texture[:, : len(bands.weight)] = 10 * (_of_bands(logs, bands) / bands.weight - np.log10(mean))
    return np.minimum(texture, 0, out=texture)


@dataclass(frozen=True)
class _Bands:
    """Which bands each bin counts to; bins above the last band are left out."""

    lower: NDArray[np.intp]
    """The lower of the two bands of each bin, rising."""
    share: NDArray[np.float32]
    """Of each bin, what counts to the band above."""
    starts: NDArray[np.intp]
    """The first bin of each lower band."""
    weight: NDArray[np.float32]
    """The sum of each band's shares."""


def _of_bands(rows: NDArray[np.float32], bands: _Bands) -> NDArray[np.float32]:
    """Sum bins by band; a product with a matrix would wake every thread of the linear algebra for it."""
    above = np.add.reduceat(rows * bands.share, bands.starts, axis=1)
    summed: NDArray[np.float32] = np.add.reduceat(rows, bands.starts, axis=1) - above
    summed[:, 1:] += above[:, :-1]
    return summed


@lru_cache(maxsize=8)
def _bands_of(bins: int, step_hz: float) -> _Bands:
    places = band_places(np.arange(1, bins + 1) * step_hz)
    # The highest band of which half of its bins at least are there to be seen.
    count = min(TEXTURES, round(float(places[-1])))
    places = places[places < count]
    lower = places.astype(np.intp)
    share = (places - lower).astype(np.float32)
    starts = np.searchsorted(lower, np.arange(count)).astype(np.intp)
    whole = _Bands(lower, share, starts, np.ones(count, np.float32))
    return replace(whole, weight=_of_bands(np.ones((1, len(lower)), np.float32), whole)[0])


@lru_cache(maxsize=8)
def _window(count: int) -> NDArray[np.float32]:
    """Return a Hann window of mean square 1, so that levels stay what they are."""
    hann = np.hanning(count)
    return np.asarray(hann / np.sqrt(np.mean(hann**2)), np.float32)
