"""The history of an occurrence: its events as they lie in the log, who and when."""

from collections.abc import Iterable
from typing import Any

import msgspec
from pydantic import BaseModel, Field

from api.ocorrencia_read import Moment
from schemas.envelope import Envelope
from schemas.events.ocorrencias import OcorrenciaCommand
from schemas.ocorrencia import Ocorrencia


class HistoryRead(BaseModel):
    """One event of an occurrence."""

    version: int = Field(description="the occurrence's version after it", examples=[3])
    event: str = Field(description="CloudEvents type", examples=["horus.OcorrenciaAcknowledged.v1"])
    at: Moment = Field(
        description="when it was asked for, or when the stage wrote it",
        examples=["2026-11-22T03:16:40+00:00"],
    )
    by: str = Field(
        description="name of the key of who asked; of a stage its own name", examples=["control room"]
    )
    id: str = Field(description="CloudEvents id", examples=["2ea6999e-e5b5-5efb-9132-b84216464819"])
    offset: int = Field(description="place in the topic", examples=[587])
    data: dict[str, Any] = Field(description="the event itself")


def history(state: Ocorrencia, events: Iterable[tuple[int, Envelope]]) -> list[HistoryRead]:
    """Return the events that were folded into an occurrence, as clients read them."""
    versions = {identity: version for version, identity in enumerate(state.applied, 1)}
    found: list[HistoryRead] = []
    for offset, envelope in events:
        # Taken out when found: a repeated event counts at its first place.
        version = versions.pop(envelope.id, None)
        if version is None:
            continue
        event = envelope.event
        command = event if isinstance(event, OcorrenciaCommand) else None
        found.append(
            HistoryRead(
                version=version,
                event=envelope.type,
                at=command.at if command else envelope.time,
                by=command.by if command else envelope.source,
                id=envelope.id,
                offset=offset,
                data=msgspec.to_builtins(event),
            )
        )
    return found
