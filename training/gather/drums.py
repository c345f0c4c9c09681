"""Drums: what a stroke sounds like."""

import numpy as np

from training.gather.shaping import RATE_HZ, Generator, Mono, band


def kick(rng: Generator) -> Mono:
    """A bass drum: a sine that falls in pitch."""
    time = np.arange(int(0.35 * RATE_HZ)) / RATE_HZ
    pitch = rng.uniform(42, 60) + rng.uniform(80, 160) * np.exp(-time * 35)
    return (np.sin(2 * np.pi * np.cumsum(pitch) / RATE_HZ) * np.exp(-time * 11)).astype(np.float32)


def snare(rng: Generator) -> Mono:
    """A snare drum: noise over a short tone."""
    time = np.arange(int(0.25 * RATE_HZ)) / RATE_HZ
    rattle = rng.standard_normal(len(time)) * np.exp(-time * 20) * 0.4
    return (rattle + np.sin(2 * np.pi * rng.uniform(170, 220) * time) * np.exp(-time * 28) * 0.5).astype(
        np.float32
    )


def hat(rng: Generator) -> Mono:
    """A closed or half-open cymbal."""
    time = np.arange(int(0.3 * RATE_HZ)) / RATE_HZ
    hiss = rng.standard_normal(len(time)) * np.exp(-time * rng.choice([60.0, 45.0, 14.0]))
    return band(hiss.astype(np.float32), 6000, 16000) * np.float32(0.5)


def clap(rng: Generator) -> Mono:
    """Two hands: a few milliseconds of noise around the hollow of the palms."""
    time = np.arange(int(0.06 * RATE_HZ)) / RATE_HZ
    burst = rng.standard_normal(len(time)) * np.exp(-time * rng.uniform(90, 220))
    centre = rng.uniform(900, 2600)
    return band(burst.astype(np.float32), centre * 0.6, centre * 1.8)


def timpani(rng: Generator) -> Mono:
    """A kettledrum."""
    time = np.arange(int(1.2 * RATE_HZ)) / RATE_HZ
    root = rng.uniform(75, 140)
    tone = sum(
        np.sin(2 * np.pi * root * ratio * time) * np.exp(-time * fall) / ratio
        for ratio, fall in ((1.0, 3.0), (1.5, 4.5), (1.99, 6.0))
    )
    return (np.asarray(tone) * 0.6).astype(np.float32)
