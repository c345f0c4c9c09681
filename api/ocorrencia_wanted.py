"""Which occurrences a client asks for: the same filters for lists, counts, exports and figures."""

from datetime import datetime
from typing import Annotated

import msgspec
from fastapi import Depends, Query
from pydantic import StringConstraints
from sqlalchemy import ColumnElement, or_

from api.fields import Name, When
from projections.tables import Ocorrencia as Row
from schemas.names import CHANNEL_PATTERN
from schemas.ocorrencia import Status
from schemas.severity import Severity

Channel = Annotated[str, StringConstraints(pattern=CHANNEL_PATTERN)]
# More than anybody chooses by hand; a bound on the work of one question.
MOST = 100


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What a client asks for; empty or None: any."""

    channels: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    severities: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    since: datetime | None = None
    """Those that lasted at or beyond this moment."""
    until: datetime | None = None
    """Those that began before this moment."""
    text: str | None = None
    """Those that hold this, in any case, where people look."""


def conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    """Return what the rows must fulfil."""
    given: list[ColumnElement[bool]] = [
        column.in_(values)
        for column, values in (
            (Row.channel, wanted.channels),
            (Row.type, wanted.types),
            (Row.severity, wanted.severities),
            (Row.category, wanted.categories),
            (Row.status, wanted.statuses),
        )
        if values
    ]
    if wanted.since is not None:
        given.append(Row.end_ts >= wanted.since)
    if wanted.until is not None:
        given.append(Row.start_ts < wanted.until)
    if wanted.text:
        looked_at = (
            Row.channel,
            Row.type,
            Row.category,
            Row.evidence["human_description"].astext,
            Row.evidence["original_filename"].astext,
            Row.ack["comment"].astext,
        )
        given.append(or_(*(column.icontains(wanted.text, autoescape=True) for column in looked_at)))
    return given


def _asked(
    channel: Annotated[tuple[Channel, ...], Query(max_length=MOST)] = (),
    type: Annotated[tuple[Name, ...], Query(max_length=MOST, description="fault type, e.g. fade")] = (),
    severity: Annotated[tuple[Severity, ...], Query(max_length=MOST)] = (),
    category: Annotated[
        tuple[Name, ...], Query(max_length=MOST, description="e.g. video, audio, sinal")
    ] = (),
    status: Annotated[tuple[Status, ...], Query(max_length=MOST)] = (),
    since: Annotated[
        When | None, Query(alias="from", description="those that lasted at or beyond this moment")
    ] = None,
    until: Annotated[
        When | None, Query(alias="to", description="those that began before this moment")
    ] = None,
    q: Annotated[
        Name | None,
        Query(
            description="those whose channel, type, category, description, file or comment holds this text"
        ),
    ] = None,
) -> Wanted:
    return Wanted(
        channels=channel,
        types=type,
        severities=severity,
        categories=category,
        statuses=status,
        since=since,
        until=until,
        text=q,
    )


Asked = Annotated[Wanted, Depends(_asked)]
"""A route's parameter of this type gets the filters of the query; each may be given several times."""
