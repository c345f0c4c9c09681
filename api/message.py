"""What the WebSocket says: one message an event, encoded once for all clients."""

from typing import Literal

import msgspec
from pydantic import BaseModel

from api.ocorrencia_read import OcorrenciaRead, read
from api.spoken import Spoken
from schemas.ocorrencia import Ocorrencia

Kind = Literal["nova_ocorrencia", "ocorrencia_atualizada", "ocorrencia_encerrada", "ocorrencia_removida"]

REST = "/api/v1/ocorrencias"


class Pushed(BaseModel):
    """The form of a message on the wire."""

    type: Kind
    data: OcorrenciaRead
    cursor: int


class NotRecovered(BaseModel):
    """Said where what a client missed is no longer at hand: it must ask REST."""

    type: Literal["nao_recuperado"] = "nao_recuperado"
    rest: str = REST
    cursor: int
    """Follow on from here."""


class Message(Spoken):
    """One change of one occurrence. Its bytes are made at their first use and kept (`api.spoken`)."""

    def __init__(self, cursor: int, kind: Kind, state: Ocorrencia) -> None:
        """Hold what is to be told; ``cursor`` is the event's offset."""
        self.cursor = cursor
        self.kind = kind
        self.state = state

    @property
    def text(self) -> str:
        """Return the message as clients get it."""
        return Pushed(type=self.kind, data=read(self.state), cursor=self.cursor).model_dump_json()


class Filter(msgspec.Struct, frozen=True, kw_only=True):
    """What a client wants to hear of; empty means everything."""

    channels: frozenset[str] = frozenset()
    types: frozenset[str] = frozenset()
    severities: frozenset[str] = frozenset()

    @property
    def everything(self) -> bool:
        """Tell whether nothing is left out."""
        return not (self.channels or self.types or self.severities)

    def wants(self, state: Ocorrencia) -> bool:
        """Tell whether an occurrence is of interest."""
        return (
            (not self.channels or state.channel in self.channels)
            and (not self.types or state.type in self.types)
            and (not self.severities or state.severity in self.severities)
        )


def kind_of(before: Ocorrencia | None, after: Ocorrencia) -> Kind:
    """Return how to announce that an occurrence has become ``after``."""
    if before is None:
        return "nova_ocorrencia"
    if after.deleted:
        return "ocorrencia_removida"
    if before.status == "aberta" and after.status == "encerrada":
        return "ocorrencia_encerrada"
    return "ocorrencia_atualizada"
