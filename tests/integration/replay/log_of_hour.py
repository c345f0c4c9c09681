"""Ten minutes of a channel in the log, an hour ago: measures, statuses, and what the live stage told."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import msgspec

from benchmarks.measured_day import write
from processors.decisions.channel import ChannelState, decide
from processors.decisions.rules import Rules
from schemas.events import AudioMeasured, Event, StreamStatusChanged, VideoMeasured
from schemas.topics import DETECTIONS, OCORRENCIAS, STREAM_STATUS
from tests.unit.processors.decisions.deciding import RULES
from tests.unit.processors.decisions.log_of import T0, pictures, sounds, status
from tests.unit.processors.replay.in_memory import written_at

LENGTH_S = 600
START = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)


def air(second: float) -> datetime:
    """Return when a second of the programme was on air."""
    return START + timedelta(seconds=second)


def programme(channel: str) -> list[Event]:
    """Black for 20 s, a still of 4 s, a wavering half minute, a silence, and 10 s without signal."""
    black = on_air(5, (60, 80, "#"))
    still = on_air(5, (200, 204, "#"), (300, 330, "?"))
    silence = on_air(2, (400, 407, "#"))
    media = [
        each
        for each in [*pictures(fade=black, freeze=still), *sounds(ausencia_audio=silence)]
        if not 500 <= (each.segment.start - T0).total_seconds() < 510
    ]
    lost: list[Event] = [status(500.5 + n, "trouble", 500, "no_data") for n in range(10)]
    lost.append(status(510.6, "running", 510))
    return sorted((of(channel, each) for each in [*media, *lost]), key=written_at)


def on_air(rate: int, *faults: tuple[int, int, str]) -> str:
    signs = ["."] * (LENGTH_S * rate)
    for begin, end, sign in faults:
        signs[begin * rate : end * rate] = sign * ((end - begin) * rate)
    return "".join(signs)


def of(channel: str, event: Event) -> Event:
    """Return an event of ``log_of`` as one of a channel, an hour ago."""
    by = START - T0
    if isinstance(event, StreamStatusChanged):
        return msgspec.structs.replace(
            event, channel=channel, since=event.since + by, observed_at=event.observed_at + by
        )
    assert isinstance(event, VideoMeasured | AudioMeasured)
    segment = event.segment
    epoch = START.strftime("%Y%m%dT%H%M%S.000Z")
    moved = msgspec.structs.replace(segment, channel=channel, start=segment.start + by, epoch=epoch)
    return msgspec.structs.replace(event, channel=channel, segment=moved)


def told_live(events: Sequence[Event], rules: Rules = RULES) -> list[tuple[Event, datetime]]:
    """Return what the live stage tells of events, each with when."""
    state, told = ChannelState(), list[tuple[Event, datetime]]()
    for event in events:
        state, new = decide(state, event, rules)
        told += [(each, written_at(event)) for each in new]
    return told


def put_into_the_log(servers: str, channel: str) -> int:
    """Write all of it, stamped with when it was on air; return how many occurrence events there are."""
    events = programme(channel)
    measures = [(each, written_at(each)) for each in events if not isinstance(each, StreamStatusChanged)]
    statuses = [(each, written_at(each)) for each in events if isinstance(each, StreamStatusChanged)]
    told = told_live(events)
    write(servers, DETECTIONS, measures, "video")
    write(servers, STREAM_STATUS, statuses, "producers")
    return write(servers, OCORRENCIAS, told, "decisions")
