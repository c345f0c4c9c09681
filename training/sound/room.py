"""What healthy sound goes through on its way to air: rooms, telephones, tone controls, compressors."""

from collections.abc import Sequence

import numpy as np

from training.sound.samples import RATE_HZ, Generator, Mono, Stereo, fast_length, filtered, load_sound
from training.sources import Source

# A room's answer is cut here: what follows is under the room tone.
_ANSWER_S = 1.5
# Of a compressor: gain moves over a fiftieth of a second, as the fast ones on air do.
_HOLD = RATE_HZ // 50


def coloured(samples: Stereo, rng: Generator) -> Stereo:
    """Return samples through the tone controls of another desk: a tilt and two bells."""
    hertz = np.linspace(0, RATE_HZ / 2, 1025)
    octaves = np.log2(np.maximum(hertz, 40) / 1000)
    level = rng.uniform(-1.5, 1.0) * octaves
    for _ in range(2):
        level += rng.uniform(-6, 5) * np.exp(
            -((octaves - rng.uniform(-3.5, 3.5)) ** 2) / rng.uniform(0.1, 1.5)
        )
    if rng.random() < 0.5:
        level -= np.where(hertz < rng.uniform(60, 150), 24, 0)
    if rng.random() < 0.35:
        level -= np.where(hertz > rng.uniform(7_000, 17_000), 40, 0)
    return filtered(samples, (10 ** (level / 20)).astype(np.float32))


def telephoned(samples: Stereo) -> Stereo:
    """Return samples as a telephone sends them: 300 to 3400 Hz (ITU-T G.712)."""
    hertz = np.linspace(0, RATE_HZ / 2, 1025)
    response = 1 / (1 + (300 / np.maximum(hertz, 1)) ** 8) / (1 + (hertz / 3400) ** 16)
    return filtered(samples, response.astype(np.float32))


def in_room(samples: Stereo, rooms: Sequence[Source], rng: Generator) -> Stereo:
    """Return samples as heard in a room, a recorded one or a made one; its answer is diffuse, no echo."""
    recorded = _recorded(rooms, rng) if rooms and rng.random() < 0.5 else None
    answer = _made(rng) if recorded is None else recorded
    size = fast_length(samples.shape[1] + answer.shape[1])
    wet = np.fft.irfft(np.fft.rfft(samples, size) * np.fft.rfft(answer, size))[:, : samples.shape[1]]
    share = rng.uniform(0.1, 0.9)
    return np.asarray(samples * (1 - share) + wet.astype(np.float32) * share, np.float32)


def compressed(samples: Stereo, rng: Generator) -> Stereo:
    """Return samples with their dynamics reduced, tops round: the loud mixes that are no clipping."""
    count = samples.shape[1]
    peaks = np.abs(samples).max(axis=0)
    held = peaks[: count // _HOLD * _HOLD].reshape(-1, _HOLD).max(axis=1)
    if len(held) < 4:
        return samples
    # Each piece is turned down by the loudest of its neighbours too, so that gain has moved in time.
    padded = np.pad(held, 1, mode="edge")
    loud = np.maximum(np.maximum(padded[:-2], padded[1:-1]), padded[2:])
    threshold = np.percentile(loud, rng.uniform(20, 80)) + 1e-6
    ratio = rng.choice([2.0, 4.0, 20.0])
    gains = np.minimum(1.0, (np.maximum(loud, 1e-6) / threshold) ** (1 / ratio - 1))
    places = (np.arange(len(gains)) + 0.5) * _HOLD
    curve = np.interp(np.arange(count, dtype=np.float32), places, gains)
    return np.asarray(samples * curve, np.float32)


def respoken(samples: Stereo, rng: Generator) -> Stereo:
    """Return samples played faster or slower, pitch and all, so that a voice becomes another's."""
    rate = rng.uniform(0.84, 1.19)
    count = int(samples.shape[1] / rate)
    places = np.arange(count, dtype=np.float64) * rate
    whole = np.minimum(places.astype(np.int64), samples.shape[1] - 2)
    part = (places - whole).astype(np.float32)
    return np.asarray(samples[:, whole] * (1 - part) + samples[:, whole + 1] * part, np.float32)


def _made(rng: Generator) -> Stereo:
    """Return noise that dies away: direct sound, then a diffuse answer of 0.15 to 1.4 s."""
    count = round(_ANSWER_S * RATE_HZ)
    seconds = np.arange(count, dtype=np.float32) / RATE_HZ
    tail = rng.standard_normal((2, count), np.float32) * np.exp(-6.9 * seconds / rng.uniform(0.15, 1.4))
    tail[:, : round(rng.uniform(0.002, 0.03) * RATE_HZ)] = 0
    tail /= np.sqrt(np.sum(np.square(tail), axis=1, keepdims=True)) + 1e-9
    tail[:, 0] += 1.0
    return tail.astype(np.float32)


def _recorded(rooms: Sequence[Source], rng: Generator) -> Stereo | None:
    """Return a recorded answer from its first sound on, of energy 1, or None when it holds a late reflection
    that would be an echo by itself."""
    held = load_sound(rooms[int(rng.integers(len(rooms)))].path)[:, : round(_ANSWER_S * RATE_HZ) + RATE_HZ]
    answer = held.astype(np.float32) / 32768
    if not answer.size or not answer.any():
        return None
    first = int(np.argmax(np.abs(answer).max(axis=0) > np.abs(answer).max() * 0.1))
    answer = answer[:, first : first + round(_ANSWER_S * RATE_HZ)]
    late = np.abs(answer[:, round(0.06 * RATE_HZ) :])
    # A single reflection later than 60 ms at a quarter of the direct sound begins to be heard as a repeat.
    if late.size and late.max() > 0.25 * np.abs(answer).max():
        return None
    energy = np.sqrt(np.sum(np.square(answer)) / 2)
    scaled: Mono = (answer / energy).astype(np.float32)
    return scaled
