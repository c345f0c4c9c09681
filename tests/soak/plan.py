"""When what is struck: a seeded plan of troubles, the same for the same seed. Pure."""

import random
from collections.abc import Iterator, Sequence
from typing import Literal, TypeVar

import msgspec

Kind = Literal["kill", "stop", "restart", "cut", "twin", "join", "poison", "full"]
"""SIGKILL; SIGSTOP and SIGCONT; an end in good order, and the supervisor's start after it; all connections of
Postgres cut; a second process that calls itself the first; one more worker, which leaves again; records that
are no events; a media store that takes no more bytes."""

Card = TypeVar("Card")

SERVERS = ("kafka", "postgres")
STAGES = ("video", "audio", "decisions", "evidence")
# The playout is this soak's own producer; the rest are the processes of `horus up`.
PROCESSES = (*SERVERS, *STAGES, "projections", "api", "playout", "producers", "analyses", "storage")


class Trouble(msgspec.Struct, frozen=True, kw_only=True):
    """One blow."""

    at_s: float
    """Seconds after the plan's beginning."""
    kind: Kind
    target: str
    """Name of a process; of a topic for poison; ``media`` for a full disk."""
    lasts_s: float = 0.0


class Pace(msgspec.Struct, frozen=True, kw_only=True):
    """How fast the blows come and how long each lasts; seconds."""

    gap_s: tuple[float, float]
    """Between two troubles, at least and at most."""
    stop_s: float
    twin_s: float
    """How long a second instance, or one more worker, stays."""
    full_s: float
    others: float
    """Troubles of other kinds for each kill."""
    supervisor: bool
    """Whether the supervisor is killed too, and all of Horus with it."""
    live: bool
    """Whether one more channel comes over SRT, through the real ingest."""


# Twenty kills in a minute: what restarts in three seconds is hit again while it restarts, now and then.
SHORT = Pace(gap_s=(1.2, 2.6), stop_s=5.0, twin_s=6.0, full_s=5.0, others=0.7, supervisor=False, live=False)
# Long enough for most to recover from each blow, short enough for a second one to meet the recovery.
LONG = Pace(gap_s=(4.0, 18.0), stop_s=20.0, twin_s=25.0, full_s=20.0, others=0.7, supervisor=True, live=True)


def kills_in(hours: float, pace: Pace) -> int:
    """Return how many kills a pace makes in so many hours, waiting for victims left out."""
    for_each_s = (1 + pace.others) * sum(pace.gap_s) / 2
    return max(1, round(hours * 3600 / for_each_s))


def planned(seed: int, kills: int, pace: Pace, poisoned: Sequence[str]) -> tuple[Trouble, ...]:
    """Return a plan with so many kills; ``poisoned`` are the topics that get poison, a batch each time."""
    rng = random.Random(f"plan {seed}")
    victims = _dealt(rng, [*PROCESSES, *(["supervisor"] if pace.supervisor else [])])
    others = _dealt(rng, _others(pace, poisoned))
    plan: list[Trouble] = []
    at_s, owed = 0.0, 0.0
    for _ in range(kills):
        at_s += rng.uniform(*pace.gap_s)
        plan.append(Trouble(at_s=round(at_s, 2), kind="kill", target=next(victims)))
        owed += pace.others
        while owed >= 1.0:
            owed -= 1.0
            at_s += rng.uniform(*pace.gap_s)
            plan.append(msgspec.structs.replace(next(others), at_s=round(at_s, 2)))
    return tuple(plan)


def _others(pace: Pace, poisoned: Sequence[str]) -> list[Trouble]:
    """Return one of each trouble that is no kill; a deck deals each once before any a second time."""

    def trouble(kind: Kind, target: str, lasts_s: float = 0.0) -> Trouble:
        return Trouble(at_s=0.0, kind=kind, target=target, lasts_s=lasts_s)

    return [
        *(trouble("stop", name, pace.stop_s) for name in ("kafka", "postgres", "decisions", "video", "api")),
        *(trouble("restart", name) for name in SERVERS),
        trouble("cut", "postgres"),
        *(trouble("twin", name, pace.twin_s) for name in ("decisions", "projections")),
        *(trouble("join", name, pace.twin_s) for name in ("decisions", "audio")),
        *(trouble("poison", name) for name in poisoned),
        trouble("full", "media", pace.full_s),
    ]


def _dealt(rng: random.Random, deck: Sequence[Card]) -> Iterator[Card]:
    """Yield the cards of a deck in a random order, again and again."""
    while True:
        cards = list(deck)
        rng.shuffle(cards)
        yield from cards
