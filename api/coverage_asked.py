"""Which time a question about coverage means: whole minutes, none that may still be measured. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Literal

import msgspec

Step = Literal["minute", "hour", "day"]
LENGTH: Mapping[Step, timedelta] = {
    "minute": timedelta(minutes=1),
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
}
# Where no beginning is given: what fits a chart.
USUAL: Mapping[Step, timedelta] = {
    "minute": timedelta(hours=1),
    "hour": timedelta(days=2),
    "day": timedelta(days=31),
}
# Key frames lie ten seconds apart at most, what looks ahead needs the segment behind (together 20 s), and the
# table is written every two seconds.
SETTLED_AFTER = timedelta(seconds=30)
_MINUTE = timedelta(minutes=1)


class Period(msgspec.Struct, frozen=True, kw_only=True):
    """From one whole minute up to another."""

    since: datetime
    until: datetime

    @property
    def minutes(self) -> int:
        """Return how many."""
        return (self.until - self.since) // _MINUTE

    def from_then(self, moment: datetime) -> "Period":
        """Return what of it lies after a moment; empty when nothing does."""
        return Period(since=min(max(self.since, moment), self.until), until=self.until)


class Stop(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch in which a channel was stopped on purpose."""

    since: datetime
    until: datetime | None
    """None while it is."""

    def within(self, since: datetime, until: datetime) -> tuple[datetime, datetime] | None:
        """Return what of it lies between two moments; None for nothing."""
        first, end = max(self.since, since), min(self.until or until, until)
        return (first, end) if first < end else None


def period(since: datetime | None, until: datetime | None, step: Step, now: datetime) -> Period:
    """Return the period of a question in whole minutes, without what may still be measured.

    Raises ValueError when its bounds are the wrong way round.
    """
    if since is not None and since >= (until or now):
        raise ValueError("`from` must lie before `to`, and before now")
    settled = _whole(now - SETTLED_AFTER)
    end = settled if until is None else min(_whole(until), settled)
    begin = _whole(since) if since is not None else end - USUAL[step]
    return Period(since=min(begin, end), until=end)


def edges(asked: Period, step: Step) -> list[datetime]:
    """Return where the steps of a period begin, counted from its beginning."""
    count = -((asked.since - asked.until) // LENGTH[step])
    return [asked.since + number * LENGTH[step] for number in range(count)]


def off_s(stops: Sequence[Stop], since: datetime, until: datetime) -> int:
    """Return for how many seconds between two moments a channel was stopped."""
    found = [within for stop in stops if (within := stop.within(since, until)) is not None]
    return round(sum((end - first).total_seconds() for first, end in found))


def _whole(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)
