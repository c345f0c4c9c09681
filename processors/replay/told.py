"""Occurrences as the decisions stage told them, in the log or in a replay. Pure."""

from collections.abc import Iterable
from datetime import datetime

import msgspec

from schemas.events import Event, OcorrenciaClosed, OcorrenciaEscalated, OcorrenciaOpened
from schemas.severity import Severity

DECIDED = (OcorrenciaOpened, OcorrenciaEscalated, OcorrenciaClosed)
"""What the decisions stage says of an occurrence; all else is said by people or of evidence."""


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """One occurrence, up to a moment."""

    uid: str
    channel: str
    type: str
    start: datetime
    end: datetime
    """Up to where it was known to last; its end, once it is closed."""
    severity: Severity
    confidence: float
    closed: bool
    id: int | None = None
    """Offset of the event that opened it, where that was read: its id in the API."""
    start_unknown: bool = False
    """It was on when the reading began: it may have begun earlier."""


def taken(told: Told | None, event: Event, offset: int | None = None) -> Told | None:
    """Return an occurrence after one more event of it; an event of another kind changes nothing.

    Nothing that comes after the closing opens it again: that is a repeat.
    """
    if not isinstance(event, OcorrenciaOpened | OcorrenciaEscalated | OcorrenciaClosed):
        return told
    if told is not None and told.closed:
        return told
    opened = offset if isinstance(event, OcorrenciaOpened) else None
    fault = event.fault
    return Told(
        uid=event.uid,
        channel=event.channel,
        type=fault.type,
        start=fault.start_ts,
        end=fault.end_ts,
        severity=fault.severity,
        confidence=fault.confidence,
        closed=isinstance(event, OcorrenciaClosed),
        id=told.id if told is not None and told.id is not None else opened,
    )


def folded(events: Iterable[tuple[Event, int | None]]) -> Told | None:
    """Return one occurrence by its events, each with its offset where that is known; None without any."""
    told: Told | None = None
    for event, offset in events:
        told = taken(told, event, offset)
    return told


def as_of(events: Iterable[tuple[Event, int | None]], horizon: datetime) -> Told | None:
    """Return one occurrence by those of its events that tell of what was on air before a moment.

    None when none does: it was opened by what came later. One that closed later, or never, is still on at
    ``horizon``.
    """
    told = folded(
        (event, offset)
        for event, offset in events
        if isinstance(event, DECIDED) and event.fault.end_ts <= horizon
    )
    return told if told is None or told.closed else msgspec.structs.replace(told, end=horizon)


def overlaps(told: Told, since: datetime, until: datetime) -> bool:
    """Tell whether an occurrence has to do with a window; an open one lasts on."""
    return told.start < until and (told.end >= since or not told.closed)
