"""The availability report: how much of a period was watched, how much of that was well."""

import math
from collections.abc import Sequence
from datetime import datetime, timedelta

from pydantic import BaseModel, Field
from sqlalchemy import Engine

from api import availability_store, coverage_store
from api.availability_store import Alarms, Hole
from api.coverage import Watched, bounded, watched
from api.coverage_asked import Period, Stop
from api.ocorrencia_read import Moment

# An empty period has no length to divide by.
_AT_LEAST = timedelta(minutes=1)


class HoleRead(BaseModel):
    """A stretch in which nobody can tell what was on air."""

    since: Moment = Field(serialization_alias="from")
    until: Moment = Field(serialization_alias="to")
    seconds: int = Field(examples=[41])


class ChannelAvailability(Watched):
    """How one channel fared."""

    channel: str = Field(examples=["tv1"])
    known_since: Moment = Field(description="before that nothing is known of it; not part of the figures")
    observed_percent: float | None = Field(
        description="of the time in which it was to be watched; null where there is none", examples=[99.884]
    )
    healthy_percent: float | None = Field(
        description="of the time in which it was observed; null where there is none", examples=[99.652]
    )
    longest_hole: HoleRead | None = Field(description="the longest stretch not observed; null without any")
    alarms: int = Field(description="occurrences that began in the period", examples=[7])
    acknowledged: int = Field(examples=[6])
    mean_time_to_ack_s: float | None = Field(
        description="from the alarm to its first acknowledgement; null while there is none", examples=[21.3]
    )


class Availability(BaseModel):
    """How channels fared in a period."""

    since: Moment = Field(serialization_alias="from", description="a whole minute")
    until: Moment = Field(
        serialization_alias="to", description="a whole minute; later ones may still be measured"
    )
    told_until: Moment | None = Field(description="how far the figures tell of any channel")
    channels: list[ChannelAvailability] = Field(description="by name; those known before the end")


def availability(
    engine: Engine, channels: Sequence[str], asked: Period, limit: int, after: str, now: datetime
) -> tuple[Availability, str | None]:
    """Return the report on up to ``limit`` channels, and the name of the last one where there are more.

    ``channels``: on these, or on all when empty; ``after``: with a greater name than this. Raises
    `api.coverage.TooMuch`, and SQLAlchemyError when the database is away.
    """
    with engine.connect() as connection:
        found = coverage_store.known(connection, channels, limit + 1, after)
        names = list(found)[:limit]
        bounded(len(names), asked)
        # A step as long as the period: one sum for each channel.
        whole = max(asked.until - asked.since, _AT_LEAST)
        seconds = coverage_store.seconds(connection, names, asked, whole)
        stops = coverage_store.stops(connection, names, asked)
        # Each stop breaks two holes at most, what comes before the channel was known another one.
        most = 2 * max(map(len, stops.values()), default=0) + 2
        holes = availability_store.holes(connection, names, asked, most)
        alarms = availability_store.alarms(connection, names, asked)
        told = coverage_store.newest(connection, now)
    reports = [
        _report(
            channel,
            found[channel],
            watched(
                seconds.get((channel, 0), coverage_store.NOTHING),
                stops.get(channel, ()),
                asked.from_then(found[channel]).since,
                asked.until,
            ),
            _longest(holes.get(channel), stops.get(channel, ()), asked, found[channel]),
            alarms.get(channel, Alarms()),
        )
        for channel in names
        if found[channel] < asked.until
    ]
    report = Availability(since=asked.since, until=asked.until, told_until=told, channels=reports)
    return report, names[-1] if len(found) > limit else None


def _longest(
    holes: Sequence[Hole] | None, stops: Sequence[Stop], asked: Period, since: datetime
) -> Hole | None:
    unknown = Stop(since=asked.since, until=since)
    dark = [Hole(since=asked.since, until=asked.until)] if holes is None else holes
    return availability_store.longest(dark, [unknown, *stops])


def _report(
    channel: str, known_since: datetime, seconds: Watched, hole: Hole | None, alarms: Alarms
) -> ChannelAvailability:
    observed = seconds.healthy_s + seconds.faulty_s
    mean = alarms.mean_wait_s
    return ChannelAvailability(
        channel=channel,
        known_since=known_since,
        observed_percent=_percent(observed, seconds.seconds - seconds.off_s),
        healthy_percent=_percent(seconds.healthy_s, observed),
        longest_hole=None if hole is None else _read(hole),
        alarms=alarms.opened,
        acknowledged=alarms.acked,
        mean_time_to_ack_s=None if mean is None else round(mean, 3),
        **seconds.model_dump(),
    )


def _read(hole: Hole) -> HoleRead | None:
    seconds = round((hole.until - hole.since).total_seconds())
    return HoleRead(since=hole.since, until=hole.until, seconds=seconds) if seconds else None


def _percent(part: int, whole: int) -> float | None:
    """Return a share in per cent, cut off: 100 is said of the whole alone."""
    return math.floor(100_000 * part / whole) / 1000 if whole > 0 else None
