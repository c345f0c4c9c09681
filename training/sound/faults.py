"""The faults of sound, each put into a stretch of healthy programme as it occurs on air."""

from collections.abc import Callable

import numpy as np

from training.sound.clipping import distorcao
from training.sound.samples import RATE_HZ, Generator, Stereo, active_dbfs, eased, gain
from training.sound.synth import hum, noise
from training.sound.tone import sinal_teste

AUDIO_CLASSES = ("ausencia_audio", "ruido_hiss", "eco_reverb", "sinal_teste", "distorcao")
"""In the order of the sound model's outputs."""


Break = Callable[[Stereo, Stereo, list[int], Generator], tuple[Stereo, str]]
"""(stretch, what came before it, channels, rng) -> the stretch with the fault, and how it was made."""


def ausencia_audio(
    stretch: Stereo, before: Stereo, channels: list[int], rng: Generator
) -> tuple[Stereo, str]:
    """Take the sound away; a noise floor or hum may stay, at most -55.5 dBFS (silence counts from -55)."""
    count = stretch.shape[1]
    kind = str(rng.choice(["digital", "white", "pink", "hum", "programme"], p=[0.3, 0.25, 0.2, 0.15, 0.1]))
    level = rng.uniform(-90, -55.5)
    if kind == "digital":
        rest, level = np.zeros_like(stretch), -np.inf
    elif kind == "programme":  # crosstalk: the programme, far down
        rest = stretch * np.float32(gain(min(0.0, level - active_dbfs(stretch))))
    else:
        made = hum(count, rng) if kind == "hum" else noise(count, rng, 3.0 if kind == "pink" else 0.0)
        rest = np.tile(made * np.float32(gain(level)), (2, 1))
    rise = round(rng.choice([0.0, 0.005, 0.02, 0.15], p=[0.4, 0.3, 0.2, 0.1]) * RATE_HZ)
    gate = eased(count, rise)
    out = stretch.copy()
    for channel in channels:
        out[channel] = stretch[channel] * (1 - gate) + rest[channel] * gate
    return out, f"silence, {kind} at {level:.0f} dBFS"


def ruido_hiss(stretch: Stereo, before: Stereo, channels: list[int], rng: Generator) -> tuple[Stereo, str]:
    """Add steady noise of any colour, 13 to 0 dB under the programme (12 counts, 13 for a margin)."""
    count = stretch.shape[1]
    kind = str(rng.choice(["white", "pink", "blue", "band", "hum and hiss"], p=[0.3, 0.2, 0.15, 0.2, 0.15]))
    low = float(np.exp(rng.uniform(np.log(500), np.log(6000))))
    band = (low, min(18_000.0, low * rng.uniform(2.0, 8.0)))
    slope = {"white": 0.0, "pink": 3.0, "blue": -3.0, "band": 0.0, "hum and hiss": rng.uniform(0, 3)}[kind]
    made = [noise(count, rng, slope, band if kind == "band" else None) for _ in range(2)]
    if rng.random() < 0.4:
        made[1] = made[0]
    if kind == "hum and hiss":
        buzz = hum(count, rng) * np.float32(gain(rng.uniform(-12, 0)))
        made = [channel + buzz for channel in made]
    # Under the programme without its pauses, which lies a decibel above its mean.
    below = rng.uniform(0, 13)
    level = active_dbfs(stretch[channels]) - below
    gate = eased(count, round(rng.choice([0.0, 0.01, 0.1, 0.3]) * RATE_HZ))
    out = stretch.copy()
    for channel in channels:
        scale = gain(level) / float(np.sqrt(np.mean(np.square(made[channel]))))
        out[channel] += made[channel] * gate * np.float32(scale)
    return out, f"{kind} noise, {below:.0f} dB under"


def eco_reverb(stretch: Stereo, before: Stereo, channels: list[int], rng: Generator) -> tuple[Stereo, str]:
    """Repeat the programme over itself after 80 to 600 ms, once or again and again."""
    delay_s, strength = rng.uniform(0.08, 0.6), rng.uniform(0.5, 0.95)
    repeating = rng.random() < 0.35
    # The machine that repeats has heard what came before; what it takes up may also begin with the fault.
    dry = np.concatenate([before, stretch], axis=1) if rng.random() < 0.5 else stretch
    shift = round(delay_s * RATE_HZ)
    sign = -1.0 if rng.random() < 0.1 else 1.0
    wet = np.zeros_like(dry)
    factor, place = sign * strength, shift
    while place < dry.shape[1] and abs(factor) > 0.05:
        wet[:, place:] += dry[:, : dry.shape[1] - place] * np.float32(factor)
        if not repeating:
            break
        factor, place = factor * min(strength, 0.85), place + shift
    wet = wet[:, -stretch.shape[1] :]
    # Loudness stays about what it was: an echo is told by its shape.
    out = stretch.copy()
    gate = eased(stretch.shape[1], round(rng.choice([0.0, 0.02]) * RATE_HZ))
    turned = np.float32(1 / np.sqrt(1 + strength**2)) if rng.random() < 0.5 else np.float32(1)
    for channel in channels:
        out[channel] = stretch[channel] * (1 - gate) + (stretch[channel] + wet[channel]) * turned * gate
    kind = "repeating" if repeating else "single"
    return out, f"{kind} echo of {delay_s * 1000:.0f} ms at {strength:.2f}"


FAULTS: dict[str, Break] = {
    "ausencia_audio": ausencia_audio,
    "ruido_hiss": ruido_hiss,
    "eco_reverb": eco_reverb,
    "sinal_teste": sinal_teste,
    "distorcao": distorcao,
}
