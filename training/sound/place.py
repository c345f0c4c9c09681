"""Where in a programme faults go, and of which type: only where a listener could tell them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from training.sound.healthy import Healthy
from training.sound.samples import RATE_HZ, Generator, active_dbfs

# Of every minute, how many; with health of several seconds around each.
_SECONDS_A_FAULT = 22.0
_HEALTH_S = 3.0
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
    programme: Healthy, keep_clear: Sequence[tuple[float, float]], rng: Generator
) -> tuple[Place, ...]:
    """Return places for faults, in the order of time, apart from each other and from ``keep_clear``."""
    length_s = programme.samples.shape[1] / RATE_HZ
    wanted = max(1, round(rng.uniform(0.5, 1.5) * length_s / _SECONDS_A_FAULT))
    taken = [(start - _HEALTH_S, end + _HEALTH_S) for start, end in keep_clear]
    places: list[Place] = []
    for fault in rng.choice(list(_HEARD_IN), wanted):
        for _ in range(_TRIES):
            place = _somewhere(str(fault), length_s, rng)
            free = not any(place.start_s < until and place.end_s > since for since, until in taken)
            if free and _heard(programme, place):
                taken.append((place.start_s - _HEALTH_S, place.end_s + _HEALTH_S))
                places.append(place)
                break
    return tuple(sorted(places, key=lambda place: place.start_s))


def _somewhere(fault: str, length_s: float, rng: Generator) -> Place:
    """Return a place by chance; now and then it begins with the programme, or lasts to its end."""
    duration = min(float(np.exp(rng.uniform(np.log(1.5), np.log(14.0)))), length_s / 2)
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
