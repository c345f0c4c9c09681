"""Loss of signal on one channel, from the ingest's statuses or from segments that do not decode. Pure."""

from datetime import datetime

import msgspec

from processors.decisions.rule import Rule
from processors.decisions.track import Alarm, Change, Closed, Escalated, Opened
from schemas.severity import severity_of


class Outage(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch without usable media, so far."""

    since: datetime
    until: datetime
    alarm: Alarm | None = None
    muted_until: datetime | None = None
    """Up to when it was muted: what opens later begins no sooner."""


def lasting(
    outage: Outage | None,
    since: datetime,
    until: datetime,
    rule: Rule,
    muted_until: datetime | None = None,
) -> tuple[Outage, tuple[Change, ...]]:
    """Return the outage after word that it lasts until ``until``, and what changed.

    The first ``since`` of an outage holds: an ingest that is restarted meanwhile may know less.
    ``muted_until``: end of the mute that holds at ``until``, if any; nothing opens then.
    """
    start = outage.since if outage is not None else since
    end = max(until, outage.until if outage is not None else until)
    alarm = outage.alarm if outage is not None else None
    muted = end if not rule.enabled else muted_until or _muted_before(outage, end)
    counted = max(start, muted or start)
    lasted = (end - (alarm.start if alarm is not None else counted)).total_seconds()
    changes: tuple[Change, ...] = ()
    may_open = rule.enabled and muted_until is None and end > counted
    if alarm is None and may_open and (end - start).total_seconds() >= rule.onset_s:
        # A measured absence, not a guess of a model: full confidence.
        alarm = Alarm(start=counted, severity=severity_of(lasted), confidence=1.0)
        changes = (Opened(alarm, end),)
    elif alarm is not None and severity_of(lasted).rank > alarm.severity.rank:
        graver = msgspec.structs.replace(alarm, severity=severity_of(lasted))
        changes = (Escalated(graver, end, alarm.severity),)
        alarm = graver
    return Outage(since=start, until=end, alarm=alarm, muted_until=muted), changes


def _muted_before(outage: Outage | None, end: datetime) -> datetime | None:
    """Return up to when an outage was muted, now that it is not any more."""
    if outage is None or outage.muted_until is None or outage.muted_until <= end:
        return None if outage is None else outage.muted_until
    # The mute was taken back before its end: it held up to the last word.
    return outage.until


def over(outage: Outage | None, at: datetime) -> tuple[Change, ...]:
    """Return what changes when media is back from ``at`` on."""
    if outage is None or outage.alarm is None:
        return ()
    end = max(at, outage.alarm.start)
    grade = severity_of((end - outage.alarm.start).total_seconds())
    alarm = outage.alarm
    if grade.rank > alarm.severity.rank:
        alarm = msgspec.structs.replace(alarm, severity=grade)
    return (Closed(alarm, end),)
