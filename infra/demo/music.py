"""Music-like sound: chords, bass, a plucked figure and a light beat, in stereo."""

import numpy as np
from numpy.typing import NDArray

Stereo = NDArray[np.float32]
"""(samples, 2)."""

_BEAT_S = 60.0 / 96
_BEATS_A_CHORD = 4
# A minor, F, C, G: semitones from A2 (110 Hz); root first.
_CHORDS = ((0, 7, 12, 15, 19), (-4, 8, 12, 15, 20), (3, 10, 15, 19, 22), (-2, 5, 14, 17, 22))
_FIGURE = (1, 3, 2, 4, 3, 2, 4, 3)


# Players are never exact: strings are struck this far from the beat (standard deviation, seconds) and off
# their pitch (semitones). A loop that repeats to the sample is an echo to any detector, and to a good ear.
_LATE_S, _OFF_PITCH = 0.012, 0.06


def music(rng: np.random.Generator, samples: int, rate: int) -> Stereo:
    """Return ``samples`` of music at ``rate`` Hz, (samples, 2), at no set level, never silent."""
    sound = np.zeros((samples, 2), np.float32)
    beats = int(samples / rate / _BEAT_S) + 1
    for beat in range(beats):
        chord = _CHORDS[beat // _BEATS_A_CHORD % len(_CHORDS)]
        at = max(0.0, beat * _BEAT_S + rng.normal(0.0, _LATE_S))
        if beat % _BEATS_A_CHORD == 0:
            for voice, note in enumerate(chord[1:4]):
                pad = _pad(_near(rng, note + 12), rate)
                _add(sound, rate, at, pad * 0.13, 0.25 + 0.25 * voice)
        if beat % 2 == 0:
            bass = _string(_near(rng, chord[0]), rate, 1.6)
            _add(sound, rate, at, bass * 0.34 * rng.uniform(0.8, 1.1), 0.5)
            _add(sound, rate, at, _drum(rate) * 0.30 * rng.uniform(0.7, 1.1), 0.5)
        for half in range(2):
            note = chord[_FIGURE[(2 * beat + half) % len(_FIGURE)]] + 12
            strength = 0.20 * rng.uniform(0.6, 1.15)
            struck_at = at + half * _BEAT_S / 2 + rng.uniform(0.0, 2 * _LATE_S)
            string = _string(_near(rng, note), rate, rng.uniform(0.6, 1.0))
            _add(sound, rate, struck_at, string * strength, 0.3 + 0.4 * half)
        noise = rng.standard_normal(rate // 8).astype(np.float32)
        brush = noise * _decay(len(noise), rate, rng.uniform(0.012, 0.03)) * rng.uniform(0.02, 0.05)
        _add(sound, rate, at + _BEAT_S / 2, brush.astype(np.float32), 0.6)
    return sound


def _near(rng: np.random.Generator, note: int) -> float:
    return float(note + rng.normal(0.0, _OFF_PITCH))


def _add(sound: Stereo, rate: int, at_s: float, note: NDArray[np.float32], pan: float) -> None:
    start = round(at_s * rate)
    part = sound[start : start + len(note)]
    part[:, 0] += note[: len(part)] * np.float32(np.sqrt(1 - pan))
    part[:, 1] += note[: len(part)] * np.float32(np.sqrt(pan))


def _hertz(note: float) -> float:
    return float(110.0 * 2 ** (note / 12))


def _decay(length: int, rate: int, time_s: float) -> NDArray[np.float32]:
    fading: NDArray[np.float32] = np.exp(-np.arange(length, dtype=np.float32) / np.float32(time_s * rate))
    return fading


def _string(note: float, rate: int, length_s: float) -> NDArray[np.float32]:
    length = int(length_s * rate)
    t = np.arange(length, dtype=np.float32) / np.float32(rate)
    tone = np.zeros(length, np.float32)
    for harmonic in range(1, 7):
        # High harmonics of a plucked string die first.
        fade = _decay(length, rate, 0.45 * length_s / harmonic)
        tone += np.sin(np.float32(2 * np.pi * harmonic * _hertz(note)) * t) * fade / np.float32(harmonic)
    plucked: NDArray[np.float32] = (tone * np.minimum(1.0, t / 0.004)).astype(np.float32)
    return plucked


def _pad(note: float, rate: int) -> NDArray[np.float32]:
    # Longer than a chord, so that one melts into the next.
    length = int(_BEAT_S * (_BEATS_A_CHORD + 1) * rate)
    t = np.arange(length, dtype=np.float32) / np.float32(rate)
    tone = np.zeros(length, np.float32)
    for detune in (0.997, 1.0, 1.003):
        for harmonic in (1, 2, 3):
            angle = np.float32(2 * np.pi * harmonic * detune * _hertz(note)) * t
            tone += np.sin(angle) / np.float32(3 * harmonic**1.5)
    swell = np.minimum(1.0, np.minimum(t / 0.35, (t[-1] - t) / 0.6))
    swelling: NDArray[np.float32] = (tone * swell).astype(np.float32)
    return swelling


def _drum(rate: int) -> NDArray[np.float32]:
    length = int(0.25 * rate)
    t = np.arange(length, dtype=np.float32) / np.float32(rate)
    # The pitch drops from 120 Hz to 50 Hz while the skin settles.
    phase = 2 * np.pi * (50 * t + 70 * 0.04 * (1 - np.exp(-t / 0.04)))
    beaten: NDArray[np.float32] = (np.sin(phase) * _decay(length, rate, 0.09)).astype(np.float32)
    return beaten
