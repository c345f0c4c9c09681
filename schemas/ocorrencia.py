"""What the events of an occurrence mean: the pure fold that projections, API and verification share."""

from datetime import datetime
from typing import Literal

import msgspec

from schemas.events.event import Event
from schemas.events.ocorrencias import (
    Evidence,
    EvidenceAttached,
    Fault,
    OcorrenciaClosed,
    OcorrenciaEscalated,
    OcorrenciaEvent,
    OcorrenciaOpened,
)
from schemas.faults import Category
from schemas.severity import Severity

Status = Literal["aberta", "encerrada"]


class Ocorrencia(msgspec.Struct, frozen=True, kw_only=True):
    """An occurrence after the events seen so far. Never null: while it is open, ``end_ts`` and
    ``duration_s`` tell of its latest event."""

    id: int
    """Offset of the event that opened it."""
    uid: str
    channel: str
    status: Status
    type: str
    category: Category
    severity: Severity
    confidence: float
    start_ts: datetime
    end_ts: datetime
    duration_s: float
    evidence: Evidence
    created_at: datetime
    """When the opening event was written."""
    version: int
    """Number of events folded in; grows by one with each."""
    applied: tuple[str, ...]
    """Ids of the events folded in: a repeated one changes nothing."""


def fold(
    state: Ocorrencia | None, event: Event, *, event_id: str, offset: int, time: datetime
) -> Ocorrencia | None:
    """Return the occurrence after one more event of ``horus.ocorrencias.v1``.

    ``state`` is what the occurrence (``event.uid``) was before, None if unknown; ``offset`` and ``time`` are
    the event's place in the topic and its ``ce_time``. A repeated event, and one about an occurrence that
    never opened, leave the state as it is; so does an event of another family.
    """
    if not isinstance(event, OcorrenciaEvent):
        return state
    if isinstance(event, OcorrenciaOpened):
        return state if state is not None else _opened(event, event_id, offset, time)
    if state is None or event_id in state.applied:
        return state
    applied = msgspec.structs.replace(state, version=state.version + 1, applied=(*state.applied, event_id))
    match event:
        case OcorrenciaEscalated():
            # Evidence and grades come from different stages: a late grade does not reopen a closed one.
            return applied if state.status == "encerrada" else _as_decided(applied, event.fault)
        case OcorrenciaClosed():
            return msgspec.structs.replace(_as_decided(applied, event.fault), status="encerrada")
        case EvidenceAttached():
            return msgspec.structs.replace(applied, evidence=merged(state.evidence, event.evidence))
    return state


def _opened(event: OcorrenciaOpened, event_id: str, offset: int, time: datetime) -> Ocorrencia:
    fault = event.fault
    return Ocorrencia(
        id=offset,
        uid=event.uid,
        channel=event.channel,
        status="aberta",
        type=fault.type,
        category=fault.category,
        severity=fault.severity,
        confidence=fault.confidence,
        start_ts=fault.start_ts,
        end_ts=fault.end_ts,
        duration_s=fault.duration_s,
        evidence=Evidence(model=event.why.model.name if event.why.model else None),
        created_at=time,
        version=1,
        applied=(event_id,),
    )


def _as_decided(state: Ocorrencia, fault: Fault) -> Ocorrencia:
    return msgspec.structs.replace(
        state,
        severity=fault.severity,
        confidence=fault.confidence,
        end_ts=fault.end_ts,
        duration_s=fault.duration_s,
    )


def merged(old: Evidence, new: Evidence) -> Evidence:
    """Return ``old`` with everything that ``new`` knows laid over it."""
    known = {name: value for name, value in msgspec.structs.asdict(new).items() if value is not None}
    return msgspec.structs.replace(old, **known)
