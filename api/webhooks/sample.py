"""What a webhook is sent to try it out: a message like any other, of a type of its own."""

from datetime import datetime, timedelta
from typing import Literal

from pydantic import BaseModel

from api.ocorrencia_read import EvidenceRead, OcorrenciaRead
from schemas.severity import severity_of

DURATION_S = 4.0


class Sample(BaseModel):
    """The form of a message, with a type that no real one has."""

    type: Literal["teste"] = "teste"
    data: OcorrenciaRead
    cursor: int = -1


def sample(now: datetime) -> Sample:
    """Return a message about an occurrence that never was, just now."""
    start = now - timedelta(seconds=DURATION_S)
    return Sample(
        data=OcorrenciaRead(
            id=0,
            start_ts=start,
            end_ts=now,
            duration_s=DURATION_S,
            category="video",
            type="fade",
            severity=severity_of(DURATION_S),
            confidence=0.97,
            evidence=EvidenceRead(human_description="A sample: nothing has happened."),
            created_at=now,
            channel="exemplo",
            uid="00000000-0000-0000-0000-000000000000",
            status="encerrada",
            version=1,
        )
    )
