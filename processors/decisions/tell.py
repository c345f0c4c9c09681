"""From a change to the event that tells of it, with the whole state and why."""

import msgspec

from processors.decisions.rule import Rule
from processors.decisions.track import Alarm, Change, Closed, Escalated, Opened, Sample
from schemas.events import OcorrenciaClosed, OcorrenciaEscalated, OcorrenciaOpened
from schemas.events.detections import ModelUsed
from schemas.events.media import SegmentRef
from schemas.events.ocorrencias import Fault, OcorrenciaEvent, Why
from schemas.faults import FAULTS
from schemas.identity import fact_id


class Because(msgspec.Struct, frozen=True, kw_only=True):
    """What a change rests on."""

    rule: Rule
    reason: str = ""
    model: ModelUsed | None = None
    segment: SegmentRef | None = None
    window: tuple[Sample, ...] = ()


def told(channel: str, change: Change, *, because: Because) -> OcorrenciaEvent:
    """Return the event of a change of ``because.rule.fault`` on a channel."""
    fault = _fault(because.rule.fault, change)
    uid = occurrence_uid(channel, fault.type, change.alarm)
    why = _why(change, because)
    match change:
        case Opened():
            return OcorrenciaOpened(channel=channel, uid=uid, fault=fault, why=why)
        case Escalated():
            return OcorrenciaEscalated(
                channel=channel, uid=uid, fault=fault, previous_severity=change.previous, why=why
            )
        case Closed():
            return OcorrenciaClosed(channel=channel, uid=uid, fault=fault, why=why)


def occurrence_uid(channel: str, fault: str, alarm: Alarm) -> str:
    """Return the id of an occurrence: channel, type and where on the media's time line it began."""
    return fact_id("ocorrencia", channel, fault, alarm.start.isoformat())


def _fault(name: str, change: Change) -> Fault:
    alarm = change.alarm
    return Fault(
        type=name,
        category=FAULTS[name].category,
        severity=alarm.severity,
        confidence=round(alarm.confidence, 4),
        start_ts=alarm.start,
        end_ts=change.end,
        duration_s=round((change.end - alarm.start).total_seconds(), 3),
    )


def _why(change: Change, because: Because) -> Why:
    rule = because.rule
    return Why(
        reason=because.reason or _in_words(change, rule),
        model=because.model,
        threshold=rule.threshold if because.model else None,
        moving_avg_m=rule.moving_avg_m if because.model else None,
        vote_k=rule.vote_k if because.model else None,
        onset_s=rule.onset_s,
        clear_s=rule.clear_s,
        segment=because.segment,
        window_at=tuple(sample.at for sample in because.window),
        window_scores=tuple(sample.score for sample in because.window),
    )


def _in_words(change: Change, rule: Rule) -> str:
    match change:
        case Opened():
            return f"{rule.fault} at {rule.threshold:g} or above for {rule.onset_s:g} s"
        case Escalated():
            return f"{rule.fault} goes on: {change.previous} -> {change.alarm.severity}"
        case Closed():
            return f"{rule.fault} below {rule.threshold:g} for {rule.clear_s:g} s"
