"""What the events of an occurrence mean: the pure fold that projections, API and verification share."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Literal, Self

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


class Growing(msgspec.Struct, kw_only=True, gc=False):
    """An occurrence that is being folded: the same fields (a test says so), changed in place.

    For whoever has many events of it at hand: the state between two of them, which nobody asks for, is not
    made. What an event does to it is what `fold` says.
    """

    id: int
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
    version: int
    applied: tuple[str, ...]
    offsets: tuple[int, ...] = ()
    ack: Ack | None = None
    first_ack_at: datetime | None = None
    edited: Edit | None = None
    deleted: bool = False

    @classmethod
    def begun(cls, event: Event, event_id: str, offset: int, time: datetime) -> Self | None:
        """Return what begins with an event; None if nothing does."""
        if isinstance(event, OcorrenciaOpened):
            evidence = Evidence(model=event.why.model.name if event.why.model else None)
            status: Status = "aberta"
        elif isinstance(event, OcorrenciaCreated):
            evidence, status = event.evidence, "encerrada"
        else:
            return None
        fault = event.fault
        return cls(
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

    def take(self, event: Event, event_id: str, offset: int) -> None:
        """Fold in one more event of this occurrence, if it holds."""
        sets = _SETS.get(event.TYPE)
        if sets is None or self.deleted or event_id in self.applied or _stale(self, event):
            return
        for name, value in sets(self, event).items():
            setattr(self, name, value)
        self.version += 1
        self.applied += (event_id,)
        self.offsets += (offset,)

    def grown(self) -> Ocorrencia:
        """Return it as it is now."""
        return Ocorrencia(**msgspec.structs.asdict(self))


State = Ocorrencia | Growing


def fold(
    state: Ocorrencia | None, event: Event, *, event_id: str, offset: int, time: datetime
) -> Ocorrencia | None:
    """Return the occurrence after one more event of ``horus.ocorrencias.v1``.

    ``state`` is what the occurrence (``event.uid``) was before, None if unknown; ``offset`` and ``time`` are
    the event's place in the topic and its ``ce_time``. A repeated event, one about an occurrence that never
    opened or was deleted, and a command for another version leave the state as it is, the same object; so
    does an event of another family.
    """
    if state is None:
        begun = Growing.begun(event, event_id, offset, time)
        return None if begun is None else begun.grown()
    sets = _SETS.get(event.TYPE)
    if sets is None or state.deleted or event_id in state.applied or _stale(state, event):
        return state
    return msgspec.structs.replace(
        state,
        version=state.version + 1,
        applied=(*state.applied, event_id),
        offsets=(*state.offsets, offset),
        **sets(state, event),
    )


def _stale(state: State, event: Event) -> bool:
    """Tell whether a command was meant for another version: of two racing clients, the second one's is."""
    return isinstance(event, OcorrenciaChange) and event.if_version not in (None, state.version)


def _decided(state: State, fault: Fault) -> dict[str, object]:
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


def _escalated(state: State, event: OcorrenciaEscalated) -> dict[str, object]:
    # Evidence and grades come from different stages: a late grade does not reopen a closed one.
    return {} if state.status == "encerrada" else _decided(state, event.fault)


def _closed(state: State, event: OcorrenciaClosed) -> dict[str, object]:
    decided = _decided(state, event.fault)
    decided["status"] = "encerrada"
    return decided


def _shown(state: State, event: EvidenceAttached) -> dict[str, object]:
    return {"evidence": merged(state.evidence, event.evidence)}


def _acknowledged(state: State, event: OcorrenciaAcknowledged) -> dict[str, object]:
    ack = Ack(by=event.by, at=event.at, comment=event.comment, name=event.name)
    return {"ack": ack, "first_ack_at": state.first_ack_at or event.at}


def _edited(state: State, event: OcorrenciaEdited) -> dict[str, object]:
    changes = {
        name: value for name, value in msgspec.structs.asdict(event.changes).items() if value is not None
    }
    before = state.edited.fields if state.edited else ()
    edit = Edit(by=event.by, at=event.at, fields=tuple(sorted({*before, *changes})))
    said = Evidence(human_description=changes.pop("human_description", None))
    return {**changes, "evidence": merged(state.evidence, said), "edited": edit}


def _deleted(state: State, event: OcorrenciaDeleted) -> dict[str, object]:
    return {"deleted": True}


_SETS: Mapping[str, Callable[[State, Any], dict[str, object]]] = {
    OcorrenciaEscalated.TYPE: _escalated,
    OcorrenciaClosed.TYPE: _closed,
    EvidenceAttached.TYPE: _shown,
    OcorrenciaAcknowledged.TYPE: _acknowledged,
    OcorrenciaEdited.TYPE: _edited,
    OcorrenciaDeleted.TYPE: _deleted,
}
"""What an event that holds sets, besides the version. By type, not asked one after another: rebuilding is
made of this."""


def merged(old: Evidence, new: Evidence) -> Evidence:
    """Return ``old`` with everything that ``new`` knows laid over it."""
    # Field by field: a tenth of what it takes to go through their names.
    return Evidence(
        clip_path=old.clip_path if new.clip_path is None else new.clip_path,
        clip_duration_s=old.clip_duration_s if new.clip_duration_s is None else new.clip_duration_s,
        thumbnail_path=old.thumbnail_path if new.thumbnail_path is None else new.thumbnail_path,
        original_filename=old.original_filename if new.original_filename is None else new.original_filename,
        event_window=old.event_window if new.event_window is None else new.event_window,
        model=old.model if new.model is None else new.model,
        human_description=old.human_description if new.human_description is None else new.human_description,
    )
