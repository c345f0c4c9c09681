"""An occurrence as clients read it; its names are kept for the clients of the original backend."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, PlainSerializer

from schemas.ocorrencia import Ack, Edit, Ocorrencia, Status
from schemas.severity import Severity


def with_offset(moment: datetime) -> str:
    """Return a moment as all answers write it."""
    return moment.astimezone(UTC).isoformat()


Moment = Annotated[AwareDatetime, PlainSerializer(with_offset, return_type=str, when_used="json")]
"""UTC as ISO 8601 with offset (``+00:00``, which every client's parser takes)."""


class EvidenceRead(BaseModel):
    """What can be shown of an occurrence."""

    clip_path: str | None = Field(
        None,
        description="address of the clip, playable by a video tag",
        examples=["/clips/tv1-3f9a0c11.mp4"],
    )
    clip_duration_s: float | None = Field(None, examples=[13.2])
    thumbnail_path: str | None = Field(
        None, description="address of a picture of the fault", examples=["/clips/tv1-3f9a0c11.jpg"]
    )
    original_filename: str | None = Field(None, examples=["tv1-3f9a0c11.mp4"])
    event_window: tuple[float, float] | None = Field(
        None, description="start and end of the fault in seconds of the clip"
    )
    model: str | None = Field(None, description="name of the model that decided; none for a lost signal")
    human_description: str | None = Field(None, examples=["Vinheta congelada"])


class AckRead(BaseModel):
    """Who has acknowledged an occurrence; of several the last."""

    by: str = Field(description="name of the key; `anonymous` without one", examples=["control room"])
    at: Moment = Field(examples=["2026-11-22T03:16:40+00:00"])
    comment: str | None = Field(None, examples=["Transmissor avisado"])
    name: str | None = Field(
        None, description="who it was, at a console whose key several people share", examples=["Ana"]
    )


class EditRead(BaseModel):
    """Who last corrected an occurrence."""

    by: str = Field(description="name of the key; `anonymous` without one", examples=["control room"])
    at: Moment = Field(examples=["2026-11-22T03:20:00+00:00"])
    fields: list[str] = Field(
        description="what has been corrected so far; stages no longer change it", examples=[["type"]]
    )


class OcorrenciaRead(BaseModel):
    """An occurrence. While it is open, ``end_ts`` and ``duration_s`` tell of its latest event."""

    model_config = ConfigDict(frozen=True)

    id: int = Field(examples=[1042])
    start_ts: Moment = Field(examples=["2026-11-22T03:12:05.400000+00:00"])
    end_ts: Moment = Field(examples=["2026-11-22T03:12:11.600000+00:00"])
    duration_s: float = Field(examples=[6.2])
    category: str = Field(examples=["video"])
    type: str = Field(examples=["freeze"])
    severity: Severity = Field(examples=["Média (B)"])
    confidence: float = Field(examples=[0.97])
    evidence: EvidenceRead
    created_at: Moment = Field(examples=["2026-11-22T03:12:08.100000+00:00"])
    channel: str = Field(examples=["tv1"])
    uid: str = Field(examples=["0d9f6b0e-5d0c-5b1e-9a53-6c1d1a2b3c4d"])
    status: Status = Field(examples=["encerrada"])
    ack: AckRead | None = None
    edited: EditRead | None = None
    version: int = Field(description="grows by one with each event of the occurrence", examples=[4])


def read(state: Ocorrencia) -> OcorrenciaRead:
    """Return an occurrence as clients read it."""
    evidence = state.evidence
    return OcorrenciaRead(
        id=state.id,
        start_ts=state.start_ts,
        end_ts=state.end_ts,
        duration_s=round(state.duration_s, 3),
        category=state.category,
        type=state.type,
        severity=state.severity,
        confidence=state.confidence,
        evidence=EvidenceRead(
            clip_path=address(evidence.clip_path),
            clip_duration_s=evidence.clip_duration_s,
            thumbnail_path=address(evidence.thumbnail_path),
            original_filename=evidence.original_filename,
            event_window=evidence.event_window,
            model=evidence.model,
            human_description=evidence.human_description,
        ),
        created_at=state.created_at,
        channel=state.channel,
        uid=state.uid,
        status=state.status,
        ack=_ack(state.ack),
        edited=_edit(state.edited),
        version=state.version,
    )


def address(name: str | None) -> str | None:
    """Return where a file of evidence is served."""
    return None if name is None else f"/clips/{name}"


def _ack(ack: Ack | None) -> AckRead | None:
    return AckRead(by=ack.by, at=ack.at, comment=ack.comment, name=ack.name) if ack is not None else None


def _edit(edit: Edit | None) -> EditRead | None:
    return EditRead(by=edit.by, at=edit.at, fields=list(edit.fields)) if edit is not None else None
