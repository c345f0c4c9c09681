"""Places and crowds: rain, wind, applause, engines, what a microphone hears between words."""

from collections.abc import Callable

import numpy as np

from training.gather import drums
from training.gather.shaping import (
    RATE_HZ,
    Generator,
    Mono,
    Stereo,
    band,
    coloured_noise,
    in_room,
    limited,
    of_level,
    pan,
    wander,
)

Place = Callable[[int, Generator], Stereo]
"""``(samples, rng) -> sound``, of RMS about 1."""


def rain(count: int, rng: Generator) -> Stereo:
    """Rain: a carpet of noise that comes and goes, and single drops above it."""
    out = np.stack([band(coloured_noise(count, 0.3, rng), 400, 12000) for _ in range(2)])
    out *= 0.4 + 0.6 * wander(count, 0.3, rng)
    return _strewn(out, rng, float(rng.uniform(10, 80)), _drop, 0.7)


def wind(count: int, rng: Generator) -> Stereo:
    """Wind: bands of noise that swell one after another."""
    out = np.zeros((2, count), np.float32)
    for low in (60, 150, 300, 600, 1200):
        for channel in range(2):
            gust = wander(count, 0.5, rng) ** 2
            out[channel] += band(coloured_noise(count, 0.5, rng), low, low * 1.8) * gust * (200 / (low + 140))
    return of_level(out, 1.0)


def sea(count: int, rng: Generator) -> Stereo:
    """Waves that break and run back."""
    out = np.stack([band(coloured_noise(count, 0.6, rng), 80, 6000) for _ in range(2)])
    return of_level(out * (0.1 + wander(count, 0.25, rng) ** 3), 1.0)


