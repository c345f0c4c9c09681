"""Occurrences as REST: commands, each an event first."""

import uuid
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, HTTPException, Path, Request, Response
from pydantic import BaseModel, Field

from api.asking import Asker
from api.ocorrencia_read import OcorrenciaRead, read
from api.ocorrencia_write import AckCreate, OcorrenciaCreate, OcorrenciaPatch
from api.services import Given
from api.versions import TAGGED, Matching, etag
from infra import clock
from schemas.events import (
    OcorrenciaAcknowledged,
    OcorrenciaCreated,
    OcorrenciaDeleted,
    OcorrenciaEdited,
)
from schemas.identity import fact_id
from schemas.ocorrencia import Ocorrencia

router = APIRouter(prefix="/api/v1/ocorrencias", tags=["ocorrencias"])

Number = Annotated[int, Path(ge=0, le=2**63 - 1, description="id of an occurrence")]
CREATED: dict[int | str, dict[str, Any]] = {
    201: {
        "headers": {
            **TAGGED["headers"],
            "Location": {
                "description": "where it is from now on",
                "schema": {"type": "string", "examples": ["/api/v1/ocorrencias/1042"]},
            },
        }
    },
    409: {"description": "what this Idempotency-Key made was deleted since"},
}
CHANGED: dict[int | str, dict[str, Any]] = {
    200: TAGGED,
    409: {"description": "it has as many events as an occurrence may have"},
}


class Deleted(BaseModel):
    """What has been deleted."""

    deleted: int = Field(description="its id", examples=[1042])


def _command_id(
    who: Asker,
    idempotency_key: Annotated[
        str | None,
        Header(
            pattern=r"^[\x20-\x7e]{1,255}$",
            description="names this request: given again it does nothing, and is answered alike",
        ),
    ] = None,
) -> str:
    if idempotency_key is None:
        return str(uuid.uuid4())
    # Of everybody's own: nobody can guess into another one's requests. In hex, for names are free text.
    return fact_id("request", who.name.encode().hex(), idempotency_key)


CommandId = Annotated[str, Depends(_command_id)]


@router.post("", status_code=201, responses=CREATED)
async def create(
    services: Given,
    request: Request,
    response: Response,
    who: Asker,
    command_id: CommandId,
    body: OcorrenciaCreate,
) -> OcorrenciaRead:
    """Enter an occurrence by hand; answers once the log has it, with the id that it has there.

    With an ``Idempotency-Key`` the same request makes one occurrence however often it is sent; another
    request with that key is refused (422).
    """
    event = OcorrenciaCreated(
        channel=body.channel,
        uid=fact_id("by hand", command_id),
        command_id=command_id,
        by=who.name,
        at=clock.now(),
        fault=body.fault(),
        evidence=body.shown(),
    )
    state = await services.desk.create(event, repeatable="idempotency-key" in request.headers)
    response.headers["Location"] = f"{request.url.path}/{state.id}"
    return _answer(response, state)


@router.patch("/{number}", responses=CHANGED)
async def edit(
    services: Given,
    response: Response,
    number: Number,
    who: Asker,
    command_id: CommandId,
    match: Matching,
    body: OcorrenciaPatch,
) -> OcorrenciaRead:
    """Correct an occurrence. What a person has corrected, no stage changes any more."""

    def command(state: Ocorrencia) -> OcorrenciaEdited:
        try:
            changes = body.changes(state)
        except ValueError as error:
            raise HTTPException(422, str(error)) from error
        return OcorrenciaEdited(
            channel=state.channel,
            uid=state.uid,
            command_id=command_id,
            by=who.name,
            at=clock.now(),
            changes=changes,
        )

    return _answer(response, await services.desk.change(number, match, command))


@router.delete("/{number}")
async def delete(
    services: Given, number: Number, who: Asker, command_id: CommandId, match: Matching
) -> Deleted:
    """Take an occurrence off the lists; the log keeps its history."""

    def command(state: Ocorrencia) -> OcorrenciaDeleted:
        return OcorrenciaDeleted(
            channel=state.channel, uid=state.uid, command_id=command_id, by=who.name, at=clock.now()
        )

    return Deleted(deleted=(await services.desk.change(number, match, command)).id)


@router.post("/{number}/ack", responses=CHANGED)
async def acknowledge(
    services: Given,
    response: Response,
    number: Number,
    who: Asker,
    command_id: CommandId,
    match: Matching,
    body: AckCreate | None = None,
) -> OcorrenciaRead:
    """Acknowledge an occurrence. It may be done again: ``ack`` is the last one, the history has them all."""
    given = body or AckCreate()

    def command(state: Ocorrencia) -> OcorrenciaAcknowledged:
        return OcorrenciaAcknowledged(
            channel=state.channel,
            uid=state.uid,
            command_id=command_id,
            by=who.name,
            at=clock.now(),
            comment=given.comment,
            name=given.name,
        )

    return _answer(response, await services.desk.change(number, match, command))


def _answer(response: Response, state: Ocorrencia) -> OcorrenciaRead:
    response.headers["ETag"] = etag(state.version)
    return read(state)
