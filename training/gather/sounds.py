"""All sound of the folder: which pieces there are, and how each is made."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import msgspec
import numpy as np

from training.gather.ambience import PLACES, ambience
from training.gather.music import STYLES, compose
from training.gather.piece import Piece
from training.gather.shaping import RATE_HZ, Generator, Stereo
from training.gather.store import save_sound
from training.gather.voices import VOICES, speak

# Readings by one voice, songs in one style, recordings of one kind of place.
_READINGS, _SONGS, _PLACES = 3, 10, 6
_READING_S, _SONG_S, _PLACE_S = 30.0, 30.0, 20.0

# What else is heard in a place: composers choose by these words what could hide a hiss.
_ALSO = {"stadium": "stadium crowd", "traffic": "traffic engines", "ventilation": "ventilation wind"}


class SoundPlan(msgspec.Struct, frozen=True):
    """A sound that can be made: its piece, but for the length, and the maker."""

    piece: Piece
    make: Callable[[Generator], Stereo]


def sound_plans() -> Iterator[SoundPlan]:
    """Name every sound, the kinds in turn, so that a folder half full has some of each."""
    for turn in range(max(_READINGS, _SONGS, _PLACES)):
        if turn < _READINGS:
            for voice in VOICES:
                name = f"{voice.program}-{voice.name.replace('+', '-')}"
                content = "speech whisper" if "whisper" in name else f"speech {voice.language}"
                yield SoundPlan(
                    # The same timbre in another language is the same voice.
                    _piece("speech", f"{name}-{turn}", content, f"voice {name.rpartition('-')[2]}"),
                    partial(speak, voice, _READING_S),
                )
        if turn < _SONGS:
            for style in STYLES:
                name = f"{style.name.replace(' ', '-')}-{turn}"
                yield SoundPlan(
                    _piece("music", name, f"music {style.name}", f"song {name}"),
                    partial(compose, style, _SONG_S),
                )
        if turn < _PLACES:
            for place in PLACES:
                name = f"{place.replace(' ', '-')}-{turn}"
                yield SoundPlan(
                    _piece("ambience", name, _ALSO.get(place, place), f"place {name}"),
                    partial(ambience, place, _PLACE_S),
                )


def make_sound(plan: SoundPlan, folder: Path, seed: int) -> Piece:
    """Make one sound; the same seed makes the same, whatever was made before it."""
    rng = np.random.default_rng([seed, *plan.piece.path.encode()])
    sound = plan.make(rng)
    save_sound(folder / plan.piece.path, sound)
    return msgspec.structs.replace(plan.piece, duration_s=round(sound.shape[1] / RATE_HZ, 2))


def _piece(shelf: str, name: str, content: str, origin: str) -> Piece:
    return Piece(
        path=f"audio/{shelf}/{name}.ogg",
        kind="audio",
        role="audio",
        content=content,
        origin=origin,
        rate_hz=RATE_HZ,
    )
