"""What the events of an occurrence mean: the pure fold that projections, API and verification share."""

from collections.abc import Callable, Mapping
from datetime import datetime
from operator import attrgetter
from typing import Any, Literal

import msgspec

from schemas.events.event import Event
from schemas.events.ocorrencias import (
    Evidence,
    EvidenceAttached,
    Fault,
    OcorrenciaAcknowledged,
    OcorrenciaChange,
    OcorrenciaClosed,
    OcorrenciaCreated,
    OcorrenciaDeleted,
    OcorrenciaEdited,
    OcorrenciaEscalated,
    OcorrenciaOpened,
)
from schemas.severity import Severity

Status = Literal["aberta", "encerrada"]

BEGINNINGS = (OcorrenciaOpened, OcorrenciaCreated)
"""The events with which an occurrence begins; its id is the offset of the first of them."""


class Ack(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Who has seen an occurrence."""

    by: str
    """Name of the key."""
    at: datetime
    comment: str | None = None
    name: str | None = None
    """Who said so at a console whose key several people share."""


class Edit(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Who last corrected an occurrence, and what has been corrected so far."""

    by: str
    """Name of the key."""
    at: datetime
    fields: tuple[str, ...]
    """Names in `Changes`, of all edits, sorted: here a person's word holds over that of the stages."""


class Ocorrencia(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """An occurrence after the events seen so far. Never null: while it is open, ``end_ts`` and
    ``duration_s`` tell of its latest event."""

    id: int
    """Offset of the event that opened it."""
    uid: str
    channel: str
    status: Status
    type: str
    category: str
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
    offsets: tuple[int, ...] = ()
    """Where those events lie in the topic, in the same order."""
    ack: Ack | None = None
    """The last acknowledgement."""
    first_ack_at: datetime | None = None
    """When it was first acknowledged."""
    edited: Edit | None = None
    deleted: bool = False
    """Taken off the lists; nothing changes it any more."""


def fold(
    state: Ocorrencia | None, event: Event, *, event_id: str, offset: int, time: datetime
) -> Ocorrencia | None:
    """Return the occurrence after one more event of ``horus.ocorrencias.v1``.

    ``state`` is what the occurrence (``event.uid``) was before, None if unknown; ``offset`` and ``time`` are
    the event's place in the topic and its ``ce_time``. A repeated event, one about an occurrence that never
    opened or was deleted, and a command for another version leave the state as it is, the same object; so
    does an event of another family.
    """
    sets = _SETS.get(type(event))
    if sets is None:
        return (
            _begun(event, event_id, offset, time)
            if state is None and isinstance(event, BEGINNINGS)
            else state
        )
    if state is None or state.deleted or event_id in state.applied or _stale(state, event):
        return state
    return msgspec.structs.replace(
        state,
        version=state.version + 1,
        applied=(*state.applied, event_id),
        offsets=(*state.offsets, offset),
        **sets(state, event),
    )


def _stale(state: Ocorrencia, event: Event) -> bool:
    """Tell whether a command was meant for another version: of two racing clients, the second one's is."""
    return isinstance(event, OcorrenciaChange) and event.if_version not in (None, state.version)


def _begun(
    event: OcorrenciaOpened | OcorrenciaCreated, event_id: str, offset: int, time: datetime
) -> Ocorrencia:
    fault = event.fault
    if isinstance(event, OcorrenciaOpened):
        evidence = Evidence(model=event.why.model.name if event.why.model else None)
        status: Status = "aberta"
    else:
        evidence, status = event.evidence, "encerrada"
    return Ocorrencia(
        id=offset,
        uid=event.uid,
        channel=event.channel,
        status=status,
        type=fault.type,
        category=fault.category,
        severity=fault.severity,
        confidence=fault.confidence,
        start_ts=fault.start_ts,
        end_ts=fault.end_ts,
        duration_s=fault.duration_s,
        evidence=evidence,
        created_at=time,
        version=1,
        applied=(event_id,),
        offsets=(offset,),
    )


def _decided(state: Ocorrencia, fault: Fault) -> dict[str, object]:
    decided: dict[str, object] = {
        "severity": fault.severity,
        "confidence": fault.confidence,
        "end_ts": fault.end_ts,
        "duration_s": fault.duration_s,
    }
    if state.edited is not None:
        for name in state.edited.fields:
            decided.pop(name, None)
    return decided


def _escalated(state: Ocorrencia, event: OcorrenciaEscalated) -> dict[str, object]:
    # Evidence and grades come from different stages: a late grade does not reopen a closed one.
    return {} if state.status == "encerrada" else _decided(state, event.fault)


def _closed(state: Ocorrencia, event: OcorrenciaClosed) -> dict[str, object]:
    decided = _decided(state, event.fault)
    decided["status"] = "encerrada"
    return decided


def _shown(state: Ocorrencia, event: EvidenceAttached) -> dict[str, object]:
    return {"evidence": merged(state.evidence, event.evidence)}


def _acknowledged(state: Ocorrencia, event: OcorrenciaAcknowledged) -> dict[str, object]:
    ack = Ack(by=event.by, at=event.at, comment=event.comment, name=event.name)
    return {"ack": ack, "first_ack_at": state.first_ack_at or event.at}


def _edited(state: Ocorrencia, event: OcorrenciaEdited) -> dict[str, object]:
    changes = {
        name: value for name, value in msgspec.structs.asdict(event.changes).items() if value is not None
    }
    before = state.edited.fields if state.edited else ()
    edit = Edit(by=event.by, at=event.at, fields=tuple(sorted({*before, *changes})))
    said = Evidence(human_description=changes.pop("human_description", None))
    return {**changes, "evidence": merged(state.evidence, said), "edited": edit}


def _deleted(state: Ocorrencia, event: OcorrenciaDeleted) -> dict[str, object]:
    return {"deleted": True}


_SETS: Mapping[type[Event], Callable[[Ocorrencia, Any], dict[str, object]]] = {
    OcorrenciaEscalated: _escalated,
    OcorrenciaClosed: _closed,
    EvidenceAttached: _shown,
    OcorrenciaAcknowledged: _acknowledged,
    OcorrenciaEdited: _edited,
    OcorrenciaDeleted: _deleted,
}
"""What an event that holds sets, besides the version. By type, not asked one after another: rebuilding is
made of this."""

_NAMES = Evidence.__struct_fields__
_all_of = attrgetter(*_NAMES)


def merged(old: Evidence, new: Evidence) -> Evidence:
    """Return ``old`` with everything that ``new`` knows laid over it."""
    known = {name: value for name, value in zip(_NAMES, _all_of(new), strict=True) if value is not None}
    return msgspec.structs.replace(old, **known)
