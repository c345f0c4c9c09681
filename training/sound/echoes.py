"""Echoes: the programme over itself after 80 to 600 ms, once, again and again, or from several places."""

import numpy as np

from training.sound.samples import RATE_HZ, Generator, Stereo, eased, filtered

# The range of DESIGN section 7.
_FROM_S, _UNTIL_S = 0.08, 0.6
# What is left of a repeating echo below this, nobody hears.
_FAINT = 0.05


def eco_reverb(stretch: Stereo, before: Stereo, channels: list[int], rng: Generator) -> tuple[Stereo, str]:
    """Repeat the programme over itself after 80 to 600 ms."""
    strength = rng.uniform(0.45, 0.95)
    kind = str(rng.choice(["single", "repeating", "several"], p=[0.55, 0.33, 0.12]))
    # The machine that repeats has heard what came before; what it takes up may also begin with the fault.
    dry = np.concatenate([before, stretch], axis=1) if rng.random() < 0.5 else stretch
    taps = _taps(kind, _delay_s(rng), strength, rng)
    wet = np.zeros_like(dry)
    for delay_s, factor in taps:
        shift = round(delay_s * RATE_HZ)
        if shift < dry.shape[1]:
            wet[:, shift:] += dry[:, : dry.shape[1] - shift] * np.float32(factor)
    if rng.random() < 0.3:
        wet = _returned(wet, rng)
    wet = wet[:, -stretch.shape[1] :]
    # Loudness stays about what it was: an echo is told by its shape.
    out = stretch.copy()
    gate = eased(stretch.shape[1], round(rng.choice([0.0, 0.02]) * RATE_HZ))
    turned = np.float32(1 / np.sqrt(1 + strength**2)) if rng.random() < 0.5 else np.float32(1)
    for channel in channels:
        out[channel] = stretch[channel] * (1 - gate) + (stretch[channel] + wet[channel]) * turned * gate
    return out, f"{kind} echo of {taps[0][0] * 1000:.0f} ms at {strength:.2f}"


def _delay_s(rng: Generator) -> float:
    """Return a delay; half of them evenly by ratio, for short ones are the hardest to tell."""
    if rng.random() < 0.5:
        return float(rng.uniform(_FROM_S, _UNTIL_S))
    return float(np.exp(rng.uniform(np.log(_FROM_S), np.log(_UNTIL_S))))


def _taps(kind: str, delay_s: float, strength: float, rng: Generator) -> list[tuple[float, float]]:
    """Return the delays, seconds, and factors of what is heard again; the strongest first."""
    factor = (-1.0 if rng.random() < 0.1 else 1.0) * strength
    if kind == "single":
        return [(delay_s, factor)]
    if kind == "several":
        others = rng.integers(1, 4)
        return [(delay_s, factor)] + [
            (_delay_s(rng), factor * float(rng.uniform(0.3, 0.8))) for _ in range(others)
        ]
    taps: list[tuple[float, float]] = []
    while abs(factor) > _FAINT:
        taps.append((delay_s * (len(taps) + 1), factor))
        factor *= min(strength, 0.85)
    return taps


def _returned(wet: Stereo, rng: Generator) -> Stereo:
    """Return what comes back through a line or off a wall: with fewer highs, or fewer lows as well."""
    hertz = np.linspace(0, RATE_HZ / 2, 1025)
    response = 1 / (1 + (hertz / np.exp(rng.uniform(np.log(2500), np.log(9000)))) ** 4)
    if rng.random() < 0.4:
        response /= 1 + (rng.uniform(100, 350) / np.maximum(hertz, 1)) ** 4
    return filtered(wet, response.astype(np.float32))
