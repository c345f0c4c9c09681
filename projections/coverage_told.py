"""What a batch of events tells of minutes and stops, and which minutes its occurrences reach. Pure."""

from collections.abc import Iterable, Iterator, Mapping

import msgspec

from projections.coverage_faults import fault_of
from projections.coverage_heard import Kind, heard
from projections.coverage_off import Off, off_after
from projections.coverage_seconds import Mask, Seconds, minutes
from projections.followed import Change
from projections.projection import Placed
from schemas.events import StreamStatusChanged
from schemas.names import analysis_of

Place = tuple[str, int]
"""Channel, and the number of a minute since 1970."""
Told = dict[Place, dict[Kind, Mask]]
"""What was told of minutes."""


class Span(msgspec.Struct, frozen=True):
    """Some seconds of a channel."""

    channel: str
    seconds: Seconds


def collected(events: Iterable[Placed]) -> Told:
    """Return what events tell of minutes, united."""
    told: Told = {}
    for placed in events:
        event = placed.envelope.event
        for mark in heard(event):
            for minute, mask in minutes(mark.seconds):
                kinds = told.setdefault((event.channel, minute), {})
                kinds[mark.kind] = kinds.get(mark.kind, 0) | mask
    return told


def unite(told: Told, further: Told) -> None:
    """Add what was told further to what was told."""
    for place, kinds in further.items():
        known = told.setdefault(place, {})
        for kind, mask in kinds.items():
            known[kind] = known.get(kind, 0) | mask


def stops(last: Mapping[str, Off], events: Iterable[Placed]) -> Iterator[tuple[str, Off]]:
    """Yield channels and how they are stopped, or no longer, in order; ``last``: how each was last."""
    now = dict(last)
    for placed in events:
        event = placed.envelope.event
        if not isinstance(event, StreamStatusChanged) or analysis_of(event.channel) is not None:
            continue
        before = now.get(event.channel)
        after = off_after(before, event)
        if after is not None and after is not before:
            now[event.channel] = after
            yield event.channel, after


def reached(changes: Iterable[Change]) -> Iterator[Span]:
    """Yield what changed occurrences cover now, and what they covered before."""
    for change in changes:
        before, after = fault_of(change.before), fault_of(change.after)
        if before != after:
            for fault in (before, after):
                if fault is not None:
                    yield Span(change.after.channel, fault.seconds)
