"""Instruments: a note's frequency and length in, its sound out. All are of about unit peak."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from training.gather.shaping import RATE_HZ, Generator, Mono, band

Instrument = Callable[[float, float, Generator], Mono]
"""``(frequency_hz, seconds, rng) -> sound``; the sound may ring on past its seconds."""


def pluck(frequency_hz: float, seconds: float, rng: Generator) -> Mono:
    """A plucked string: a burst that circulates through an average (Karplus and Strong, 1983)."""
    period = max(2, round(RATE_HZ / frequency_hz))
    rounds = int(max(seconds, 0.4) * RATE_HZ / period) + 1
    string = rng.uniform(-1, 1, period)
    out = np.empty((rounds, period), np.float32)
    damping = 0.996 ** (220 / frequency_hz)
    for turn in range(rounds):
        out[turn] = string
        string = damping * (0.5 * string + 0.5 * np.roll(string, 1))
    return _released(out.ravel(), 0.05)


def electric_piano(frequency_hz: float, seconds: float, rng: Generator) -> Mono:
    """A struck tine: one sine bends another (Chowning's FM), and both die."""
    time = _time(max(seconds, 0.5))
    index = rng.uniform(1.0, 2.5) * np.exp(-time * 4)
    tone = np.sin(2 * np.pi * frequency_hz * time + index * np.sin(2 * np.pi * frequency_hz * time))
    return _released(tone * np.exp(-time * 1.6), 0.08)


def bell(frequency_hz: float, seconds: float, rng: Generator) -> Mono:
    """A bell: partials that are no harmonics, each dying at its own pace."""
    time = _time(max(seconds, 1.5))
    partials = ((0.5, 0.5, 0.6), (1.0, 1.0, 1.0), (2.76, 0.6, 2.0), (5.4, 0.25, 4.0), (8.9, 0.1, 7.0))
    tone = sum(
        part * np.sin(2 * np.pi * frequency_hz * ratio * rng.uniform(0.998, 1.002) * time)
        * np.exp(-time * fall)
        for ratio, part, fall in partials
    )  # fmt: skip
    return _released(np.asarray(tone) * 0.5, 0.1)


def organ(frequency_hz: float, seconds: float, rng: Generator) -> Mono:
    """Organ pipes: harmonics that stand as long as the key is held."""
    time = _time(seconds)
    stops = rng.uniform(0.1, 1.0, 6) * (1, 0.8, 0.6, 0.5, 0.3, 0.2)
    tone = sum(
        part * np.sin(2 * np.pi * frequency_hz * ratio * time + rng.uniform(0, 6))
        for ratio, part in zip((1, 2, 3, 4, 6, 8), stops, strict=True)
    )
    return _shaped(np.asarray(tone) / float(stops.sum()), 0.03, 0.08)


def strings(frequency_hz: float, seconds: float, rng: Generator) -> Mono:
    """A section of bowed strings: detuned saws, each with its own vibrato, under a soft filter."""
    time = _time(seconds)
    tone = np.zeros(len(time), np.float64)
    for _ in range(5):
        vibrato = 0.15 * np.sin(2 * np.pi * rng.uniform(4.5, 6.0) * time + rng.uniform(0, 6))
        cycles = frequency_hz * rng.uniform(0.996, 1.004) * time + vibrato * frequency_hz / 220
        tone += 2 * (cycles % 1.0) - 1
    return _shaped(band((tone / 5).astype(np.float32), 80, 2500), 0.18, 0.25)


def brass(frequency_hz: float, seconds: float, rng: Generator) -> Mono:
    """Brass: harmonics that come one after another as the player blows harder."""
    time = _time(seconds)
    swell = np.minimum(1, time / 0.09) * (0.8 + 0.2 * np.sin(2 * np.pi * rng.uniform(4, 6) * time))
    tone = np.zeros(len(time), np.float64)
    for harmonic in range(1, max(2, min(14, int(9000 / frequency_hz)))):
        tone += swell**harmonic / harmonic**0.8 * np.sin(2 * np.pi * frequency_hz * harmonic * time)
    return _shaped(tone / 3, 0.03, 0.1)


def flute(frequency_hz: float, seconds: float, rng: Generator) -> Mono:
    """A flute: nearly one sine, with breath and vibrato; its held note is what a test tone is not."""
    time = _time(seconds)
    vibrato = 0.02 * np.sin(2 * np.pi * rng.uniform(4, 6) * time) * np.minimum(1, time / 0.4)
    phase = 2 * np.pi * frequency_hz * time + vibrato * frequency_hz / 5
    tone = np.sin(phase) + 0.2 * np.sin(2 * phase) + 0.08 * np.sin(3 * phase)
    breath = band(rng.standard_normal(len(time)).astype(np.float32), frequency_hz, 6000)
    return _shaped(tone * 0.75 + breath * 0.03, 0.07, 0.1)


def choir(frequency_hz: float, seconds: float, rng: Generator) -> Mono:
    """Voices on "ah": a buzz through the formants of the vowel."""
    buzz = strings(frequency_hz, seconds, rng) + 0.2 * brass(frequency_hz, seconds, rng)
    formants = ((700, 1.0), (1150, 0.6), (2700, 0.25))
    tone = sum(level * band(buzz, centre * 0.88, centre * 1.12) for centre, level in formants)
    return _shaped(np.asarray(tone), 0.15, 0.2)


def synth_bass(frequency_hz: float, seconds: float, rng: Generator) -> Mono:
    """A bass: a saw whose filter closes."""
    time = _time(seconds)
    saw = (2 * ((frequency_hz * time) % 1.0) - 1).astype(np.float32)
    close = np.exp(-time * rng.uniform(3, 8)).astype(np.float32)
    return _shaped(band(saw, 30, 1800) * close + band(saw, 30, 350) * (1 - close), 0.005, 0.04)


def driven_guitar(frequency_hz: float, seconds: float, rng: Generator) -> Mono:
    """A power chord through a valve amplifier and its box: bent by music's own choice, not by a fault."""
    fifth = pluck(frequency_hz * 1.4983, seconds, rng)
    root = pluck(frequency_hz, seconds, rng)
    both = root[: min(len(root), len(fifth))] + fifth[: min(len(root), len(fifth))]
    return band(np.tanh(rng.uniform(3, 9) * both).astype(np.float32) * 0.7, 90, 4500)


def _time(seconds: float) -> NDArray[np.float64]:
    # Phases of high partials late in a note need the precision of doubles.
    return np.arange(int(seconds * RATE_HZ) + 1, dtype=np.float64) / RATE_HZ


def _shaped(tone: NDArray[np.floating], attack_s: float, release_s: float) -> Mono:
    attack = min(len(tone) // 2, int(attack_s * RATE_HZ))
    out = tone.astype(np.float32)
    out[:attack] *= np.linspace(0, 1, attack, dtype=np.float32)
    return _released(out, release_s)


def _released(tone: NDArray[np.floating], release_s: float) -> Mono:
    release = min(len(tone) // 2, int(release_s * RATE_HZ))
    out = tone.astype(np.float32)
    if release:
        out[-release:] *= np.linspace(1, 0, release, dtype=np.float32)
    return out
