"""A replay without a broker: the same steps over events at hand."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from processors.decisions.channel import ChannelState, decide
from processors.decisions.rules import Rules
from processors.replay.again import Again
from processors.replay.asked import LEAD_S, TAIL_S
from processors.replay.difference import Difference, compared
from processors.replay.logged import by_uid, spans, told_by
from processors.replay.records import Read
from processors.replay.warm import warm_start
from schemas.envelope import Envelope, event_id
from schemas.events import AudioMeasured, Event, StreamStatusChanged, VideoMeasured
from schemas.faults import FAULTS
from tests.unit.processors.decisions.deciding import RULES


def read(event: Event, offset: int, at: datetime) -> Read:
    envelope = Envelope(id=event_id(event), type=event.TYPE, source="test", time=at, event=event)
    return Read(at.timestamp(), offset, envelope)


def live(events: Sequence[Event], rules: Rules = RULES) -> list[Event]:
    """Return what the live stage tells."""
    state, told = ChannelState(), list[Event]()
    for event in events:
        state, new = decide(state, event, rules)
        told += new
    return told


def written_at(event: Event) -> datetime:
    """Return about when an event of media or of a status is written."""
    if isinstance(event, StreamStatusChanged):
        return event.observed_at
    assert isinstance(event, VideoMeasured | AudioMeasured)
    return event.segment.end


def replayed(
    events: Sequence[Event],
    told: Sequence[Event],
    since: datetime,
    until: datetime,
    rules: Rules = RULES,
    *,
    lead_s: float = LEAD_S,
) -> tuple[Difference, ...]:
    """Return how a replay of a window by ``rules`` differs from what was ``told``; of channel tv1."""
    log = by_uid(read(event, offset, since) for offset, event in enumerate(told))
    start = warm_start(since, timedelta(seconds=lead_s), spans(log).get("tv1", ()))
    again = Again("tv1", until + timedelta(seconds=TAIL_S))
    for event in events:
        if written_at(event) >= start:
            again.take(event, rules)
    horizon = {("tv1", name): again.horizon_of(fault.category) for name, fault in FAULTS.items()}
    return compared(told_by(log, horizon), again.told(rules), since, until)
