"""The sound of a programme: speech over room tone or music, at broadcast level, with its faults."""

import numpy as np
from numpy.typing import NDArray

from infra.demo.damage.sound import Stereo, echoing, hissing, overdriven, silent, tone
from infra.demo.level import levelled
from infra.demo.music import music
from infra.demo.programme import Fault, Programme
from infra.demo.voice import speech
from schemas.faults import Category

RATE = 48_000
# RMS that lands near -20 LUFS: ffmpeg's ebur128 measures -20.1 on both programmes of DEMO in health.
LEVEL_DBFS = -22.0
ROOM_TONE_DBFS = -50.0
# Peaks stay under EBU R 128's -1 dBTP with room for AAC's overshoot.
_CEILING = 0.80


def programme_sound(programme: Programme) -> NDArray[np.int16]:
    """Return the whole sound of a programme, int16 (samples, 2) at RATE; the same each time."""
    rng = np.random.default_rng(programme.seed + 1)
    samples = round(programme.duration_s * RATE)
    if programme.sound == "speech":
        dry = levelled(speech(rng, samples, RATE), LEVEL_DBFS)
        sound = np.stack([dry, dry], axis=1) + _room(rng, samples)
    else:
        sound = levelled(music(rng, samples, RATE), LEVEL_DBFS)
    for fault in programme.faults:
        if fault.category is Category.AUDIO:
            start, end = round(fault.start_s * RATE), round(fault.end_s * RATE)
            sound[start:end] = _damaged(sound[start:end], sound[:start], fault, rng)
    # A soft knee instead of clipping: flat tops would be a fault of their own.
    soft = np.tanh(sound / _CEILING) * _CEILING
    rounded: NDArray[np.int16] = np.round(soft * 32767.0).astype(np.int16)
    return rounded


def _damaged(sound: Stereo, before: Stereo, fault: Fault, rng: np.random.Generator) -> Stereo:
    match fault.type:
        case "ausencia_audio":
            return silent(sound, rng)
        case "ruido_hiss":
            return hissing(sound, rng, LEVEL_DBFS)
        case "eco_reverb":
            return echoing(sound, before, RATE)
        case "sinal_teste":
            return tone(len(sound), RATE)
        case "distorcao":
            return overdriven(sound)
    raise ValueError(f"nobody has taught the demo what {fault.type} sounds like")


def _room(rng: np.random.Generator, samples: int) -> Stereo:
    hiss = rng.standard_normal((samples + 8, 2), dtype=np.float32)
    # Rooms murmur rather than hiss: a short mean takes the top off.
    total = np.cumsum(hiss, axis=0, dtype=np.float64)
    return levelled((total[8:] - total[:-8]).astype(np.float32), ROOM_TONE_DBFS)
