"""Occurrences as REST: reading them."""

from collections.abc import Iterator
from itertools import chain, islice
from typing import Annotated
from urllib.parse import urlencode
from zoneinfo import available_timezones

from fastapi import APIRouter, HTTPException, Path, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

from api import ocorrencia_csv, ocorrencia_stats
from api.ocorrencia_history import HistoryRead, history
from api.ocorrencia_read import OcorrenciaRead, read
from api.ocorrencia_wanted import Asked
from api.services import Given
from api.versions import TAGGED, etag
from infra import clock

router = APIRouter(prefix="/api/v1/ocorrencias", tags=["ocorrencias"])

# Ids and offsets in Kafka and Postgres are 64 bits, signed.
MAX_ID = 2**63 - 1
# What says which page is meant; the rest of a question goes on to the next one.
_PAGE = frozenset({"cursor", "skip"})
Number = Annotated[int, Path(ge=0, le=MAX_ID, description="id of an occurrence")]


class Count(BaseModel):
    """How many there are."""

    count: int = Field(examples=[12])


@router.get("")
def listed(
    services: Given,
    request: Request,
    response: Response,
    wanted: Asked,
    skip: Annotated[int, Query(ge=0, le=MAX_ID)] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    cursor: Annotated[
        int | None, Query(ge=0, le=MAX_ID, description="`X-Next-Cursor` of the page before")
    ] = None,
) -> list[OcorrenciaRead]:
    """List occurrences, newest id first.

    ``X-Total-Count`` says how many the filters let through. Pages by ``cursor`` stay what they are while
    occurrences arrive: ``X-Next-Cursor`` (and ``Link``) leads to the next one, and is missing on the last.
    """
    found, more = services.store.listed(wanted, skip, limit, cursor)
    response.headers["X-Total-Count"] = str(services.store.count(wanted))
    if more:
        following = str(found[-1].id)
        response.headers["X-Next-Cursor"] = following
        kept = [(name, value) for name, value in request.query_params.multi_items() if name not in _PAGE]
        query = urlencode([*kept, ("cursor", following)])
        response.headers["Link"] = f'<{request.url.path}?{query}>; rel="next"'
    return [read(state) for state in found]


@router.get("/count")
def counted(services: Given, wanted: Asked) -> Count:
    """Count occurrences."""
    return Count(count=services.store.count(wanted))


@router.get(
    "/export",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/csv": {}}, "description": "UTF-8 with BOM"}},
)
def exported(services: Given, wanted: Asked) -> StreamingResponse:
    """Return occurrences as CSV, newest id first. Cells that a spreadsheet would run begin with a quote."""
    pieces = ocorrencia_csv.pieces(services.store.all(wanted))
    # Two now, the header and the first rows: a database that is away is then told by the status.
    begun = list(islice(pieces, 2))
    body: Iterator[bytes] = chain(begun, pieces)
    disposition = f'attachment; filename="{ocorrencia_csv.FILE}"'
    return StreamingResponse(
        body, media_type=ocorrencia_csv.MEDIA_TYPE, headers={"Content-Disposition": disposition}
    )


@router.get("/stats")
def figures(
    services: Given,
    wanted: Asked,
    bucket: ocorrencia_stats.Bucket = "day",
    zone: Annotated[
        str, Query(max_length=64, description="whose hours and days, e.g. America/Sao_Paulo")
    ] = "UTC",
) -> ocorrencia_stats.Stats:
    """Count occurrences by when they began and what they are, and tell how soon they were acknowledged.

    ``from`` and ``to`` bound when they began; without them the last 31 days, or 2 days by the hour.
    """
    if zone not in available_timezones():
        raise HTTPException(422, "zone: no such time zone (an IANA name such as America/Sao_Paulo)")
    try:
        asked = ocorrencia_stats.window(wanted, bucket, zone, clock.now())
    except ValueError as error:
        raise HTTPException(422, str(error)) from error
    return ocorrencia_stats.stats(services.engine, wanted, asked)


@router.get("/{number}", responses={200: TAGGED})
async def one(services: Given, response: Response, number: Number) -> OcorrenciaRead:
    """Return one occurrence; ``ETag`` is its version, for the ``If-Match`` of commands."""
    state = await services.desk.one(number)
    response.headers["ETag"] = etag(state.version)
    return read(state)


@router.get("/{number}/history")
async def events(services: Given, number: Number) -> list[HistoryRead]:
    """Return the events of an occurrence from the log, oldest first; of a deleted one too."""
    return history(*await services.desk.history(number))
