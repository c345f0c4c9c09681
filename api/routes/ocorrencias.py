"""Occurrences as REST."""

from typing import Annotated

from fastapi import APIRouter, HTTPException, Path, Query, Response
from pydantic import AwareDatetime

from api.ocorrencia_read import OcorrenciaRead, read
from api.ocorrencia_store import Wanted
from api.services import Given
from schemas.faults import Category
from schemas.names import CHANNEL_PATTERN
from schemas.ocorrencia import Status
from schemas.severity import Severity

router = APIRouter(prefix="/api/v1/ocorrencias", tags=["ocorrencias"])

# Ids and offsets in Kafka and Postgres are 64 bits, signed.
MAX_ID = 2**63 - 1


@router.get("")
def listed(
    services: Given,
    response: Response,
    skip: Annotated[int, Query(ge=0, le=MAX_ID)] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    channel: Annotated[str | None, Query(pattern=CHANNEL_PATTERN)] = None,
    type: Annotated[str | None, Query(pattern="^[a-z_]+$", description="fault type, e.g. fade")] = None,
    severity: Severity | None = None,
    category: Category | None = None,
    status: Status | None = None,
    since: Annotated[
        AwareDatetime | None, Query(alias="from", description="those that lasted at or beyond this moment")
    ] = None,
    until: Annotated[
        AwareDatetime | None, Query(alias="to", description="those that began before this moment")
    ] = None,
) -> list[OcorrenciaRead]:
    """List occurrences, newest id first; ``X-Total-Count`` says how many the filters let through."""
    wanted = Wanted(
        channel=channel,
        type=type,
        severity=severity,
        category=category,
        status=status,
        since=since,
        until=until,
    )
    found, total = services.store.listed(wanted, skip, limit)
    response.headers["X-Total-Count"] = str(total)
    return [read(state) for state in found]


@router.get("/{number}")
def one(services: Given, number: Annotated[int, Path(ge=0, le=MAX_ID)]) -> OcorrenciaRead:
    """Return one occurrence."""
    state = services.store.by_id(number)
    if state is None:
        raise HTTPException(404, f"there is no occurrence {number}")
    return read(state)
