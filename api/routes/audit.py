"""Who did what."""

from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Response
from pydantic import BaseModel, Field

from api.audit_store import AuditStore, Place, Sought
from api.fields import When, within_reason
from api.ocorrencia_read import Moment
from api.services import Given

router = APIRouter(prefix="/api/v1/admin/audit", tags=["admin"])

Word = Annotated[str | None, Query(max_length=200)]


class AuditRead(BaseModel):
    """A command that somebody gave."""

    id: str = Field(description="of the event in the log that tells of it")
    at: Moment
    who: str = Field(description="name of the key; anonymous without one", examples=["control room"])
    action: str = Field(examples=["ocorrencias.ack"])
    target: str = Field(description="a channel, an id, an occurrence's uid", examples=["tv1"])
    detail: str


@router.get("")
def listed(
    services: Given,
    response: Response,
    who: Word = None,
    action: Annotated[
        str | None, Query(max_length=200, description="e.g. keys.create, or keys for all about them")
    ] = None,
    since: Annotated[When | None, Query(alias="from")] = None,
    until: Annotated[When | None, Query(alias="to", description="before this moment")] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    cursor: Annotated[
        str | None, Query(max_length=100, description="X-Next-Cursor of the page before")
    ] = None,
) -> list[AuditRead]:
    """List commands, the newest first; ``X-Next-Cursor`` leads to the next page where there is one.

    A command that came too late (another one had changed the occurrence) is here as well: it was given. What
    it did is told by the occurrence's own history.
    """
    sought = Sought(
        who=who,
        action=action,
        since=since,
        until=until,
        after=_place(cursor),
    )
    found = AuditStore(services.engine).page(sought, limit + 1)
    if len(found) > limit:
        last = found[limit - 1]
        response.headers["X-Next-Cursor"] = str(Place(last.at, last.id))
    return [
        AuditRead(id=row.id, at=row.at, who=row.who, action=row.action, target=row.target, detail=row.detail)
        for row in found[:limit]
    ]


def _place(cursor: str | None) -> Place | None:
    if cursor is None:
        return None
    try:
        place = Place.of(cursor)
        within_reason(place.at)
    except (ValueError, OverflowError):
        raise HTTPException(422, "cursor: not one that was given in X-Next-Cursor") from None
    return place
