"""Songs: a style and a seed in, half a minute of music out."""

from collections.abc import Callable

import msgspec
import numpy as np

from training.gather import drums
from training.gather.instruments import (
    Instrument,
    bell,
    brass,
    choir,
    driven_guitar,
    electric_piano,
    flute,
    organ,
    pluck,
    strings,
    synth_bass,
)
from training.gather.shaping import (
    RATE_HZ,
    Generator,
    Mono,
    Stereo,
    coloured_noise,
    in_room,
    limited,
    of_level,
    pan,
)

Stroke = Callable[[Generator], Mono]
_MAJOR, _MINOR = (0, 2, 4, 5, 7, 9, 11), (0, 2, 3, 5, 7, 8, 10)
# Degrees of the scale on which chords stand: turns that most popular and hymn music is made of.
_TURNS = ((0, 4, 5, 3), (0, 5, 3, 4), (0, 3, 4, 0), (5, 3, 0, 4), (0, 0, 3, 4), (0, 2, 3, 4))


class Style(msgspec.Struct, frozen=True):
    """How a kind of music is played. Tempo in beats a minute, levels are of the mix (1 is a full part)."""

    name: str
    tempo: tuple[float, float]
    melody: tuple[Instrument, ...]
    chords: tuple[Instrument, ...]
    bass: tuple[Instrument, ...]
    beat: tuple[tuple[Stroke, tuple[int, ...]], ...]
    """Strokes and the sixteenths of a bar they fall on."""
    busy: float
    """How likely a melody note is on each eighth."""
    room_s: float
    drive: float
    """How hard the limiter is driven: 1 leaves the dynamics, 4 is a loud record."""
    rests: bool = False
    """Whether there are bars in which nobody plays: then the room is heard, so that a rest is no fault."""


_ROCK = ((drums.kick, (0, 8, 10)), (drums.snare, (4, 12)), (drums.hat, (0, 2, 4, 6, 8, 10, 12, 14)))
_HOUSE = ((drums.kick, (0, 4, 8, 12)), (drums.hat, (2, 6, 10, 14)), (drums.clap, (4, 12)))
_BREAKS = ((drums.kick, (0, 7, 10)), (drums.snare, (4, 12, 15)), (drums.hat, tuple(range(16))))
_SOFT = ((drums.kick, (0, 8)), (drums.hat, (4, 12)))

STYLES = (
    Style("orchestral", (60, 110), (strings, brass, flute), (strings,), (strings,),
          ((drums.timpani, (0,)),), 0.45, 2.2, 1.2),
    Style("electronic", (110, 140), (electric_piano, synth_bass), (strings, organ), (synth_bass,),
          _HOUSE, 0.6, 0.5, 3.5),
    Style("rock", (95, 150), (driven_guitar, pluck), (driven_guitar,), (synth_bass, pluck),
          _ROCK, 0.5, 0.6, 3.0),
    Style("acoustic guitar", (70, 120), (pluck,), (pluck,), (pluck,), (), 0.7, 0.7, 1.0),
    Style("piano", (60, 110), (electric_piano,), (electric_piano,), (electric_piano,), (), 0.6, 1.0, 1.0),
    Style("drone held notes", (40, 60), (flute,), (strings, organ), (organ, strings), (), 0.08, 3.0, 1.0),
    Style("organ and choir", (60, 80), (choir, organ), (organ, choir), (organ,), (), 0.3, 3.0, 1.2),
    Style("percussion", (90, 160), (), (), (), _BREAKS, 0.0, 0.8, 2.0),
    Style("solo flute", (60, 100), (flute,), (), (), (), 0.5, 1.5, 1.0, rests=True),
    Style("bells", (60, 100), (bell,), (bell,), (), (), 0.4, 2.0, 1.0),
    Style("march", (110, 125), (brass, flute), (brass,), (brass, synth_bass),
          ((drums.snare, (0, 3, 4, 8, 11, 12, 14)), (drums.kick, (0, 8))), 0.6, 0.9, 2.0),
    Style("lounge", (75, 100), (flute, electric_piano), (electric_piano,), (pluck,), _SOFT, 0.45, 0.8, 1.6),
)  # fmt: skip


def compose(style: Style, seconds: float, rng: Generator) -> Stereo:
    """Compose and play a song: (2, n) float32 at 48 kHz, peak at or below -1 dBFS."""
    beat_s = 60 / rng.uniform(*style.tempo)
    root = 55.0 * 2 ** (rng.integers(0, 12) / 12)
    scale = _MAJOR if rng.random() < 0.5 else _MINOR
    turn = _TURNS[int(rng.integers(len(_TURNS)))]
    mix = np.zeros((2, int(seconds * RATE_HZ)), np.float32)
    bars = int(seconds / (4 * beat_s)) + 1
    players = {
        part: rng.choice(np.array(choice, dtype=object)) if choice else None
        for part, choice in (("melody", style.melody), ("chords", style.chords), ("bass", style.bass))
    }
    places = dict(zip(players, rng.uniform(0.3, 0.7, 3), strict=True))
    degree = 7
    for bar in range(bars):
        start, chord = bar * 4 * beat_s, turn[bar % len(turn)]
        if (bass := players["bass"]) is not None:
            held = rng.random() < 0.3
            for step in range(1 if held else 4):
                _play(mix, bass(_pitch(root, scale, chord), (4 if held else 0.9) * beat_s, rng),
                      start + step * beat_s, 0.5, places["bass"])  # fmt: skip
        if (chords := players["chords"]) is not None:
            for third in (0, 2, 4):
                note = chords(_pitch(root * 2, scale, chord + third), 4 * beat_s, rng)
                _play(mix, note, start + 0.01 * third, 0.25, places["chords"])
        if (melody := players["melody"]) is not None:
            for eighth in range(8):
                if rng.random() < style.busy:
                    degree = int(np.clip(degree + rng.integers(-2, 3), 2, 14))
                    length = rng.choice([0.5, 0.5, 1.0, 2.0]) * beat_s
                    note = melody(_pitch(root * 2, scale, degree), length, rng)
                    _play(mix, note, start + eighth * beat_s / 2, rng.uniform(0.3, 0.6), places["melody"])
        for stroke, sixteenths in style.beat:
            for sixteenth in sixteenths:
                if rng.random() < 0.93:
                    _play(mix, stroke(rng), start + sixteenth * beat_s / 4, rng.uniform(0.4, 0.7), 0.5)
    # Half of the mixes have little of a room; a hall's tail is no echo, for nothing is heard twice.
    roomy = in_room(mix, style.room_s * rng.uniform(0.6, 1.4), rng.uniform(0.05, 0.5), rng)
    played = of_level(roomy, 0.12)
    if style.rests:
        # Between -50 and -46 dBFS: above the -55 from which on sound counts as missing.
        room = coloured_noise(mix.shape[1], 0.6, rng) * np.float32(10 ** (rng.uniform(-50, -46) / 20))
        played = played + room
    return limited(played, style.drive * rng.uniform(0.8, 1.3))


def _pitch(root: float, scale: tuple[int, ...], degree: int) -> float:
    octave, step = divmod(degree, len(scale))
    return float(root * 2 ** (octave + scale[step] / 12))


def _play(mix: Stereo, note: Mono, at_s: float, level: float, place: float) -> None:
    start = int(at_s * RATE_HZ)
    end = min(mix.shape[1], start + len(note))
    if end > start:
        mix[:, start:end] += pan(note[: end - start] * np.float32(level), place)
