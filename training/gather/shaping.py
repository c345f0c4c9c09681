"""What is done to sound after it was played: filters, rooms, levels."""

import numpy as np
from numpy.typing import NDArray

Generator = np.random.Generator
Mono = NDArray[np.float32]
"""(n,), full scale 1.0."""
Stereo = NDArray[np.float32]
"""(2, n), full scale 1.0."""
RATE_HZ = 48_000


def band(sound: Mono, low_hz: float, high_hz: float) -> Mono:
    """Keep what lies between two frequencies; the edges are soft, of the second order."""
    frequencies = np.fft.rfftfreq(len(sound), 1 / RATE_HZ)
    below = 1 / np.sqrt(1 + (low_hz / np.maximum(frequencies, 1e-3)) ** 4)
    above = 1 / np.sqrt(1 + (frequencies / high_hz) ** 4)
    return np.fft.irfft(np.fft.rfft(sound) * below * above, len(sound)).astype(np.float32)


def coloured_noise(count: int, slope: float, rng: Generator) -> Mono:
    """Return noise of RMS 1 whose amplitude falls as frequency to the power ``slope`` (0 white, 1 brown)."""
    spectrum = np.fft.rfft(rng.standard_normal(count))
    frequencies = np.maximum(np.fft.rfftfreq(count, 1 / RATE_HZ), 20.0)
    return of_level(np.fft.irfft(spectrum / frequencies**slope, count).astype(np.float32), 1.0)


def wander(count: int, speed_hz: float, rng: Generator) -> Mono:
    """Return a smooth curve between 0 and 1 that changes its mind ``speed_hz`` times a second."""
    turns = max(4, int(count / RATE_HZ * speed_hz) + 3)
    knots = rng.uniform(0, 1, turns)
    at = np.linspace(0, turns - 1.001, count)
    left = at.astype(np.intp)
    part = (1 - np.cos(np.pi * (at - left))) / 2
    return (knots[left] * (1 - part) + knots[left + 1] * part).astype(np.float32)


def of_level(sound: NDArray[np.float32], level: float) -> NDArray[np.float32]:
    """Scale to an RMS of ``level``; silence stays silence."""
    present = float(np.sqrt(np.mean(np.square(sound, dtype=np.float64))))
    return (sound * (level / present)).astype(np.float32) if present > 1e-9 else sound


def in_room(sound: Stereo, decay_s: float, share: float, rng: Generator) -> Stereo:
    """Add the reverberation of a room: noise that dies by 60 dB in ``decay_s``, darker as it dies."""
    length = int(decay_s * RATE_HZ)
    fall = np.exp(-6.9 * np.arange(length) / length)
    size = sound.shape[1] + length
    out = sound.copy()
    for channel in range(2):
        tail = band((rng.standard_normal(length) * fall).astype(np.float32), 150, 5000)
        wet = np.fft.irfft(np.fft.rfft(sound[channel], size) * np.fft.rfft(tail, size), size)
        out[channel] += of_level(wet[: sound.shape[1]].astype(np.float32), share * _rms(sound[channel]))
    return out


def limited(sound: Stereo, gain: float, ceiling: float = 0.89) -> Stereo:
    """Drive into a limiter that turns down rather than cuts: loud, but without flat tops.

    The gain follows the peaks of 10 ms blocks and their neighbours, smoothly, as mastering limiters do;
    the ceiling of -1 dBFS is what broadcasters ask for.
    """
    driven = sound * gain
    block = RATE_HZ // 100
    blocks = -(-driven.shape[1] // block)
    padded = np.zeros((2, blocks * block), np.float32)
    padded[:, : driven.shape[1]] = driven
    peaks = np.abs(padded).reshape(2, blocks, block).max(axis=(0, 2))
    around = np.max([np.roll(peaks, shift) for shift in range(-2, 3)], axis=0)
    wanted = np.minimum(1.0, ceiling / np.maximum(around, 1e-6))
    # The average of three blocks stays below what the middle one allows: all three saw its peak.
    smooth = np.convolve(np.pad(wanted, 1, mode="edge"), np.full(3, 1 / 3), mode="valid")
    places = (np.arange(blocks) + 0.5) * block
    return (driven * np.interp(np.arange(driven.shape[1]), places, smooth)).astype(np.float32)


def pan(sound: Mono, place: float) -> Stereo:
    """Put a sound between left (0) and right (1), at constant power."""
    angle = place * np.pi / 2
    return np.stack([sound * np.cos(angle), sound * np.sin(angle)]).astype(np.float32)


def _rms(sound: NDArray[np.float32]) -> float:
    return float(np.sqrt(np.mean(np.square(sound, dtype=np.float64))))
