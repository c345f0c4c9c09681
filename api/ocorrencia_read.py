"""An occurrence as clients read it; its names are kept for the clients of the original backend."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, PlainSerializer

from schemas.faults import Category
from schemas.ocorrencia import Ocorrencia, Status
from schemas.severity import Severity


def _with_offset(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()


Moment = Annotated[AwareDatetime, PlainSerializer(_with_offset, return_type=str, when_used="json")]
"""UTC as ISO 8601 with offset (``+00:00``, which every client's parser takes)."""


class EvidenceRead(BaseModel):
    """What can be shown of an occurrence."""

    clip_path: str | None = Field(None, description="address of the clip, playable by a video tag")
    clip_duration_s: float | None = None
    thumbnail_path: str | None = Field(None, description="address of a picture of the fault")
    original_filename: str | None = None
    event_window: tuple[float, float] | None = Field(
        None, description="start and end of the fault in seconds of the clip"
    )
    model: str | None = Field(None, description="name of the model that decided; none for a lost signal")
    human_description: str | None = None


class AckRead(BaseModel):
    """Who has acknowledged an occurrence."""

    by: str
    at: Moment
    comment: str | None = None


class OcorrenciaRead(BaseModel):
    """An occurrence. While it is open, ``end_ts`` and ``duration_s`` tell of its latest event."""

    model_config = ConfigDict(frozen=True)

    id: int
    start_ts: Moment
    end_ts: Moment
    duration_s: float
    category: Category
    type: str
    severity: Severity
    confidence: float
    evidence: EvidenceRead
    created_at: Moment
    channel: str
    uid: str
    status: Status
    ack: AckRead | None = None
    version: int = Field(description="grows by one with each event of the occurrence")


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
            clip_path=_address(evidence.clip_path),
            clip_duration_s=evidence.clip_duration_s,
            thumbnail_path=_address(evidence.thumbnail_path),
            original_filename=evidence.original_filename,
            event_window=evidence.event_window,
            model=evidence.model,
            human_description=evidence.human_description,
        ),
        created_at=state.created_at,
        channel=state.channel,
        uid=state.uid,
        status=state.status,
        version=state.version,
    )


def _address(name: str | None) -> str | None:
    return None if name is None else f"/clips/{name}"
