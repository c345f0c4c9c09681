"""How a channel was watched, step by step: healthy, faulty, stopped on purpose, or not observed."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from pydantic import BaseModel, Field
from sqlalchemy import Engine

from api import coverage_store as store
from api.coverage_asked import LENGTH, Period, Step, Stop, edges, off_s
from api.coverage_store import Seconds
from api.ocorrencia_read import Moment

# A week of one channel by the minute, a day of 416 by the hour; no chart shows more, and it is 2 MB of JSON.
MOST_POINTS = 10_000
# A month of a hundred channels: what Postgres adds up within some five seconds (benchmarks/coverage.py).
MOST_MINUTES = 4_500_000


class Watched(BaseModel):
    """What the seconds of a stretch were. They add up: healthy, faulty, off and not observed."""

    seconds: int = Field(description="of the stretch, since anything is known of the channel", examples=[60])
    healthy_s: int = Field(
        description="measured, picture and sound where there are both, without a fault", examples=[48]
    )
    faulty_s: int = Field(description="an occurrence covers them", examples=[6])
    faults: dict[str, int] = Field(
        description="by type; a second may have several", examples=[{"fade": 6, "ausencia_audio": 4}]
    )
    off_s: int = Field(description="stopped on purpose", examples=[0])
    not_observed_s: int = Field(description="nobody can tell what was on air", examples=[6])


class Point(Watched):
    """One minute, hour or day."""

    at: Moment = Field(description="its beginning")
    observed_video_s: int = Field(description="seconds whose picture was measured", examples=[54])
    observed_audio_s: int = Field(description="seconds whose sound was measured", examples=[54])


class ChannelCoverage(BaseModel):
    """One channel."""

    channel: str = Field(examples=["tv1"])
    known_since: Moment = Field(description="before that nothing is known of it")
    points: list[Point] = Field(description="oldest first, without a hole; none from before `known_since`")


class Coverage(BaseModel):
    """What was watched, and how it was."""

    since: Moment = Field(serialization_alias="from", description="a whole minute")
    until: Moment = Field(
        serialization_alias="to", description="a whole minute; later ones may still be measured"
    )
    step: Step
    told_until: Moment | None = Field(
        description="how far the table tells of any channel: far behind `to` where it is being filled, or "
        "where nothing has been watched since"
    )
    channels: list[ChannelCoverage] = Field(description="by name; those of which anything is known")


class TooMuch(ValueError):
    """More was asked for than one answer may hold."""


def coverage(engine: Engine, channels: Sequence[str], asked: Period, step: Step, now: datetime) -> Coverage:
    """Return what was watched. Raises TooMuch, and SQLAlchemyError when the database is away."""
    starts = edges(asked, step)
    with engine.connect() as connection:
        known = store.known(connection, channels, MOST_POINTS + 1)
        if len(known) * len(starts) > MOST_POINTS:
            raise TooMuch(
                f"{len(known)} channels by {len(starts)} {step}s: ask for fewer channels, a shorter window "
                f"or a longer step (up to {MOST_POINTS} points)"
            )
        bounded(len(known), asked)
        found = store.seconds(connection, list(known), asked, LENGTH[step])
        stops = store.stops(connection, list(known), asked)
        told = store.newest(connection, now)
    return Coverage(
        since=asked.since,
        until=asked.until,
        step=step,
        told_until=told,
        channels=[
            ChannelCoverage(
                channel=channel,
                known_since=since,
                points=_points(channel, found, stops.get(channel, ()), asked.from_then(since), starts, step),
            )
            for channel, since in known.items()
        ],
    )


def bounded(channels: int, asked: Period) -> None:
    """Raise TooMuch when so many channels over such a period are too many minutes to add up."""
    if channels * asked.minutes > MOST_MINUTES:
        raise TooMuch(
            f"{channels} channels over {asked.minutes} minutes: ask for fewer channels or a shorter window "
            f"(up to {MOST_MINUTES} minutes of channels)"
        )


def watched(found: Seconds, stops: Sequence[Stop], since: datetime, until: datetime) -> Watched:
    """Return what the seconds between two moments were; what is not told of was not observed."""
    length = round((until - since).total_seconds())
    observed = found.healthy_s + found.faulty_s
    # A stopped channel's last segment may be measured after the stop: what was observed, was.
    off = max(0, min(off_s(stops, since, until), length - observed))
    return Watched(
        seconds=length,
        healthy_s=found.healthy_s,
        faulty_s=found.faulty_s,
        faults=found.faults,
        off_s=off,
        not_observed_s=max(0, length - observed - off),
    )


def _points(
    channel: str,
    found: Mapping[tuple[str, int], Seconds],
    stops: Sequence[Stop],
    asked: Period,
    starts: Sequence[datetime],
    step: Step,
) -> list[Point]:
    points: list[Point] = []
    for number, start in enumerate(starts):
        since, until = max(start, asked.since), min(start + LENGTH[step], asked.until)
        if since < until:
            there = found.get((channel, number), store.NOTHING)
            points.append(
                Point(
                    at=start,
                    observed_video_s=there.observed_video_s,
                    observed_audio_s=there.observed_audio_s,
                    **watched(there, stops, since, until).model_dump(),
                )
            )
    return points
