"""Occurrences in figures: how many, of what, when, and how soon somebody took care."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal

import msgspec
from pydantic import BaseModel, Field
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from api.ocorrencia_read import Moment
from api.ocorrencia_wanted import Wanted, conditions
from projections.tables import Ocorrencia as Row

Bucket = Literal["hour", "day"]
LENGTH: dict[Bucket, timedelta] = {"hour": timedelta(hours=1), "day": timedelta(days=1)}
# Where no window is given: what fits a chart.
USUAL: dict[Bucket, timedelta] = {"hour": timedelta(days=2), "day": timedelta(days=31)}
# Six weeks of hours, almost three years of days; no chart has more pixels than that to show them in.
MOST_BUCKETS = 1000


class Figures(BaseModel):
    """How many occurrences, in all and by what they are."""

    total: int = Field(examples=[12])
    by_type: dict[str, int] = Field(examples=[{"freeze": 7, "ausencia_audio": 5}])
    by_channel: dict[str, int] = Field(examples=[{"tv1": 12}])
    by_severity: dict[str, int] = Field(examples=[{"Média (B)": 12}])


class Point(Figures):
    """Those that began in one hour or on one day."""

    at: Moment = Field(description="its beginning")


class Stats(Figures):
    """Those that began within a window."""

    since: Moment = Field(serialization_alias="from")
    until: Moment = Field(serialization_alias="to")
    bucket: Bucket
    open: int = Field(examples=[1])
    acknowledged: int = Field(examples=[9])
    mean_time_to_ack_s: float | None = Field(
        description="from the alarm to its first acknowledgement; null while there is none"
    )
    series: list[Point] = Field(description="only hours or days in which something began, oldest first")


class Window(msgspec.Struct, frozen=True, kw_only=True):
    """What the figures are about."""

    since: datetime
    until: datetime
    bucket: Bucket
    zone: str
    """IANA name of the zone whose hours and days are meant."""


def window(wanted: Wanted, bucket: Bucket, zone: str, now: datetime) -> Window:
    """Return the window asked for, or one that ends now. Raises ValueError for an empty or a long one."""
    until = wanted.until or now
    since = wanted.since or until - USUAL[bucket]
    if since >= until:
        raise ValueError("`from` must lie before `to`")
    if (until - since) / LENGTH[bucket] > MOST_BUCKETS:
        raise ValueError(f"more than {MOST_BUCKETS} {bucket}s: ask for a shorter window or for days")
    return Window(since=since, until=until, bucket=bucket, zone=zone)


class _Group(msgspec.Struct, frozen=True, kw_only=True):
    at: datetime
    type: str
    channel: str
    severity: str
    count: int


def stats(engine: Engine, wanted: Wanted, asked: Window) -> Stats:
    """Count in the database. Raises SQLAlchemyError when it is away."""
    within = [
        *conditions(msgspec.structs.replace(wanted, since=None, until=None)),
        Row.start_ts >= asked.since,
        Row.start_ts < asked.until,
    ]
    at = func.date_trunc(asked.bucket, Row.start_ts, asked.zone).label("at")
    kinds = (at, Row.type, Row.channel, Row.severity)
    # From the alarm and not from the fault's first sample: until then nobody could know of it.
    waited = func.extract("epoch", Row.first_ack_at - Row.created_at)
    with Session(engine) as session:
        groups = [
            _Group(at=row[0], type=row[1], channel=row[2], severity=row[3], count=row[4])
            for row in session.execute(select(*kinds, func.count()).where(*within).group_by(*kinds))
        ]
        opened, acknowledged, mean = session.execute(
            select(
                func.count().filter(Row.status == "aberta"), func.count(Row.first_ack_at), func.avg(waited)
            ).where(*within)
        ).one()
    by_moment: dict[datetime, list[_Group]] = {}
    for group in groups:
        by_moment.setdefault(group.at, []).append(group)
    return Stats(
        **_figures(groups).model_dump(),
        since=asked.since,
        until=asked.until,
        bucket=asked.bucket,
        open=opened,
        acknowledged=acknowledged,
        mean_time_to_ack_s=None if mean is None else round(float(mean), 3),
        series=[Point(at=moment, **_figures(by_moment[moment]).model_dump()) for moment in sorted(by_moment)],
    )


def _figures(groups: Sequence[_Group]) -> Figures:
    types, channels, severities = Counter[str](), Counter[str](), Counter[str]()
    for group in groups:
        types[group.type] += group.count
        channels[group.channel] += group.count
        severities[group.severity] += group.count
    return Figures(
        total=sum(types.values()),
        by_type=dict(types.most_common()),
        by_channel=dict(channels.most_common()),
        by_severity=dict(severities.most_common()),
    )
