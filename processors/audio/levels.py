"""Levels of a block: in all, in mel bands, and how steady they are from one 25 ms to the next."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from processors.audio.fourier import power, transform

# 25 ms a frame: shorter than a syllable, so that the gaps between syllables, where a noise floor shows, fall
# into frames of their own.
FRAMES = 10
BANDS = 24
# 16-bit sound ends at -98 dBFS, a band holds a part of it.
FLOOR_DB = -110.0
# Up to 20 kHz: what is above, no broadcast codec sends.
_TOP_HZ = 20_000.0
# In the order of level, the frame that stands for the floor: the second lowest of ten.
_FLOOR_FRAME = 1
_TINY = 1e-20


@dataclass(frozen=True)
class Levels:
    """Levels of n blocks; arrays are float32, levels in dB re full scale (a full-scale sine is -3.01)."""

    rms_dbfs: NDArray[np.float32]
    """(n,), without the mean: a converter's offset is no sound."""
    peak_dbfs: NDArray[np.float32]
    """(n,)."""
    flatness: NDArray[np.float32]
    """Geometric by arithmetic mean of the power spectrum, 0 (tone) to 1 (white noise), (n,)."""
    frames_db: NDArray[np.float32]
    """RMS of each frame in rising order, (n, FRAMES)."""
    mean_db: NDArray[np.float32]
    """Of each band, (n, BANDS)."""
    floor_db: NDArray[np.float32]
    """The second lowest frame of each band, (n, BANDS)."""
    spread_db: NDArray[np.float32]
    """Standard deviation over the frames of each band, (n, BANDS)."""
    frames: NDArray[np.float32]
    """Power of each bin of each frame, (n, FRAMES, bins)."""


def measure_levels(blocks: NDArray[np.float32], rate_hz: int) -> Levels:
    """Measure blocks of one channel each, float32 (n, samples)."""
    step = blocks.shape[1] // FRAMES // 2 * 2
    cut = blocks[:, : step * FRAMES].reshape(-1, step)
    # One-sided power, scaled so that its sum over bins is the mean square of the windowed frame (Parseval).
    bins = power(transform(cut * _window(step))) * np.float32(2.0 / (step * step))
    bins = bins.reshape(len(blocks), FRAMES, -1)
    mean_power = bins.mean(axis=1) + np.float32(_TINY)
    bands = decibels(np.asarray(bins @ _bank(rate_hz, step), np.float32))
    centred = blocks - blocks.mean(axis=1, keepdims=True)
    of_frames = np.square(cut).reshape(len(blocks), FRAMES, step).mean(axis=2)
    return Levels(
        rms_dbfs=decibels(np.square(centred).mean(axis=1)),
        peak_dbfs=decibels(np.square(np.abs(blocks).max(axis=1))),
        flatness=(np.exp(np.log(mean_power).mean(axis=1)) / mean_power.mean(axis=1)).astype(np.float32),
        frames_db=np.sort(decibels(of_frames), axis=1),
        mean_db=decibels(np.asarray(bins.mean(axis=1) @ _bank(rate_hz, step), np.float32)),
        floor_db=np.partition(bands, _FLOOR_FRAME, axis=1)[:, _FLOOR_FRAME],
        spread_db=bands.std(axis=1),
        frames=bins,
    )


def decibels(power_: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return 10 log10 of powers, no lower than FLOOR_DB."""
    levels: NDArray[np.float32] = np.maximum(
        np.float32(10.0) * np.log10(np.maximum(power_, np.float32(_TINY))), np.float32(FLOOR_DB)
    )
    return levels


@lru_cache(maxsize=8)
def _window(step: int) -> NDArray[np.float32]:
    """Return a Hann window of mean square 1, so that levels stay what they are."""
    hann = np.hanning(step)
    return np.asarray(hann / np.sqrt(np.mean(hann**2)), np.float32)


@lru_cache(maxsize=8)
def _bank(rate_hz: int, step: int) -> NDArray[np.float32]:
    """Return triangles on the mel scale (O'Shaughnessy 1987) that share each bin's power out in full."""
    places = band_places(np.arange(1, step // 2) * (rate_hz / step))
    distance = np.abs(places[:, np.newaxis] - np.arange(BANDS))
    return np.asarray(np.maximum(1.0 - distance, 0.0), np.float32)


def band_places(hertz: NDArray[Any]) -> NDArray[np.float64]:
    """Return where among the bands frequencies lie: 1.5 is half way from the centre of band 1 to band 2's."""
    places: NDArray[np.float64] = np.minimum(_mel(hertz) / _mel(np.array([_TOP_HZ])) * (BANDS - 1), BANDS - 1)
    return places


def _mel(hertz: NDArray[Any]) -> NDArray[np.float64]:
    mels: NDArray[np.float64] = 2595.0 * np.log10(1.0 + np.asarray(hertz, np.float64) / 700.0)
    return mels
