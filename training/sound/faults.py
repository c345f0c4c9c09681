"""The faults of sound, each put into a stretch of healthy programme as it occurs on air."""

from collections.abc import Callable

import numpy as np

from training.sound.clipping import distorcao
from training.sound.echoes import eco_reverb
from training.sound.hiss import ruido_hiss
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
    kind = str(rng.choice(["digital", "white", "pink", "hum", "programme"], p=[0.28, 0.22, 0.18, 0.14, 0.18]))
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


FAULTS: dict[str, Break] = {
    "ausencia_audio": ausencia_audio,
    "ruido_hiss": ruido_hiss,
    "eco_reverb": eco_reverb,
    "sinal_teste": sinal_teste,
    "distorcao": distorcao,
}
