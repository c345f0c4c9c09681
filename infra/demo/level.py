"""Levels of sound: RMS in dB below full scale."""

import numpy as np
from numpy.typing import NDArray


def dbfs(sound: NDArray[np.int16]) -> float:
    """Return the RMS level of int16 samples in dB below full scale; -inf for digital silence."""
    power = float(np.mean(np.square(sound.astype(np.float64) / 32768.0)))
    return 10.0 * float(np.log10(power)) if power > 0 else float("-inf")


def amplitude(level_db: float) -> float:
    """Return the factor of a level or gain in dB."""
    return float(10.0 ** (level_db / 20.0))


def levelled(sound: NDArray[np.float32], level_dbfs: float) -> NDArray[np.float32]:
    """Return sound of any shape, full scale 1, scaled to an RMS level."""
    rms = float(np.sqrt(np.mean(np.square(sound, dtype=np.float64))))
    scaled: NDArray[np.float32] = (sound * np.float32(amplitude(level_dbfs) / rms)).astype(np.float32)
    return scaled