def applause(count: int, rng: Generator) -> Stereo:
    """An audience that begins to clap, claps and tires."""
    rise = np.interp(np.linspace(0, 1, 9), (0, 0.15, 0.7, 1), (0.2, 1, 1, rng.uniform(0.1, 1)))
    out = np.zeros((2, count), np.float32)
    for place, share in enumerate(rise):
        part = slice(place * count // 9, (place + 1) * count // 9)
        out[:, part] = _strewn(out[:, part], rng, float(share * rng.uniform(150, 400)), drums.clap, 1.0)
    return of_level(in_room(out, 1.2, 0.4, rng), 1.0)


def crowd(count: int, rng: Generator) -> Stereo:
    """People talking: many streams of syllables, none understood."""
    out = np.zeros((2, count), np.float32)
    for _ in range(int(rng.integers(8, 20))):
        buzz = _buzz(count, rng.uniform(90, 240), rng)
        spoken = np.maximum(0, wander(count, rng.uniform(5, 9), rng) - 0.35) * (
            wander(count, 0.7, rng) > rng.uniform(0.1, 0.6)
        )
        vowel = rng.uniform(400, 900)
        voice = band(buzz, vowel * 0.7, vowel * 1.4) + 0.4 * band(buzz, vowel * 2, vowel * 3)
        out += pan(of_level(voice * spoken.astype(np.float32), 1.0), float(rng.uniform(0, 1)))
    return of_level(in_room(out, 0.9, 0.5, rng), 1.0)


def stadium(count: int, rng: Generator) -> Stereo:
    """A stand that sings, whistles and roars when something happens."""
    roar = np.stack([band(coloured_noise(count, 0.5, rng), 250, 2500) for _ in range(2)])
    roar *= 0.3 + wander(count, 0.4, rng) ** 3 * 2
    return of_level(of_level(roar, 1.0) + 0.7 * crowd(count, rng), 1.0)


def engine(count: int, rng: Generator) -> Stereo:
    """A motor that is revved: harmonics of its strokes, and its exhaust."""
    speed = rng.uniform(25, 60) * (1 + rng.uniform(0.3, 2.0) * wander(count, 0.5, rng))
    phase = 2 * np.pi * np.cumsum(speed) / RATE_HZ
    tone = np.zeros(count, np.float64)
    for harmonic in range(1, 16):
        tone += rng.uniform(0.3, 1) / harmonic**0.7 * np.sin(harmonic * phase + rng.uniform(0, 6))
    exhaust = coloured_noise(count, 0.7, rng) * (1 + np.sin(phase))
    return pan(of_level((tone + 0.4 * exhaust).astype(np.float32), 1.4), float(rng.uniform(0.3, 0.7)))


def traffic(count: int, rng: Generator) -> Stereo:
    """A road: cars that pass from one side to the other."""
    out = np.stack([band(coloured_noise(count, 0.8, rng), 40, 900) for _ in range(2)]) * 0.3
    time = np.arange(count) / RATE_HZ
    for _ in range(max(2, count // (3 * RATE_HZ))):
        middle, width = rng.uniform(0, count / RATE_HZ), rng.uniform(0.6, 2.0)
        swell = np.exp(-(((time - middle) / width) ** 2)).astype(np.float32)
        side = (1 / (1 + np.exp((time - middle) / width * rng.choice([-2, 2])))).astype(np.float32)
        tyres = band(coloured_noise(count, 0.4, rng), 150, 3500) * swell
        out += np.stack([tyres * side, tyres * (1 - side)])
    return of_level(out.astype(np.float32), 1.0)


def birds(count: int, rng: Generator) -> Stereo:
    """A wood in the morning: chirps over a faint rustle."""
    out = np.stack([coloured_noise(count, 0.5, rng) for _ in range(2)]) * np.float32(0.03)
    return _strewn(out, rng, float(rng.uniform(2, 7)), _chirp, 1.0)


def ventilation(count: int, rng: Generator) -> Stereo:
    """An empty room with its fans and the hum of the mains."""
    hum = np.sin(2 * np.pi * rng.choice([100, 120]) * np.arange(count) / RATE_HZ).astype(np.float32)
    air = np.stack([band(coloured_noise(count, 0.9, rng), 30, 1500) for _ in range(2)])
    return of_level(air + hum * np.float32(rng.uniform(0, 0.3)), 1.0)


def workshop(count: int, rng: Generator) -> Stereo:
    """Blows on wood and metal in a hall."""
    out = np.stack([coloured_noise(count, 0.8, rng) for _ in range(2)]) * np.float32(0.02)
    return of_level(in_room(_strewn(out, rng, float(rng.uniform(1, 5)), _blow, 1.0), 1.5, 0.4, rng), 1.0)


def typing(count: int, rng: Generator) -> Stereo:
    """An office: keys, and the quiet around them."""
    out = np.stack([coloured_noise(count, 0.7, rng) for _ in range(2)]) * np.float32(0.03)
    return _strewn(out, rng, float(rng.uniform(3, 8)), _key, 1.0)


PLACES: dict[str, Place] = {
    "rain": rain, "wind": wind, "sea waves": sea, "applause": applause, "crowd": crowd, "stadium": stadium,
    "engine": engine, "traffic": traffic, "birds": birds, "ventilation": ventilation, "workshop": workshop,
    "typing": typing,
}  # fmt: skip
# Quiet places stay quiet: RMS range in dBFS.
_LEVELS = {"ventilation": (-50.0, -40.0), "typing": (-46.0, -32.0), "birds": (-42.0, -28.0)}


def ambience(name: str, seconds: float, rng: Generator) -> Stereo:
    """Record a place of PLACES: (2, n) float32 at 48 kHz, at a level that suits it."""
    sound = PLACES[name](int(seconds * RATE_HZ), rng)
    low, high = _LEVELS.get(name, (-32.0, -18.0))
    return limited(of_level(sound, float(10 ** (rng.uniform(low, high) / 20))), 1.0)


def _strewn(
    under: Stereo, rng: Generator, per_second: float, stroke: Callable[[Generator], Mono], level: float
) -> Stereo:
    """Add strokes at random times and places."""
    out, count = under.copy(), under.shape[1]
    strokes = [stroke(rng) for _ in range(24)]
    for _ in range(rng.poisson(per_second * count / RATE_HZ)):
        sound = strokes[int(rng.integers(len(strokes)))]
        start = int(rng.integers(count))
        end = min(count, start + len(sound))
        out[:, start:end] += pan(sound[: end - start], float(rng.uniform(0.1, 0.9))) * np.float32(
            level * rng.uniform(0.2, 1.0)
        )
    return out


def _buzz(count: int, pitch_hz: float, rng: Generator) -> Mono:
    pitch = pitch_hz * (0.85 + 0.3 * wander(count, 2.0, rng))
    return (2 * (np.cumsum(pitch) / RATE_HZ % 1.0) - 1).astype(np.float32)


def _drop(rng: Generator) -> Mono:
    time = np.arange(int(0.02 * RATE_HZ)) / RATE_HZ
    return (np.sin(2 * np.pi * rng.uniform(1500, 6000) * time) * np.exp(-time * 300)).astype(np.float32)


def _chirp(rng: Generator) -> Mono:
    time = np.arange(int(rng.uniform(0.08, 0.4) * RATE_HZ)) / RATE_HZ
    pitch = rng.uniform(2000, 5500) + rng.uniform(200, 1200) * np.sin(2 * np.pi * rng.uniform(3, 40) * time)
    hull = np.sin(np.pi * time / time[-1])
    sung: Mono = (np.sin(2 * np.pi * np.cumsum(pitch) / RATE_HZ) * hull).astype(np.float32)
    return sung


def _blow(rng: Generator) -> Mono:
    time = np.arange(int(0.4 * RATE_HZ)) / RATE_HZ
    tone = sum(
        np.sin(2 * np.pi * rng.uniform(200, 3000) * time) * np.exp(-time * rng.uniform(10, 60))
        for _ in range(5)
    )
    return (np.asarray(tone) / 3).astype(np.float32)


def _key(rng: Generator) -> Mono:
    time = np.arange(int(0.03 * RATE_HZ)) / RATE_HZ
    click = rng.standard_normal(len(time)) * np.exp(-time * rng.uniform(150, 400))
    return band(click.astype(np.float32), 800, 6000)
