"""When a channel is muted: windows of time, by the media's own clock. Pure."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from schemas.events.streams import Mute, MuteOnce, MuteWeekly

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")  # as date.weekday() counts


def muted_until(mutes: Sequence[Mute], at: datetime) -> datetime | None:
    """Return when the mute that holds at ``at`` ends, None when none does; mutes that touch count as one.

    ``at`` is UTC-aware; so is the answer, in UTC. A window holds from its first instant up to, but not at,
    its last. Weekly windows follow the wall clock of their zone: where that clock is set forward a window
    that begins in the missing hour begins when the hour is over, and where it is set back a window begins
    with the first pass of the repeated hour and ends with the second.
    """
    end: datetime | None = None
    moment = at.astimezone(UTC)
    # Each round finds a window that ends later; so many rounds as windows there are can be needed, no more.
    for _ in range(2 * len(mutes) + 1):
        ends = [
            finish for mute in mutes for start, finish in _around(mute, moment) if start <= moment < finish
        ]
        if not ends:
            return end
        end = moment = max(ends)
    return end


def _around(mute: Mute, moment: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Yield the windows of a mute that may hold at a moment (UTC), in UTC."""
    if isinstance(mute, MuteOnce):
        yield mute.start.astimezone(UTC), mute.end.astimezone(UTC)
        return
    zone = _zone(mute.zone)
    today = moment.astimezone(zone).date()
    # A window lasts 24 hours by the clock at most: it began today or yesterday.
    for day in (today - timedelta(days=1), today):
        if _DAYS[day.weekday()] in mute.days:
            yield _window(mute, day, zone)


def _window(mute: MuteWeekly, day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    begins, ends = time.fromisoformat(mute.start), time.fromisoformat(mute.end)
    last = day if ends > begins else day + timedelta(days=1)
    start = datetime.combine(day, begins, zone)
    # The later of two passes through a repeated hour (PEP 495): a mute must not end an hour early.
    end = datetime.combine(last, ends, zone).replace(fold=1)
    return _instant(start), _instant(end)


def _instant(local: datetime) -> datetime:
    """Return the UTC of a local time; of one that its clock skips, the instant at which it skips."""
    instant = local.astimezone(UTC)
    there = instant.astimezone(local.tzinfo)
    if there.replace(tzinfo=None, fold=0) == local.replace(tzinfo=None, fold=0):
        return instant
    before = local.replace(fold=0).utcoffset() or timedelta()
    after = local.replace(fold=1).utcoffset() or timedelta()
    # With the offset of before the gap a skipped time lies past it, with the one of after before it: the
    # clock jumps where both meet, at the first existing time.
    return _jump(local, before, after)


def _jump(local: datetime, before: timedelta, after: timedelta) -> datetime:
    low = local.replace(tzinfo=UTC) - max(before, after)
    high = local.replace(tzinfo=UTC) - min(before, after)
    zone = local.tzinfo
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) / 2
        if middle.astimezone(zone).utcoffset() == before:
            low = middle
        else:
            high = middle
    return high.replace(microsecond=0)


@cache
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)
