"""Sounds made by rule: noise of any colour, and the healthy ones that look like faults (held notes, drum
machines, time pips, pads)."""

import numpy as np

from training.sound.samples import RATE_HZ, Generator, Mono, Stereo, filtered, gain

_NYQUIST = RATE_HZ / 2


def noise(
    count: int, rng: Generator, slope_db: float = 0.0, band_hz: tuple[float, float] | None = None
) -> Mono:
    """Return noise of RMS 1 whose spectrum falls by ``slope_db`` an octave, within a band if given."""
    white = rng.standard_normal(count, np.float32)
    if slope_db == 0.0 and band_hz is None:
        return white
    hertz = np.linspace(0, _NYQUIST, 2049)
    # Below 60 Hz and above the slope ends: no station sends the one, and the other has no power left.
    octaves = np.log2(np.clip(hertz, 60, None) / 1000)
    response = 10 ** (-slope_db * octaves / 20)
    if band_hz is not None:
        low, high = band_hz
        # Edges of a third of an octave, as analogue filters have them.
        response *= 1 / (1 + (low / np.maximum(hertz, 1)) ** 12) / (1 + (hertz / high) ** 12)
    made = filtered(white, response.astype(np.float32))
    scaled: Mono = (made / (np.sqrt(np.mean(np.square(made))) + 1e-9)).astype(np.float32)
    return scaled


def hum(count: int, rng: Generator) -> Mono:
    """Return mains hum of RMS 1: 50 or 60 Hz and harmonics that fall off."""
    seconds = np.arange(count, dtype=np.float32) / RATE_HZ
    base = float(rng.choice([50.0, 60.0]))
    wave = np.zeros(count, np.float32)
    for harmonic in range(1, int(rng.integers(2, 12))):
        phase = rng.uniform(0, 6.28)
        wave += np.sin(2 * np.pi * base * harmonic * seconds + phase) * rng.uniform(0.2, 1) / harmonic
    scaled: Mono = (wave / (np.sqrt(np.mean(np.square(wave))) + 1e-9)).astype(np.float32)
    return scaled


def held_notes(count: int, rng: Generator) -> Stereo:
    """Return held notes: organ, strings, flute; harmonics, a chord or one voice, with or without vibrato."""
    out = np.zeros((2, count), np.float32)
    at = 0
    while at < count:
        length = min(count - at, round(rng.uniform(0.4, 6.0) * RATE_HZ))
        seconds = np.arange(length, dtype=np.float32) / RATE_HZ
        voices = int(rng.choice([1, 1, 2, 3, 4]))
        depth, speed = (rng.uniform(0.001, 0.012), rng.uniform(4, 7)) if rng.random() < 0.7 else (0.0, 5.0)
        # A note without vibrato, harmonics or company would be a test tone to anybody: one of them stays.
        least = 2 if depth == 0 and voices == 1 else 1
        for _ in range(voices):
            base = 110.0 * 2 ** (rng.integers(0, 36) / 12)
            swing = depth / speed * np.sin(2 * np.pi * speed * seconds)
            angle = 2 * np.pi * base * (seconds + swing)
            pan = rng.uniform(0.3, 0.7)
            for harmonic in range(1, int(rng.integers(least, 9)) + 1):
                if base * harmonic < _NYQUIST * 0.9:
                    part = np.sin(harmonic * angle) * (
                        rng.uniform(0.3, 1.0) / harmonic ** rng.uniform(0.7, 2)
                    )
                    out[0, at : at + length] += part * pan
                    out[1, at : at + length] += part * (1 - pan)
        swell = np.minimum(
            1, np.minimum(seconds / rng.uniform(0.005, 0.4), (seconds[-1] - seconds + 0.02) / 0.2)
        )
        out[:, at : at + length] *= swell.astype(np.float32) * rng.uniform(0.4, 1.0)
        at += length
    return out


def drum_machine(count: int, rng: Generator) -> Stereo:
    """Return a loop of the very same samples on a strict beat, whose repetition is not an echo."""
    out = np.zeros(count, np.float32)
    step = round(60 / rng.uniform(70, 175) / 4 * RATE_HZ)
    for _ in range(int(rng.integers(2, 5))):
        hit = _hit(rng)
        pattern = rng.random(16) < rng.uniform(0.15, 0.8)
        pattern[0] = True
        vary = 0.0 if rng.random() < 0.5 else 0.4
        for beat, start in enumerate(range(0, count, step)):
            if pattern[beat % 16]:
                part = out[start : start + len(hit)]
                part += hit[: len(part)] * np.float32(1 - vary * rng.random())
    return np.tile(out, (2, 1))


def pips(count: int, rng: Generator) -> Mono:
    """Return short beeps, none as long as a fault: the time signal, keys, a lorry backing."""
    out = np.zeros(count, np.float32)
    hertz, length = rng.choice([440.0, 880.0, 1000.0, 1400.0, 2500.0]), rng.uniform(0.05, 0.5)
    every = max(length + 0.3, rng.uniform(0.6, 1.5))
    tone = np.sin(2 * np.pi * hertz * np.arange(round(length * RATE_HZ)) / RATE_HZ).astype(np.float32)
    for start in range(0, count, round(every * RATE_HZ)):
        part = out[start : start + len(tone)]
        part += tone[: len(part)]
    return out


def weather(count: int, rng: Generator) -> Stereo:
    """Return noise-like ambience: bands of noise that swell and sink, each by itself (wind, sea, a crowd)."""
    out = np.zeros((2, count), np.float32)
    for _ in range(int(rng.integers(1, 4))):
        low = float(np.exp(rng.uniform(np.log(80), np.log(5000))))
        band = (low, min(_NYQUIST * 0.9, low * rng.uniform(2, 30)))
        # Swells of 2 to 9 dB, from one in several seconds to four a second.
        turns = max(3, round(count / RATE_HZ * np.exp(rng.uniform(np.log(0.3), np.log(8)))))
        places = np.linspace(0, turns - 1, count, dtype=np.float32)
        levels = rng.uniform(-1, 1, turns) * rng.uniform(2, 9)
        swell = 10 ** (np.interp(places, np.arange(turns), levels) / 20)
        body = noise(count, rng, rng.uniform(-2, 6), band) * swell.astype(np.float32)
        other = noise(count, rng, rng.uniform(-2, 6), band) * swell.astype(np.float32)
        out += np.stack([body, other if rng.random() < 0.5 else body]) * np.float32(gain(rng.uniform(-12, 0)))
    return out


def _hit(rng: Generator) -> Mono:
    length = round(rng.uniform(0.03, 0.4) * RATE_HZ)
    seconds = np.arange(length, dtype=np.float32) / RATE_HZ
    fade = np.exp(-seconds / rng.uniform(0.008, 0.12))
    if rng.random() < 0.5:
        low = rng.uniform(300, 9000)
        body = noise(length, rng, 0.0, (low, min(_NYQUIST, low * rng.uniform(2, 8))))
    else:
        body = np.sin(2 * np.pi * rng.uniform(45, 900) * seconds).astype(np.float32)
    return (body * fade * gain(rng.uniform(-12, 0))).astype(np.float32)
