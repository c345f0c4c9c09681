"""Sound programmes: sources joined, levels ridden, channels that fall silent, and near-silence."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import av
import av.audio.resampler
import numpy as np
from numpy.typing import NDArray

from training.sources import Source

Generator = np.random.Generator
RATE_HZ = 48_000
Samples = NDArray[np.float32]
"""(2, n), full scale 1.0."""
# Seconds kept of a source: variety comes from their number.
_KEEP_S = 20


@dataclass(frozen=True)
class SoundProgramme:
    """Samples as broadcast; truth follows from their level."""

    samples: Samples


def compose_sound(sources: list[Source], seconds: float, rng: Generator) -> SoundProgramme:
    """Compose a programme of the given length with silences and quiet passages in one or both channels."""
    count = round(seconds * RATE_HZ)
    out = np.zeros((2, count), np.float32)
    at = 0
    while at < count:
        length = min(count - at, round(rng.uniform(1.5, 6.0) * RATE_HZ))
        out[:, at : at + length] = _passage(sources, length, rng)
        at += length
    if rng.random() < 0.7:
        start = round(rng.uniform(1.0, seconds * 0.6) * RATE_HZ)
        end = min(count, start + round(rng.uniform(0.7, 6.0) * RATE_HZ))
        channels = [[0], [1], [0, 1], [0, 1]][int(rng.integers(4))]
        residue = noise(end - start, rng) * decibels_to_gain(rng.uniform(-95, -57))
        out[channels, start:end] = residue if rng.random() < 0.6 else 0.0
    # A station's noise floor lies under all of it.
    if rng.random() < 0.4:
        out += noise(count, rng) * decibels_to_gain(rng.uniform(-100, -65))
    return SoundProgramme(samples=np.clip(out, -1.0, 1.0))


def noise(count: int, rng: Generator) -> NDArray[np.float32]:
    """Return noise of RMS 1 whose spectrum falls by 0, 3 or 6 dB an octave, sometimes mains hum instead."""
    if rng.random() < 0.15:
        hum = np.sin(
            2 * np.pi * rng.choice([50, 60, 100, 120]) * np.arange(count) / RATE_HZ + rng.uniform(0, 6)
        )
        return np.asarray(hum * np.sqrt(2), np.float32)
    spectrum = np.fft.rfft(rng.normal(size=count))
    tilt = rng.choice([0.0, 0.5, 1.0])
    spectrum /= np.maximum(np.arange(len(spectrum)) * RATE_HZ / count, 20.0) ** tilt
    field = np.fft.irfft(spectrum, n=count)
    return (field / max(float(field.std()), 1e-9)).astype(np.float32)


def decibels_to_gain(level_db: float) -> float:
    """Return the factor of a level in dB."""
    return float(10 ** (level_db / 20))


def _passage(sources: list[Source], length: int, rng: Generator) -> Samples:
    kind = rng.random()
    if kind < 0.12:  # a room nobody speaks in: near the threshold from above
        return np.tile(noise(length, rng) * decibels_to_gain(rng.uniform(-53.5, -38)), (2, 1))
    if kind < 0.22:  # tones and chords, as idents and synthetic channels have
        return np.tile(_tones(length, rng), (2, 1))
    source = load_sound(sources[int(rng.integers(len(sources)))].path)
    start = int(rng.integers(max(1, source.shape[1] - length)))
    piece = np.resize(source[:, start : start + length], (2, length)).copy()
    level = float(np.sqrt(np.mean(np.square(piece)))) + 1e-9
    wanted = rng.uniform(-50, -38) if rng.random() < 0.2 else rng.uniform(-36, -14)
    return (piece * (decibels_to_gain(wanted) / level)).astype(np.float32)


def _tones(length: int, rng: Generator) -> NDArray[np.float32]:
    seconds = np.arange(length) / RATE_HZ
    chord = sum(np.sin(2 * np.pi * rng.uniform(80, 3000) * seconds) for _ in range(int(rng.integers(1, 5))))
    swell = 0.6 + 0.4 * np.sin(2 * np.pi * rng.uniform(0.2, 5.0) * seconds)
    wave = chord * swell
    return np.asarray(wave / np.sqrt(np.mean(wave**2)) * decibels_to_gain(rng.uniform(-45, -16)), np.float32)


@lru_cache(maxsize=256)
def load_sound(path: Path) -> Samples:
    """Decode a source's first seconds to 48 kHz stereo."""
    resampler = av.audio.resampler.AudioResampler(format="fltp", layout="stereo", rate=RATE_HZ)
    parts: list[NDArray[np.float32]] = []
    with av.open(str(path)) as container:
        for frame in container.decode(audio=0):
            parts.extend(out.to_ndarray().astype(np.float32) for out in resampler.resample(frame))
            if sum(part.shape[1] for part in parts) >= _KEEP_S * RATE_HZ:
                break
    return np.concatenate(parts, axis=1)
