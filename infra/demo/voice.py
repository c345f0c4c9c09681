"""Speech-like sound: a pulse train through vowel resonances, in syllables, words and short breaths."""

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]

# The first three resonances of five vowels, Hz (Peterson and Barney 1952, men, rounded).
_VOWELS = ((730, 1090, 2440), (530, 1840, 2480), (270, 2290, 3010), (570, 840, 2410), (300, 870, 2240))
_BANDWIDTHS = (70.0, 100.0, 140.0)
# Read speech: about five syllables a second, phrases of 6 to 13, and breaths well under half a second, so
# that no healthy moment is silence to anybody.
_SYLLABLE_S, _PHRASE, _BREATH_S = (0.15, 0.25), (6, 14), (0.20, 0.34)
_PITCH_HZ = (205.0, 118.0)
_PHRASES_A_TURN = 4


def speech(rng: np.random.Generator, samples: int, rate: int) -> Samples:
    """Return ``samples`` of two voices taking turns at ``rate`` Hz, at no set level, silent in breaths."""
    sound = np.zeros(samples, np.float32)
    at, phrase = 0, 0
    while at < samples:
        pitch = _PITCH_HZ[phrase // _PHRASES_A_TURN % len(_PITCH_HZ)]
        syllables = int(rng.integers(*_PHRASE))
        for number in range(syllables):
            # The pitch falls along a phrase, as in statements.
            tune = pitch * (1.16 - 0.30 * number / syllables + rng.uniform(-0.05, 0.05))
            syllable = _syllable(rng, tune, rate)
            part = sound[at : at + len(syllable)]
            part += syllable[: len(part)]
            # Syllables overlap a little: speech has no gap inside a word.
            at += int(len(syllable) * 0.88)
        at += int(rng.uniform(*_BREATH_S) * rate)
        phrase += 1
    return sound


def _syllable(rng: np.random.Generator, pitch: float, rate: int) -> Samples:
    length = int(rng.uniform(*_SYLLABLE_S) * rate)
    first, second = (_VOWELS[int(i)] for i in rng.integers(len(_VOWELS), size=2))
    period = rate / (pitch * np.linspace(1.03, 0.97, length))
    phase = np.cumsum(1.0 / period)
    pulses = np.diff(np.floor(phase), prepend=0.0).astype(np.float32)
    glide = np.linspace(1.0, 0.0, length, dtype=np.float32)
    voiced = _resonant(pulses, first, rate) * glide + _resonant(pulses, second, rate) * (1 - glide)
    t = np.linspace(0.0, 1.0, length)
    voiced *= np.minimum(1.0, np.minimum(t / 0.12, (1.0 - t) / 0.25)).astype(np.float32)
    # Every vowel is given the same energy: a real voice is levelled before it goes on air.
    voiced *= np.float32(0.2) / np.float32(np.sqrt(np.mean(np.square(voiced))))
    consonant = int(rng.uniform(0.02, 0.07) * rate)
    hiss = np.diff(rng.standard_normal(consonant + 1)).astype(np.float32) * np.hanning(consonant)
    voiced[:consonant] += (rng.uniform(0.02, 0.10) * hiss).astype(np.float32)
    return (voiced * rng.uniform(0.65, 1.0)).astype(np.float32)


def _resonant(pulses: Samples, formants: tuple[int, ...], rate: int) -> Samples:
    """Return pulses through a sum of decaying resonances."""
    t = np.arange(int(0.02 * rate)) / rate
    response = np.zeros(len(t))
    for strength, (frequency, bandwidth) in enumerate(zip(formants, _BANDWIDTHS, strict=True)):
        response += 0.55**strength * np.exp(-np.pi * bandwidth * t) * np.sin(2 * np.pi * frequency * t)
    # A glottis opens and shuts within a millisecond; an ideal pulse would be all peak and no body.
    response = np.convolve(response, np.hanning(int(0.0015 * rate)))
    size = 1 << (len(pulses) + len(response)).bit_length()
    shaped = np.fft.irfft(np.fft.rfft(pulses, size) * np.fft.rfft(response, size), size)
    return shaped[: len(pulses)].astype(np.float32)
