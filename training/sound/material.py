"""Which sources are voices, music, ambience: what a programme's scenes are made of."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from training.sound.samples import RATE_HZ, Generator, Stereo, load_sound
from training.sources import Source, Split

# Words of the index that say so; of films, those that show who speaks.
_VOICES = frozenset({"speech", "voice", "voices", "talking", "news", "dialogue"})
_FACES = frozenset({"talking", "person"})
_MUSIC = frozenset({"music", "song", "trumpet", "notes"})
# What is noise by nature: nobody could say that hiss lies over it.
_NOISY = frozenset(
    {
        "rain",
        "sea",
        "wave",
        "waves",
        "wind",
        "helicopter",
        "chainsaw",
        "engine",
        "engines",
        "applause",
        "crowd",
    }
    | {"stadium", "ventilation", "water", "traffic"}
)
# Rooms whose own answer is an echo of the kind that is a fault, or no room at all.
_NO_ROOM = (
    "echo",
    "backslap",
    "feedback",
    "comb",
    "filter",
    "rhythm",
    "ping",
    "backwards",
    "stretch",
    "sifter",
)
# Shorter pieces are all attack: nothing to hear a fault in.
_LEAST_S = 1.0


@dataclass(frozen=True)
class Material:
    """The sources of one part, sorted."""

    voices: tuple[Source, ...]
    music: tuple[Source, ...]
    noisy: tuple[Source, ...]
    effects: tuple[Source, ...]
    rooms: tuple[Source, ...]


def sort_material(sources: Sequence[Source], split: Split) -> Material:
    """Sort the sources of one part by what their index says. Raises ValueError without speech or music."""
    groups: dict[str, list[Source]] = {name: [] for name in ("voices", "music", "noisy", "effects", "rooms")}
    for source in sources:
        group = _group(source) if source.split == split else None
        if group is not None:
            groups[group].append(source)
    if not groups["voices"] or not groups["music"] or not groups["effects"]:
        raise ValueError(f"the {split} part of the media lacks speech, music or effects")
    return Material(**{name: tuple(found) for name, found in groups.items()})


def piece(sources: Sequence[Source], seconds: float, rng: Generator) -> tuple[Stereo, Source]:
    """Return ``seconds`` of one of the sources, drawn by the square root of their length, and which it is.

    Starts anywhere; a source that is too short goes round.
    """
    weights = np.sqrt([max(_LEAST_S, min(source.duration_s, 45.0)) for source in sources])
    source = sources[int(rng.choice(len(sources), p=weights / weights.sum()))]
    held = load_sound(source.path)
    count = round(seconds * RATE_HZ)
    if held.shape[1] < RATE_HZ // 4:
        return np.zeros((2, count), np.float32), source
    start = int(rng.integers(max(1, held.shape[1] - count + 1)))
    taken = held[:, start : start + count]
    if taken.shape[1] < count:
        taken = np.tile(held, (1, count // held.shape[1] + 1))[:, :count]
    return (taken / np.float32(32768)).astype(np.float32), source


def _group(source: Source) -> str | None:
    if not (source.kind == "audio" or source.has_audio) or source.role == "test-pattern":
        return None
    said = set(re.findall("[a-z]+", (source.content or source.path.stem).lower()))
    if source.role == "impulse-response":
        name = source.path.stem.lower()
        return "rooms" if not any(word in name for word in _NO_ROOM) else None
    if source.kind == "video":
        return "voices" if said & _FACES else "effects"
    for group, words in (("noisy", _NOISY), ("voices", _VOICES), ("music", _MUSIC)):
        if said & words:
            return group
    return "effects"
