"""A seeded stream of occurrence events as stages and people write them: lives, repeats, refused commands."""

import random
from datetime import UTC, datetime, timedelta
from uuid import UUID

from schemas.events import (
    EvidenceAttached,
    OcorrenciaAcknowledged,
    OcorrenciaClosed,
    OcorrenciaDeleted,
    OcorrenciaEdited,
    OcorrenciaEscalated,
    OcorrenciaOpened,
)
from schemas.events.ocorrencias import Changes, Evidence, Fault, OcorrenciaEvent, Why
from schemas.faults import FAULTS
from schemas.severity import severity_of

CHANNELS = tuple(f"stress{number}" for number in range(20))
TYPES = tuple(FAULTS)
START = datetime(2026, 11, 22, tzinfo=UTC)
WHY = Why(reason="made up", onset_s=1.0, clear_s=1.0)
# Of a hundred events: an output written again after a crash, and a command to one of the oldest.
REPEATED, OF_OLD = 4, 3


class Lives:
    """Occurrences that open, grow, close, are worked on; each `next` is an event in one of their lives."""

    def __init__(self, seed: int, channels: tuple[str, ...] = CHANNELS) -> None:
        """Begin with none."""
        self._random = random.Random(seed)
        self._channels = channels
        self._open: list[tuple[str, Fault, str]] = []
        self._done: list[tuple[str, Fault, str]] = []
        self._past: list[OcorrenciaEvent] = []
        self._clock = START

    def next(self) -> OcorrenciaEvent:
        """Return what happens next."""
        event = self._happening(self._random.randrange(100))
        self._past = [*self._past[-199:], event]
        return event

    def _happening(self, dice: int) -> OcorrenciaEvent:
        if dice < REPEATED and self._past:
            return self._random.choice(self._past)
        if dice < REPEATED + OF_OLD and self._done:
            return self._command(self._random.choice(self._done[:50]))
        if dice < 45 or not self._open:
            return self._opened()
        if dice < 60:
            return self._command(self._random.choice(self._open + self._done[-50:]))
        channel, fault, uid = self._open.pop(self._random.randrange(len(self._open)))
        if dice < 70:
            longer = _lasting(fault, fault.duration_s + 4.0)
            self._open.append((channel, longer, uid))
            return OcorrenciaEscalated(
                channel=channel, uid=uid, fault=longer, previous_severity=fault.severity, why=WHY
            )
        if dice < 75:
            self._open.append((channel, fault, uid))
            return self._evidence(channel, uid, final=False)
        self._done.append((channel, fault, uid))
        if dice < 85:
            return self._evidence(channel, uid, final=True)
        return OcorrenciaClosed(
            channel=channel, uid=uid, fault=_lasting(fault, fault.duration_s + 1), why=WHY
        )

    def _opened(self) -> OcorrenciaEvent:
        self._clock += timedelta(seconds=self._random.random())
        channel, uid = self._random.choice(self._channels), self._uuid()
        kind = FAULTS[self._random.choice(TYPES)]
        fault = _lasting(
            Fault(
                type=kind.name,
                category=kind.category,
                severity=severity_of(1.0),
                confidence=0.9,
                start_ts=self._clock,
                end_ts=self._clock,
                duration_s=0.0,
            ),
            1.2,
        )
        self._open.append((channel, fault, uid))
        return OcorrenciaOpened(channel=channel, uid=uid, fault=fault, why=WHY)

    def _command(self, known: tuple[str, Fault, str]) -> OcorrenciaEvent:
        channel, _, uid = known
        dice = self._random.randrange(10)
        # Some are for another version, and change nothing.
        if_version = self._random.choice((None, None, 1, 2, 3))
        command = self._uuid()
        if dice < 5:
            return OcorrenciaAcknowledged(
                channel=channel, uid=uid, command_id=command, by="stress", at=self._clock,
                comment="seen", if_version=if_version,
            )  # fmt: skip
        if dice < 9:
            return OcorrenciaEdited(
                channel=channel, uid=uid, command_id=command, by="stress", at=self._clock,
                changes=Changes(human_description=f"é {command}"), if_version=if_version,
            )  # fmt: skip
        return OcorrenciaDeleted(
            channel=channel, uid=uid, command_id=command, by="stress", at=self._clock, if_version=if_version
        )

    def _evidence(self, channel: str, uid: str, *, final: bool) -> EvidenceAttached:
        name = f"{uid}-{'final' if final else 'first'}"
        return EvidenceAttached(
            channel=channel,
            uid=uid,
            evidence=Evidence(clip_path=f"{name}.mp4", clip_duration_s=9.5, thumbnail_path=f"{name}.jpg"),
            clip_start=self._clock,
            final=final,
        )

    def _uuid(self) -> str:
        return str(UUID(int=self._random.getrandbits(128), version=4))


def _lasting(fault: Fault, duration_s: float) -> Fault:
    return Fault(
        type=fault.type,
        category=fault.category,
        severity=severity_of(duration_s),
        confidence=fault.confidence,
        start_ts=fault.start_ts,
        end_ts=fault.start_ts + timedelta(seconds=duration_s),
        duration_s=duration_s,
    )
