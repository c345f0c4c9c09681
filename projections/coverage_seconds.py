"""Seconds of UTC as bits: a stretch of time as whole seconds, and those seconds minute by minute. Pure.

A second is the unit in which availability is counted elsewhere too (ITU-T G.826, "errored second").
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import msgspec

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_SECOND_US = 1_000_000
MINUTE_S = 60

# The years that the API answers about: others are broken clocks, and the last minute of 9999 has no end.
FIRST = 0
END = 4_133_980_800
"""Seconds of 1970 and of 2101 since 1970; the table holds what lies between."""
FOREVER = 2**62
"""Past every second that a table holds: the end of what has none yet."""

Mask = int
"""Bit k stands for second k of a minute."""


class Seconds(msgspec.Struct, frozen=True):
    """Whole seconds since 1970: from ``first`` up to, and without, ``end``."""

    first: int
    end: int


def micros(moment: datetime) -> int:
    """Return the microseconds since 1970 of a UTC-aware moment."""
    return (moment - EPOCH) // _MICROSECOND


def lasted(start_us: int, end_us: int) -> Seconds:
    """Return the seconds whose middle lies between two moments: as many as it lasts on average, none twice.

    Microseconds since 1970. Stretches that meet share no second and leave none out.
    """
    return Seconds(_middles_before(start_us), _middles_before(end_us))


def at_least_one(start_us: int, end_us: int) -> Seconds:
    """Return the seconds that something lasted; the one in which it began when it was too short for any."""
    found = lasted(start_us, end_us)
    if found.end > found.first:
        return found
    began = start_us // _SECOND_US
    return Seconds(began, began + 1)


def second_of(moment_us: int) -> int:
    """Return the second in which a moment lies."""
    return moment_us // _SECOND_US


def within(seconds: Seconds, minute: int) -> Mask:
    """Return which seconds of a minute (its number since 1970) these are."""
    start = minute * MINUTE_S
    first, end = max(seconds.first, start), min(seconds.end, start + MINUTE_S)
    return ((1 << (end - first)) - 1) << (first - start) if end > first else 0


def minutes(seconds: Seconds) -> Iterator[tuple[int, Mask]]:
    """Yield the minutes that hold some of these seconds, and which ones."""
    if seconds.end <= seconds.first:
        return
    for minute in range(seconds.first // MINUTE_S, (seconds.end - 1) // MINUTE_S + 1):
        yield minute, within(seconds, minute)


def minute_start(minute: int) -> datetime:
    """Return when a minute begins, by its number since 1970. Raises OverflowError past the year 9999."""
    return EPOCH + timedelta(minutes=minute)


def minute_of(moment: datetime) -> int:
    """Return the number since 1970 of the minute in which a moment lies."""
    return micros(moment) // (MINUTE_S * _SECOND_US)


def _middles_before(moment_us: int) -> int:
    """Return how many seconds since 1970 have their middle before a moment."""
    return (moment_us + _SECOND_US // 2 - 1) // _SECOND_US
