"""A seeded log of occurrences for `benchmarks.projector`, as decisions, evidence and people write it."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from schemas.events import (
    EvidenceAttached,
    OcorrenciaAcknowledged,
    OcorrenciaClosed,
    OcorrenciaEscalated,
    OcorrenciaOpened,
)
from schemas.events.detections import ModelUsed
from schemas.events.media import SegmentRef
from schemas.events.ocorrencias import Evidence, Fault, OcorrenciaEvent, Why
from schemas.faults import FAULTS
from schemas.identity import fact_id
from schemas.severity import severity_of

CHANNELS = tuple(f"tv{number:03}" for number in range(200))
START = datetime(2026, 11, 1, tzinfo=UTC)
# Occurrences whose events lie among each other: what a few hundred channels have open at once.
AT_ONCE = 300
# Shares of the occurrences that last long enough for another grade, and that somebody acknowledges.
ESCALATES, ACKNOWLEDGED = 0.6, 0.4
# Of all events: written again by a stage that was killed before it had noted its output.
REPEATED = 0.005
MODEL = ModelUsed(name="video", version="3", sha256="5f" * 32)


def events(count: int, seed: int) -> Iterator[OcorrenciaEvent]:
    """Yield so many events in the order of a log."""
    rng = random.Random(seed)
    lives: list[list[OcorrenciaEvent]] = []
    number = made = 0
    while made < count:
        while len(lives) < AT_ONCE:
            lives.append(_life(number, rng)[::-1])
            number += 1
        chosen = rng.randrange(len(lives))
        event = lives[chosen].pop()
        if not lives[chosen]:
            lives[chosen] = lives[-1]
            lives.pop()
        yield event
        made += 1
        if made < count and rng.random() < REPEATED:
            yield event
            made += 1


def _life(number: int, rng: random.Random) -> list[OcorrenciaEvent]:
    """Return all events of one occurrence: opened, first evidence, grades, acknowledged, closed, evidence."""
    channel, kind = rng.choice(CHANNELS), rng.choice(tuple(FAULTS))
    start = START + timedelta(seconds=number * 2, microseconds=rng.randrange(10**6))
    uid = fact_id("projector benchmark", channel, kind, number)
    lasting = rng.choice((1.4, 3.2, 6.5, 9.0, 14.8, 75.0))
    first = _fault(kind, start, 1.2, rng)
    life: list[OcorrenciaEvent] = [
        OcorrenciaOpened(channel=channel, uid=uid, fault=first, why=_why(channel, start, rng)),
        _evidence(channel, uid, start, final=False),
    ]
    if rng.random() < ESCALATES:
        life.append(
            OcorrenciaEscalated(
                channel=channel,
                uid=uid,
                fault=_fault(kind, start, 5.2, rng),
                previous_severity=first.severity,
                why=_why(channel, start, rng),
            )
        )
    if rng.random() < ACKNOWLEDGED:
        life.append(
            OcorrenciaAcknowledged(
                channel=channel,
                uid=uid,
                command_id=f"ack {number}",
                by="operador",
                at=start + timedelta(seconds=30),
                comment="seen, the studio is told",
            )
        )
    fault = _fault(kind, start, max(lasting, 5.4), rng)
    life.append(OcorrenciaClosed(channel=channel, uid=uid, fault=fault, why=_why(channel, start, rng)))
    life.append(_evidence(channel, uid, start, final=True))
    return life


def _fault(kind: str, start: datetime, duration_s: float, rng: random.Random) -> Fault:
    return Fault(
        type=kind,
        category=FAULTS[kind].category,
        severity=severity_of(duration_s),
        confidence=rng.random(),
        start_ts=start,
        end_ts=start + timedelta(seconds=duration_s),
        duration_s=duration_s,
    )


def _why(channel: str, start: datetime, rng: random.Random) -> Why:
    epoch = "20261031T235958.417Z"
    seq = rng.randrange(100_000)
    return Why(
        reason="the score has been above 0.6 for 1.2 s",
        model=MODEL,
        threshold=0.6,
        moving_avg_m=5,
        vote_k=3,
        onset_s=1.0,
        clear_s=1.0,
        segment=SegmentRef(
            channel=channel,
            epoch=epoch,
            seq=seq,
            uri=f"media://{channel}/{epoch}/{seq:09}.ts",
            size=751_060,
            sha256="c0" * 32,
            start=start,
            start_pts=seq * 90_000,
            duration_s=1.0,
        ),
        window_at=tuple(start + timedelta(seconds=0.2 * each) for each in range(5)),
        window_scores=tuple(round(rng.random(), 4) for _ in range(5)),
    )


def _evidence(channel: str, uid: str, start: datetime, *, final: bool) -> EvidenceAttached:
    name = f"{uid}-{'final' if final else 'first'}"
    return EvidenceAttached(
        channel=channel,
        uid=uid,
        evidence=Evidence(
            clip_path=f"{name}.mp4",
            clip_duration_s=9.52,
            thumbnail_path=f"{name}.jpg",
            event_window=(3.0, 6.5),
        ),
        clip_start=start - timedelta(seconds=3),
        final=final,
        segments=tuple(f"media://{channel}/{number:09}.ts" for number in range(4)),
    )
