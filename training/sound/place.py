"""Where in a programme faults go, and of which type: only where a listener could tell them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from training.sound.healthy import Healthy
from training.sound.samples import RATE_HZ, Generator, active_dbfs


@dataclass(frozen=True)
class Spacing:
    """How thick faults lie in a programme that has any."""

    seconds_a_fault: float
    health_s: float
    """Between one fault and the next, at least."""
    healthy: float
    """Share of programmes without any fault."""


ON_AIR = Spacing(22.0, 3.0, 0.45)
"""Two or three a minute."""
LESSONS = Spacing(7.0, 1.75, 0.45)
"""As many as fit: a minute costs as much to make with two faults as with seven. A second of health and a
window's future (0.75 s) between them, so that one may end before the next is heard. Nearly half without any:
most of what is judged is health."""
# A fault counts from 1 s; a quarter more, so that the grid of measuring sees a second of it.
_FROM_S, _UNTIL_S = 1.3, 13.0
# Places tried for a fault before it is given up: a type that is heard in few scenes gets its share.
_TRIES = 25
# Kinds of scenes in which a type can be heard at all. Hiss over rain, or an echo of rain, nobody can tell;
# held notes have no onsets that an echo could repeat.
_HEARD_IN = {
    "ausencia_audio": {"speech", "mix", "music", "effects", "noisy", "held", "drums", "pips", "room"},
    "sinal_teste": {"speech", "mix", "music", "effects", "noisy", "held", "drums", "pips", "room"},
    "ruido_hiss": {"speech", "mix", "music", "held", "drums"},
    "eco_reverb": {"speech", "mix", "music"},
    "distorcao": {"speech", "mix", "music"},
}
# How often each is made: more of those that take many forms.
_SHARES = {
    "ausencia_audio": 0.15,
    "ruido_hiss": 0.25,
    "eco_reverb": 0.24,
    "sinal_teste": 0.16,
    "distorcao": 0.2,
}
# Below this there is no programme that noise could lie over or an input could overdrive.
_LEAST_DBFS = -42.0


@dataclass(frozen=True)
class Place:
    """One fault to be made, seconds."""

    type: str
    start_s: float
    end_s: float
    channels: tuple[int, ...]


def find_places(
    programme: Healthy, keep_clear: Sequence[tuple[float, float]], spacing: Spacing, rng: Generator
) -> tuple[Place, ...]:
    """Return places for faults, in the order of time, apart from each other and from ``keep_clear``."""
    length_s = programme.samples.shape[1] / RATE_HZ
    wanted = max(1, round(rng.uniform(0.5, 1.5) * length_s / spacing.seconds_a_fault))
    taken = [(start - spacing.health_s, end + spacing.health_s) for start, end in keep_clear]
    places: list[Place] = []
    for fault in rng.choice(list(_SHARES), wanted, p=list(_SHARES.values())):
        for _ in range(_TRIES):
            place = _somewhere(str(fault), length_s, rng)
            free = not any(place.start_s < until and place.end_s > since for since, until in taken)
            if free and _heard(programme, place):
                taken.append((place.start_s - spacing.health_s, place.end_s + spacing.health_s))
                places.append(place)
                break
    return tuple(sorted(places, key=lambda place: place.start_s))


def _somewhere(fault: str, length_s: float, rng: Generator) -> Place:
    """Return a place by chance; now and then it begins with the programme, or lasts to its end."""
    duration = min(float(np.exp(rng.uniform(np.log(_FROM_S), np.log(_UNTIL_S)))), length_s / 2)
    starts = [rng.uniform(0, length_s - duration), 0.0, length_s - duration]
    start = float(rng.choice(starts, p=[0.94, 0.03, 0.03]))
    channels = ((0, 1), (0, 1), (0, 1), (0,), (1,))[int(rng.integers(5))]
    return Place(fault, start, start + duration, channels)


def _heard(programme: Healthy, place: Place) -> bool:
    kinds = {
        item.kind for item in programme.stretches if item.start_s < place.end_s and item.end_s > place.start_s
    }
    if not kinds <= _HEARD_IN[place.type]:
        return False
    cut = programme.samples[:, round(place.start_s * RATE_HZ) : round(place.end_s * RATE_HZ)]
    # What is silent already cannot fall silent; what is quiet is not hissed over.
    least = -50.0 if place.type in ("ausencia_audio", "sinal_teste") else _LEAST_DBFS
    return all(active_dbfs(cut[channel]) > least for channel in place.channels)
