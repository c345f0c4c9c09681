"""A healthy programme: scenes one after another, and where it is too quiet to rule silence out."""

from dataclasses import dataclass

import numpy as np

from training.sound.material import Material
from training.sound.samples import RATE_HZ, Generator, Stereo, gain, piece_levels
from training.sound.scenes import make_scene
from training.sound.synth import noise
from training.truth_file import Unclear

# An encoder shifts levels by a decibel or two at this depth: up to here a natural pause may be silence.
_NEARLY_SILENT_DBFS = -53.0
# Silence counts from 1 s; measured in steps of a quarter, three of them may fall into a pause of this length.
_PAUSE_S = 0.85
_PIECES_A_SECOND = 20


@dataclass(frozen=True)
class Stretch:
    """A scene's place in the programme, seconds."""

    start_s: float
    end_s: float
    kind: str


@dataclass(frozen=True)
class Healthy:
    """A programme without faults."""

    samples: Stereo
    stretches: tuple[Stretch, ...]
    sources: tuple[str, ...]
    unclear: tuple[Unclear, ...]
    """Scenes whose recordings have a fault of their own."""


def make_healthy(material: Material, seconds: float, rng: Generator) -> Healthy:
    """Put scenes together by cuts and cross-fades, over the noise floor of the station."""
    count = round(seconds * RATE_HZ)
    out = np.zeros((2, count), np.float32)
    stretches: list[Stretch] = []
    sources: list[str] = []
    unclear: list[Unclear] = []
    at = 0
    while at < count:
        # A last scene that would be too short to mean anything is joined to the one before.
        length_s = float(rng.uniform(5, 22)) if count - at > 8 * RATE_HZ else (count - at) / RATE_HZ
        fade = round(rng.choice([0.004, 0.03, 0.3, 1.0]) * RATE_HZ) if at else 0
        scene = make_scene(material, min(length_s, (count - at) / RATE_HZ) + fade / RATE_HZ, rng)
        start = at - min(fade, at)
        part = scene.samples[:, : count - start]
        if fade:
            ramp = np.linspace(0, 1, fade, dtype=np.float32)[: part.shape[1]]
            out[:, start : start + len(ramp)] *= 1 - ramp
            part[:, : len(ramp)] *= ramp
        out[:, start : start + part.shape[1]] += part
        end = start + part.shape[1]
        stretches.append(Stretch(start / RATE_HZ, end / RATE_HZ, scene.kind))
        if scene.unclear:
            unclear.append(Unclear(start_s=start / RATE_HZ, end_s=end / RATE_HZ, types=scene.unclear))
        sources += scene.sources
        at = end
    if rng.random() < 0.5:
        floor = np.stack([noise(count, rng), noise(count, rng)])
        out += floor * np.float32(gain(rng.uniform(-95, -65)))
    if rng.random() < 0.2:  # a mono channel
        out = np.tile(out.mean(axis=0), (2, 1)).astype(np.float32)
    elif rng.random() < 0.3:  # out of balance
        out[int(rng.integers(2))] *= np.float32(gain(rng.uniform(-6, 0)))
    return Healthy(out, tuple(stretches), tuple(dict.fromkeys(sources)), tuple(unclear))


def natural_silences(samples: Stereo) -> list[Unclear]:
    """Return where either channel is by itself as good as silent for nearly a second or longer."""
    found: list[Unclear] = []
    for channel in samples:
        power = 10 ** (piece_levels(channel) / 10)
        # Over a quarter of a second, as it is measured.
        smooth = 10 * np.log10(np.convolve(power, np.ones(5) / 5, mode="same") + 1e-12)
        quiet = np.concatenate([[False], smooth < _NEARLY_SILENT_DBFS, [False]]).astype(np.int8)
        for start, end in np.flatnonzero(np.diff(quiet)).reshape(-1, 2) / _PIECES_A_SECOND:
            if end - start >= _PAUSE_S:
                found.append(
                    Unclear(start_s=float(start) - 0.25, end_s=float(end) + 0.25, types=("ausencia_audio",))
                )
    return found
