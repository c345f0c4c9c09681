"""Faults that another one brings about: black stands still, a tone is no programme sound. Pure."""

from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from functools import lru_cache

import msgspec

from processors.decisions.rule import Rule
from processors.decisions.rules import SUPPRESSED_BY
from processors.decisions.track import Change, Opened, Sample, Track, close, step

Tracks = Mapping[str, Track]
Waiting = Mapping[str, tuple[Sample, ...]]
"""By fault type, the samples that cannot be judged yet, oldest first."""
Queues = Mapping[str, list[tuple[datetime, Sample]]]
"""The same while they are judged, each with from when it speaks."""


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """A change of one class, and what it rests on."""

    fault: str
    change: Change
    window: tuple[Sample, ...]
    reason: str = ""


class Settled(msgspec.Struct, frozen=True, kw_only=True):
    """All classes after what could be judged."""

    tracks: dict[str, Track]
    waiting: dict[str, tuple[Sample, ...]]
    steps: tuple[Step, ...]


class Verdict(Enum):
    """What is to be done with a sample of a fault that others may bring about."""

    OWN = "no cause is on: it is a fault of its own, or none"
    HIDDEN = "a cause is on: it says nothing"
    OPEN = "a cause may be on: what comes next will tell"


def settled(tracks: Tracks, waiting: Waiting, rules: Mapping[str, Rule], *, last: bool = False) -> Settled:
    """Judge every waiting sample that can be judged, in the order of time, causes first.

    A sample that lies within a cause is dropped, as if there had been no picture (or sound) at that time: an
    open fault goes on over a flash of black, and is closed where it was last seen when the black counts.
    While a cause has only just appeared, or may only be interrupted, the sample waits: until the cause's
    average has had time to reach its threshold, or the cause has cleared. ``rules``: of the classes that are
    scored together; ``last``: nothing comes after, so that nothing waits.
    """
    folded = dict(tracks)
    left = {name: samples for name, samples in waiting.items() if name not in rules}
    queues: Queues = {
        name: [(sample.begin, sample) for sample in waiting.get(name, ())]
        for name in _causes_first(tuple(rules))
    }
    steps: list[Step] = []
    for at in sorted({begin for queue in queues.values() for begin, _ in queue}):
        for name, queue in queues.items():
            while queue and queue[0][0] <= at:
                begin, sample = queue[0]
                verdict = _verdict(name, begin, folded, queues, rules)
                if verdict is Verdict.OPEN and not last:
                    break
                del queue[0]
                if verdict is not Verdict.HIDDEN:
                    steps += _step(name, sample, folded, rules)
    left |= {name: tuple(sample for _, sample in queue) for name, queue in queues.items() if queue}
    return Settled(tracks=folded, waiting=left, steps=tuple(steps))


# As many as there are models' sets of classes, and parts of them at the end of a file.
@lru_cache(maxsize=100)
def _causes_first(names: tuple[str, ...]) -> tuple[str, ...]:
    # A cause may itself be hidden by another (silence by a tone): who hides it comes before it.
    return tuple(sorted(names, key=_depth))


def _depth(name: str) -> int:
    return 1 + max(map(_depth, SUPPRESSED_BY.get(name, ())), default=0)


def _step(name: str, sample: Sample, tracks: dict[str, Track], rules: Mapping[str, Rule]) -> list[Step]:
    """Fold a sample into its track; a cause that opens closes what it hides."""
    if name not in tracks:
        # Nothing is known of the time before the very first sample.
        sample = msgspec.structs.replace(sample, period_s=sample.period_s - sample.before_s, before_s=0.0)
    tracks[name], changes = step(tracks.get(name, Track()), sample, rules[name])
    window = tracks[name].window or (sample,)
    steps = [Step(fault=name, change=change, window=window) for change in changes]
    if changes and any(isinstance(change, Opened) for change in changes):
        for hidden in rules:
            if name in SUPPRESSED_BY.get(hidden, ()) and hidden in tracks:
                steps[:0] = _replaced(hidden, name, sample, tracks)
        for cause in SUPPRESSED_BY.get(name, frozenset()) & rules.keys():
            # It lasted long enough before its cause, and had to wait until that was certain.
            if cause in tracks and tracks[cause].alarm is not None:
                steps += _replaced(name, cause, sample, tracks)
    return steps


def _replaced(hidden: str, cause: str, sample: Sample, tracks: dict[str, Track]) -> list[Step]:
    """Close what a cause hides where it was last seen."""
    tracks[hidden], endings = close(tracks[hidden])
    reason = f"{cause} in place of {hidden}"
    return [Step(fault=hidden, change=end, window=(sample,), reason=reason) for end in endings]


def _verdict(
    name: str,
    at: datetime,
    tracks: Tracks,
    queues: Queues,
    rules: Mapping[str, Rule],
) -> Verdict:
    """Judge a sample of a class by all the causes that are scored with it."""
    verdict = Verdict.OWN
    causes = SUPPRESSED_BY.get(name)
    if causes is None:
        return verdict
    for cause in causes & rules.keys():
        if queues[cause] and queues[cause][0][0] <= at:
            found = Verdict.OPEN
        else:
            found = _covers(tracks.get(cause, Track()), at, rules[cause])
        if found is Verdict.HIDDEN:
            return found
        if found is Verdict.OPEN:
            verdict = found
    return verdict


def _covers(cause: Track, at: datetime, rule: Rule) -> Verdict:
    """Tell whether a cause is on at a time up to which its samples are folded in."""
    if cause.bad_from is None or cause.bad_until is None or at < cause.bad_from:
        return Verdict.OWN
    if at >= cause.bad_until:
        # It may only be interrupted: once it has cleared its track is empty.
        return Verdict.OPEN
    if cause.alarm is not None or cause.votes >= rule.vote_k:
        return Verdict.HIDDEN
    # A cause that is one fills the average and gets its votes, if need be after a dip; one that has not by
    # then wavers below its threshold, and holds nothing up any longer.
    filling_s = (rule.moving_avg_m + rule.vote_k) * cause.window[-1].period_s
    convincing_s = filling_s + rule.dip_s
    wavering = (cause.bad_until - cause.bad_from).total_seconds() > convincing_s
    return Verdict.OWN if wavering else Verdict.OPEN
