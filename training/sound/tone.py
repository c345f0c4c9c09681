"""The test tone: a steady tone instead of programme."""

import numpy as np

from training.sound.samples import RATE_HZ, Generator, Stereo, eased, gain
from training.sound.synth import noise

# Line-up tones of broadcasters (EBU 1 kHz, BBC 440 Hz and 900 Hz, ARD 400 Hz...), and others.
_USUAL_HZ = (400.0, 440.0, 500.0, 800.0, 900.0, 1000.0, 1000.0, 1000.0, 2000.0, 3000.0)
# EBU Tech 3304: the left channel is interrupted for a quarter of a second every 3 s.
_BREAK_S, _EVERY_S = 0.25, 3.0
# Line-up levels (SMPTE RP 155, EBU R 68), any other, and the faint ones, which are the hardest to tell.
_LEVELS = (0.13, 0.1, 0.05, 0.52, 0.2)
# From what is no hum any more to what the lowest bitrates still send.
_FROM_HZ, _UNTIL_HZ = 80.0, 11_000.0


def sinal_teste(stretch: Stereo, before: Stereo, channels: list[int], rng: Generator) -> tuple[Stereo, str]:
    """Put a tone in the place of the programme, from -40 dBFS to -3, alone or over a low noise floor."""
    count = stretch.shape[1]
    hertz = float(rng.choice(_USUAL_HZ)) if rng.random() < 0.55 else _any_hz(rng)
    level = rng.choice([-18.0, -20.0, -9.0, rng.uniform(-40, -3.5), rng.uniform(-42, -30)], p=_LEVELS)
    seconds = np.arange(count, dtype=np.float64) / RATE_HZ
    wave = np.sin(2 * np.pi * hertz * seconds + rng.uniform(0, 6.28)).astype(np.float32)
    if rng.random() < 0.2:  # an oscillator that is not clean: its second and third harmonic
        wave += np.float32(gain(-rng.uniform(30, 60))) * np.sin(4 * np.pi * hertz * seconds).astype(
            np.float32
        )
        wave += np.float32(gain(-rng.uniform(30, 60))) * np.sin(6 * np.pi * hertz * seconds).astype(
            np.float32
        )
    tones = np.tile(wave * np.float32(gain(level) * np.sqrt(2)), (2, 1))
    ident = len(channels) == 2 and rng.random() < 0.25
    if ident:
        first = rng.uniform(0.3, _EVERY_S)
        tones[0] *= ((seconds - first) % _EVERY_S >= _BREAK_S).astype(np.float32)
    if rng.random() < 0.5:
        floor = noise(count, rng) * np.float32(gain(rng.uniform(-95, min(-60, level - 25))))
        tones = tones + floor
    gate = eased(count, round(rng.choice([0.0, 0.005, 0.02]) * RATE_HZ))
    out = stretch.copy()
    for channel in channels:
        out[channel] = stretch[channel] * (1 - gate) + tones[channel] * gate
    return out, f"tone of {hertz:.0f} Hz at {level:.0f} dBFS{', ident' if ident else ''}"


def _any_hz(rng: Generator) -> float:
    return float(np.exp(rng.uniform(np.log(_FROM_HZ), np.log(_UNTIL_HZ))))
