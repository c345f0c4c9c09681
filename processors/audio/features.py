"""What the sound model is given: mel bands in dBFS over one second, as values of 0..1."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from processors.audio.blocks import BLOCK_S

NAME = "audio-mel-1"
"""Names the exact meaning of the values; a model says in its card which one it was trained on."""
# 31 ms a step: shorter than a syllable, long enough to part two tones 32 Hz from each other.
STEPS = 16
BANDS = 32
SHAPE = (2 * STEPS, BANDS, 1)
"""Steps of the block before and of the block itself, bands, one plane."""
# 0 is this level and anything lower; 16-bit sound ends at -98 dBFS, a band holds a part of it.
FLOOR_DB = -110.0
# Up to 24 kHz, so that the bands hold all the power of the sound and add up to its level.
_TOP_HZ = 24000.0


@dataclass(frozen=True)
class Spectrum:
    """One block of one channel, reduced."""

    bands_db: NDArray[np.float32]
    """Power in each mel band, dBFS (a full-scale square wave is 0 in all), (STEPS, BANDS)."""
    rms_dbfs: float
    """Root mean square re full scale 1.0; a full-scale sine is -3.01."""
    peak_dbfs: float
    flatness: float
    """Geometric by arithmetic mean of the power spectrum, 0 (tone) to 1 (white noise)."""


def spectrum(samples: NDArray[np.float32], rate_hz: int) -> Spectrum:
    """Reduce one channel of a block, float32 (n,), to its spectrum."""
    step = int(rate_hz * BLOCK_S) // STEPS
    frames = samples[: step * STEPS].reshape(STEPS, step).astype(np.float64) * _window(step)
    # One-sided power, scaled so that its sum over bins is the mean square of the windowed frame (Parseval).
    bins = np.asarray(np.fft.rfft(frames, axis=1), np.complex128)
    power = np.square(np.abs(bins)) / (step * step)
    power[:, 1:] *= 2.0
    mean_power = power.mean(axis=0)[1:] + 1e-20
    return Spectrum(
        bands_db=decibels(power @ _bank(rate_hz, step)).astype(np.float32),
        rms_dbfs=float(decibels(np.mean(np.square(samples, dtype=np.float64)))),
        peak_dbfs=float(decibels(np.max(np.abs(samples)) ** 2)),
        flatness=float(np.exp(np.mean(np.log(mean_power))) / np.mean(mean_power)),
    )


def window(before: Spectrum, now: Spectrum) -> NDArray[np.float32]:
    """Stack two blocks into the model's input: float32, SHAPE, 0 at FLOOR_DB, 1 at full scale."""
    bands = np.concatenate([before.bands_db, now.bands_db])
    scaled = np.clip(1.0 - bands / FLOOR_DB, 0.0, 1.0)
    return np.asarray(scaled[..., np.newaxis], np.float32)


def decibels(power: NDArray[Any] | np.floating[Any] | float) -> NDArray[np.float64]:
    """Return 10 log10 of a power, no lower than FLOOR_DB."""
    levels: NDArray[np.float64] = np.maximum(10.0 * np.log10(np.maximum(power, 1e-20)), FLOOR_DB)
    return levels


@lru_cache(maxsize=8)
def _window(step: int) -> NDArray[np.float64]:
    """Return a Hann window of mean square 1, so that levels stay what they are."""
    hann = np.hanning(step)
    scaled: NDArray[np.float64] = hann / np.sqrt(np.mean(hann**2))
    return scaled


@lru_cache(maxsize=8)
def _bank(rate_hz: int, step: int) -> NDArray[np.float64]:
    """Return triangles on the mel scale (O'Shaughnessy 1987) that share each bin's power out in full."""
    frequencies = np.asarray(np.fft.rfftfreq(step, 1.0 / rate_hz), np.float64)
    position = _mel(frequencies) / _mel(np.array([_TOP_HZ])) * (BANDS - 1)
    distance = np.abs(np.minimum(position, BANDS - 1)[:, np.newaxis] - np.arange(BANDS))
    bank: NDArray[np.float64] = np.maximum(1.0 - distance, 0.0)
    return bank


def _mel(frequency_hz: NDArray[np.float64]) -> NDArray[np.float64]:
    mels: NDArray[np.float64] = 2595.0 * np.log10(1.0 + frequency_hz / 700.0)
    return mels
