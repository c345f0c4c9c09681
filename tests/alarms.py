"""Made-up alarms for tests: the events of an occurrence's life, as decisions and evidence write them."""

import itertools
from datetime import UTC, datetime, timedelta

from schemas.events import (
    EvidenceAttached,
    OcorrenciaClosed,
    OcorrenciaEscalated,
    OcorrenciaOpened,
)
from schemas.events.ocorrencias import Evidence, Fault, Why
from schemas.faults import FAULTS
from schemas.identity import fact_id
from schemas.severity import severity_of

START = datetime(2026, 11, 22, 3, 12, 0, 400_000, tzinfo=UTC)
WHY = Why(reason="luma below 16 for 1.2 s", onset_s=1.0, clear_s=1.0)

_numbers = itertools.count()


class Alarm:
    """One occurrence; each method is the next event of its life."""

    def __init__(
        self, channel: str = "tv1", kind: str = "fade", start: datetime = START, number: int | None = None
    ) -> None:
        """Choose what it is about; ``number`` makes it another one (default: never made before)."""
        self.channel, self.kind, self.start = channel, kind, start
        self.uid = fact_id(channel, kind, next(_numbers) if number is None else f"given {number}")

    def opened(self, duration_s: float = 1.2) -> OcorrenciaOpened:
        """It counts."""
        return OcorrenciaOpened(channel=self.channel, uid=self.uid, fault=self.fault(duration_s), why=WHY)

    def escalated(self, duration_s: float = 5.2) -> OcorrenciaEscalated:
        """It is graver now."""
        return OcorrenciaEscalated(
            channel=self.channel,
            uid=self.uid,
            fault=self.fault(duration_s),
            previous_severity=severity_of(1.0),
            why=WHY,
        )

    def attached(self, final: bool = False) -> EvidenceAttached:
        """There is something to see."""
        name = f"{self.uid}-{'final' if final else 'first'}"
        return EvidenceAttached(
            channel=self.channel,
            uid=self.uid,
            evidence=Evidence(
                clip_path=f"{name}.mp4",
                clip_duration_s=9.5,
                thumbnail_path=f"{name}.jpg",
                event_window=(3.0, 6.5),
            ),
            clip_start=self.start - timedelta(seconds=3),
            final=final,
        )

    def closed(self, duration_s: float = 7.4) -> OcorrenciaClosed:
        """It is over."""
        return OcorrenciaClosed(channel=self.channel, uid=self.uid, fault=self.fault(duration_s), why=WHY)

    def life(self) -> tuple[OcorrenciaOpened, OcorrenciaEscalated, EvidenceAttached, OcorrenciaClosed]:
        """Return all of it, in order."""
        return self.opened(), self.escalated(), self.attached(), self.closed()

    def fault(self, duration_s: float) -> Fault:
        """Return what decisions know after so many seconds."""
        return Fault(
            type=self.kind,
            category=FAULTS[self.kind].category,
            severity=severity_of(duration_s),
            confidence=0.97,
            start_ts=self.start,
            end_ts=self.start + timedelta(seconds=duration_s),
            duration_s=duration_s,
        )
