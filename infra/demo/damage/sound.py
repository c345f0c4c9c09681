"""What goes wrong with sound. Every function takes and returns float32 (samples, 2), full scale 1."""

import numpy as np
from numpy.typing import NDArray

from infra.demo.level import amplitude, levelled

Stereo = NDArray[np.float32]

# What a converter without a source gives; far below the -55 dBFS from which silence counts.
NOISE_FLOOR_DBFS = -70.0
# An open line hisses this far under the programme's own level: clear to any ear, where 12 dB already count.
HISS_UNDER_DB = 8.0
# A second way round, by satellite: late by a quarter of a second, and hardly weaker.
ECHO_S, ECHO_GAIN = 0.27, 0.7
# The line-up tone that goes with colour bars: 1 kHz at -18 dBFS (EBU R 68).
TONE_HZ, TONE_DBFS = 1000.0, -18.0
# Driven this far beyond what the stage before the transmitter takes, and then turned down again.
OVERDRIVE_DB, TOP = 12.0, 0.30


def silent(sound: Stereo, rng: np.random.Generator) -> Stereo:
    """Return the noise of an input that nothing is connected to."""
    return levelled(rng.standard_normal(sound.shape, dtype=np.float32), NOISE_FLOOR_DBFS)


def hissing(sound: Stereo, rng: np.random.Generator, programme_dbfs: float) -> Stereo:
    """Return sound with white noise over it, ``HISS_UNDER_DB`` below the programme's level."""
    noise = rng.standard_normal(sound.shape, dtype=np.float32)
    return sound + levelled(noise, programme_dbfs - HISS_UNDER_DB)


def echoing(sound: Stereo, before: Stereo, rate: int) -> Stereo:
    """Return sound with itself ``ECHO_S`` later laid over it; ``before``: what came up to its start."""
    late = round(ECHO_S * rate)
    out = sound.copy()
    out += np.float32(ECHO_GAIN) * np.concatenate([before[-late:], sound])[: len(sound)]
    return out


def tone(samples: int, rate: int) -> Stereo:
    """Return the line-up tone on both channels."""
    t = np.arange(samples, dtype=np.float64) / rate
    # The level of a sine is its RMS.
    wave = np.sqrt(2) * amplitude(TONE_DBFS) * np.sin(2 * np.pi * TONE_HZ * t)
    return np.stack([wave, wave], axis=1).astype(np.float32)


def overdriven(sound: Stereo) -> Stereo:
    """Return sound with its tops cut flat."""
    cut: Stereo = np.clip(sound * np.float32(amplitude(OVERDRIVE_DB)), -TOP, TOP)
    return cut
