"""Hiss: steady noise of any colour and band under the programme."""

from dataclasses import dataclass

import numpy as np

from training.sound.samples import RATE_HZ, Generator, Mono, Stereo, active_dbfs, eased, gain
from training.sound.synth import hum, noise

# How often each kind is on air.
_KINDS = {
    "white": 0.2,
    "pink": 0.14,
    "blue": 0.08,
    "brown": 0.05,
    "coloured": 0.13,
    "band": 0.22,
    "high": 0.08,
    "hum and hiss": 0.1,
}
# Level by octave: white noise is flat, pink falls by 3 dB, brown by 6, blue rises by 3.
_SLOPES = {"white": 0.0, "pink": 3.0, "blue": -3.0, "brown": 6.0, "high": 0.0}
# What of 20 kHz the codecs of broadcasters keep at all.
_TOP_HZ = 18_000.0


@dataclass(frozen=True)
class _Colour:
    slope_db: float
    band_hz: tuple[float, float] | None


def ruido_hiss(stretch: Stereo, before: Stereo, channels: list[int], rng: Generator) -> tuple[Stereo, str]:
    """Add steady noise of any colour, 13 to 0 dB under the programme (12 counts, 13 for a margin)."""
    count = stretch.shape[1]
    kind = str(rng.choice(list(_KINDS), p=list(_KINDS.values())))
    colour = _colour(kind, rng)
    made = [noise(count, rng, colour.slope_db, colour.band_hz) for _ in range(2)]
    if rng.random() < 0.4:
        made[1] = made[0]
    if kind == "hum and hiss":
        buzz = hum(count, rng) * np.float32(gain(rng.uniform(-12, 0)))
        made = [channel + buzz for channel in made]
    if rng.random() < 0.15:
        made = [channel * _drifting(count, rng) for channel in made]
    # Under the programme without its pauses, which lies a decibel above its mean.
    below = rng.uniform(0, 13)
    level = active_dbfs(stretch[channels]) - below
    gate = eased(count, round(rng.choice([0.0, 0.01, 0.1, 0.3]) * RATE_HZ))
    out = stretch.copy()
    for channel in channels:
        scale = gain(level) / float(np.sqrt(np.mean(np.square(made[channel]))))
        out[channel] += made[channel] * gate * np.float32(scale)
    return out, f"{kind} noise, {below:.0f} dB under"


def _colour(kind: str, rng: Generator) -> _Colour:
    match kind:
        case "band":
            low = float(np.exp(rng.uniform(np.log(250), np.log(9000))))
            octaves = rng.uniform(0.4, 3.0)
            return _Colour(rng.uniform(-3, 3), (low, min(_TOP_HZ, low * 2**octaves)))
        case "high":
            return _Colour(0.0, (float(np.exp(rng.uniform(np.log(1500), np.log(7000)))), _TOP_HZ))
        case "coloured":
            return _Colour(rng.uniform(-4, 6), None)
        case "hum and hiss":
            return _Colour(rng.uniform(0, 3), None)
        case _:
            return _Colour(_SLOPES[kind], None)


def _drifting(count: int, rng: Generator) -> Mono:
    """Return a gain that drifts by a decibel or two, as the noise of a radio link does."""
    turns = max(2, round(count / RATE_HZ * 2))
    levels = rng.uniform(-1.5, 1.5, turns)
    places = np.linspace(0, turns - 1, count, dtype=np.float32)
    curve: Mono = (10 ** (np.interp(places, np.arange(turns), levels) / 20)).astype(np.float32)
    return curve
