"""The sound of a programme: speech over room tone or music, at broadcast level, with its silences."""

import numpy as np
from numpy.typing import NDArray

from infra.demo.music import music
from infra.demo.programme import Programme
from infra.demo.voice import speech

RATE = 48_000
# RMS that lands near -20 LUFS: ffmpeg's ebur128 measures -20.3 and -20.0 on the two programmes of DEMO.
LEVEL_DBFS = {"speech": -22.0, "music": -22.0}
ROOM_TONE_DBFS = -50.0
# What a converter without a source gives; far below the -55 dBFS from which silence counts.
NOISE_FLOOR_DBFS = -70.0
# Peaks stay under EBU R 128's -1 dBTP with room for AAC's overshoot.
_CEILING = 0.80


def programme_sound(programme: Programme) -> NDArray[np.int16]:
    """Return the whole sound of a programme, int16 (samples, 2) at RATE; the same each time."""
    rng = np.random.default_rng(programme.seed + 1)
    samples = round(programme.duration_s * RATE)
    if programme.sound == "speech":
        dry = _levelled(speech(rng, samples, RATE), LEVEL_DBFS["speech"])
        sound = np.stack([dry, dry], axis=1) + _room(rng, samples)
    else:
        sound = _levelled(music(rng, samples, RATE), LEVEL_DBFS["music"])
    for fault in programme.faults:
        if fault.type == "ausencia_audio":
            gap = sound[round(fault.start_s * RATE) : round(fault.end_s * RATE)]
            gap[:] = _levelled(rng.standard_normal(gap.shape, dtype=np.float32), NOISE_FLOOR_DBFS)
    # A soft knee instead of clipping: flat tops would be a fault of their own.
    soft = np.tanh(sound / _CEILING) * _CEILING
    rounded: NDArray[np.int16] = np.round(soft * 32767.0).astype(np.int16)
    return rounded


def dbfs(sound: NDArray[np.int16]) -> float:
    """Return the RMS level of int16 samples in dB below full scale; -inf for digital silence."""
    power = float(np.mean(np.square(sound.astype(np.float64) / 32768.0)))
    return 10.0 * float(np.log10(power)) if power > 0 else float("-inf")


def _amplitude(level_dbfs: float) -> float:
    return float(10.0 ** (level_dbfs / 20.0))


def _levelled(sound: NDArray[np.float32], level_dbfs: float) -> NDArray[np.float32]:
    rms = float(np.sqrt(np.mean(np.square(sound, dtype=np.float64))))
    return (sound * np.float32(_amplitude(level_dbfs) / rms)).astype(np.float32)


def _room(rng: np.random.Generator, samples: int) -> NDArray[np.float32]:
    hiss = rng.standard_normal((samples + 8, 2), dtype=np.float32)
    # Rooms murmur rather than hiss: a short mean takes the top off.
    total = np.cumsum(hiss, axis=0, dtype=np.float64)
    return _levelled((total[8:] - total[:-8]).astype(np.float32), ROOM_TONE_DBFS)
