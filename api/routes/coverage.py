"""What was watched, and how available channels were."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, HTTPException, Query, Request, Response

from api import availability_csv
from api.availability import Availability, availability
from api.coverage import Coverage, TooMuch, coverage
from api.coverage_asked import Period, Step, period
from api.fields import Name, When
from api.ocorrencia_wanted import MOST, Channel
from api.services import Given
from infra import clock

router = APIRouter(prefix="/api/v1", tags=["coverage"])

Channels = Annotated[
    tuple[Channel, ...], Query(alias="channel", max_length=MOST, description="all of them without it")
]
Since = Annotated[When | None, Query(alias="from")]
Until = Annotated[When | None, Query(alias="to", description="before this moment; now without it")]


@router.get("/coverage")
def covered(
    services: Given,
    channels: Channels = (),
    since: Since = None,
    until: Until = None,
    step: Annotated[
        Step, Query(description="counted from `from`: of days that begin at its hour")
    ] = "minute",
) -> Coverage:
    """Tell what was watched, step by step, and how it was: healthy, faulty, stopped, or not observed.

    Without ``from``: the last hour by the minute, 2 days by the hour, 31 days by the day. Whole minutes; the
    last half minute, which may still be measured, is not in it.
    """
    asked, now = _period(since, until, step), clock.now()
    try:
        return coverage(services.engine, channels, asked, step, now)
    except TooMuch as error:
        raise HTTPException(422, str(error)) from error


@router.get(
    "/availability",
    response_model=Availability,
    responses={200: {"content": {"text/csv": {"schema": {"type": "string"}}}, "description": "the report"}},
)
def reported(
    services: Given,
    request: Request,
    response: Response,
    channels: Channels = (),
    since: Since = None,
    until: Until = None,
    format: Annotated[
        Literal["json", "csv"] | None, Query(description="over what `Accept` says; JSON without either")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    cursor: Annotated[Name | None, Query(description="`X-Next-Cursor` of the page before")] = None,
) -> Availability | Response:
    """Report how available channels were in a period, by name; ``X-Next-Cursor`` leads to further ones.

    Without ``from``: the last 31 days. Whole minutes; the last half minute, which may still be measured, is
    not in it. As CSV with ``format=csv`` or ``Accept: text/csv``.
    """
    asked, now = _period(since, until, "day"), clock.now()
    try:
        report, last = availability(services.engine, channels, asked, limit, cursor or "", now)
    except TooMuch as error:
        raise HTTPException(422, str(error)) from error
    headers = {"Vary": "Accept"}
    if last is not None:
        headers["X-Next-Cursor"] = last
    if format == "csv" or (format is None and availability_csv.wants_csv(request.headers.get("accept", ""))):
        headers["Content-Disposition"] = f'attachment; filename="{availability_csv.FILE}"'
        return Response(
            availability_csv.as_csv(report), media_type=availability_csv.MEDIA_TYPE, headers=headers
        )
    response.headers.update(headers)
    return report


def _period(since: datetime | None, until: datetime | None, step: Step) -> Period:
    try:
        return period(since, until, step, clock.now())
    except ValueError as error:
        raise HTTPException(422, str(error)) from error
