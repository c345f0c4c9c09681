"""Healthy scenes of a programme: speech, music, both, crowds, rain, quiet rooms, and likenesses of faults."""

from dataclasses import dataclass

import numpy as np

from training.sound.material import Material, piece
from training.sound.recordings import own_faults
from training.sound.room import coloured, compressed, in_room, respoken, telephoned
from training.sound.samples import RATE_HZ, Generator, Stereo, active_dbfs, eased, gain
from training.sound.synth import drum_machine, held_notes, hum, noise, pips, weather
from training.sources import Source

# How often each kind of scene is on air. Television is mostly speech and music; a quarter is of the kinds
# that are taken for faults.
_SHARES = {
    "speech": 0.29,
    "mix": 0.18,
    "music": 0.21,
    "effects": 0.08,
    "noisy": 0.11,
    "held": 0.04,
    "drums": 0.03,
    "room": 0.04,
    "pips": 0.02,
}
# Of noisy scenes, those made by rule: there are few recordings of such sound.
_MADE_WEATHER = 0.3
# Peaks stay under EBU R 128's -1 dBTP.
_CEILING = 0.89


@dataclass(frozen=True)
class Scene:
    """A stretch of healthy programme."""

    samples: Stereo
    kind: str
    """A key of the table of shares."""
    sources: tuple[str, ...]
    unclear: tuple[str, ...]
    """Types of fault that its recordings have by themselves, or as good as."""


def make_scene(material: Material, seconds: float, rng: Generator) -> Scene:
    """Make a scene of a random kind, level and treatment."""
    kind = str(rng.choice(list(_SHARES), p=list(_SHARES.values())))
    if kind == "noisy" and not material.noisy:
        kind = "effects"
    samples, sources = _raw(kind, material, seconds, rng)
    if kind in ("speech", "mix", "music", "effects", "drums", "pips"):
        samples = _treated(samples, kind, material, rng)
    wanted = rng.uniform(-52, -38) if kind == "room" else rng.triangular(-36, -23, -13)
    samples = _at_level(samples, wanted, rng)
    names = tuple(source.name for source in sources)
    return Scene(samples, kind, names, own_faults(samples, kind, sources))


def _raw(kind: str, material: Material, seconds: float, rng: Generator) -> tuple[Stereo, tuple[Source, ...]]:
    count = round(seconds * RATE_HZ)
    match kind:
        case "speech":
            return _speech(material, seconds, rng)
        case "mix":
            voice, of_voice = _speech(material, seconds, rng)
            under = material.music if rng.random() < 0.65 or not material.noisy else material.noisy
            bed, of_bed = piece(under, seconds, rng)
            # Beds that are noise themselves stay clear of the 12 dB from which hiss counts.
            below = rng.uniform(4, 20) if under is material.music else rng.uniform(18, 30)
            return voice + _relative(bed, voice, -below), (*of_voice, of_bed)
        case "music":
            samples, of = piece(material.music, seconds, rng)
            return samples, (of,)
        case "effects":
            samples, of = piece(material.effects, seconds, rng)
            return samples, (of,)
        case "noisy":
            if rng.random() < _MADE_WEATHER:
                return weather(count, rng), ()
            samples, of = piece(material.noisy, seconds, rng)
            return samples, (of,)
        case "held":
            return held_notes(count, rng), ()
        case "drums":
            return drum_machine(count, rng), ()
        case "pips":
            voice, of_voice = _speech(material, seconds, rng)
            return voice + _relative(np.tile(pips(count, rng), (2, 1)), voice, rng.uniform(-15, 3)), of_voice
        case _:
            tone = noise(count, rng, rng.uniform(0, 9))
            if rng.random() < 0.3:
                tone = tone + hum(count, rng) * gain(rng.uniform(-10, 3))
            return np.tile(tone, (2, 1)), ()


def _speech(material: Material, seconds: float, rng: Generator) -> tuple[Stereo, tuple[Source, ...]]:
    """Return a voice or two with pauses, over the tone of its room."""
    count = round(seconds * RATE_HZ)
    out = np.zeros((2, count), np.float32)
    at = 0
    voice, source = piece(material.voices, 45.0, rng)
    voice = respoken(voice, rng) if rng.random() < 0.7 else voice
    cursor = int(rng.integers(max(1, voice.shape[1] - count)))
    while at < count:
        length = min(count - at, round(rng.uniform(1.2, 8.0) * RATE_HZ), voice.shape[1] - cursor)
        if length < RATE_HZ // 10:
            cursor = 0
            length = min(count - at, RATE_HZ)
        part = voice[:, cursor : cursor + length]
        out[:, at : at + part.shape[1]] = part * eased(part.shape[1], round(0.03 * RATE_HZ))
        cursor = (cursor + length) % max(1, voice.shape[1] - RATE_HZ)
        at += length + (round(rng.uniform(0.1, 2.2) * RATE_HZ) if rng.random() < 0.5 else 0)
    if rng.random() < 0.5:  # a microphone in the middle
        out = np.tile(out.mean(axis=0), (2, 1))
    if rng.random() < 0.75:
        tone = np.tile(noise(count, rng, rng.uniform(0, 9)), (2, 1))
        # Under what counts as hiss by 12 dB at least, even after a compressor has lifted it.
        out = out + _relative(tone, out, -rng.uniform(26, 55))
    return out, (source,)


def _treated(samples: Stereo, kind: str, material: Material, rng: Generator) -> Stereo:
    if rng.random() < 0.6:
        samples = coloured(samples, rng)
    if kind == "speech" and rng.random() < 0.12:
        samples = telephoned(samples)
    if rng.random() < (0.3 if kind in ("speech", "drums", "effects") else 0.08):
        samples = in_room(samples, material.rooms, rng)
    # Gentle where pauses would be lifted into hiss, hard where music is made loud.
    if rng.random() < (0.5 if kind in ("music", "mix", "drums") else 0.25):
        samples = compressed(samples, rng)
        if kind != "speech" and rng.random() < 0.3:  # and once more on its way to air
            samples = compressed(samples, rng)
    return samples


def _at_level(samples: Stereo, wanted_dbfs: float, rng: Generator) -> Stereo:
    scaled = samples * np.float32(gain(wanted_dbfs - active_dbfs(samples)))
    if rng.random() < 0.15:  # a fader on the move
        turns = rng.uniform(-8, 0, 4)
        curve = np.interp(np.linspace(0, 3, scaled.shape[1], dtype=np.float32), range(4), 10 ** (turns / 20))
        scaled = scaled * curve.astype(np.float32)
    peak = float(np.abs(scaled).max(initial=0.0))
    if peak > _CEILING:
        # Half of the loud scenes are limited, the others turned down: neither gets flat tops.
        scaled = compressed(scaled, rng) if rng.random() < 0.5 else scaled
        scaled = scaled * np.float32(_CEILING / max(_CEILING, float(np.abs(scaled).max())))
    return scaled.astype(np.float32)


def _relative(samples: Stereo, to: Stereo, level_db: float) -> Stereo:
    scaled: Stereo = samples * np.float32(gain(active_dbfs(to) + level_db - active_dbfs(samples)))
    return scaled
