"""A small night of television in topics of this room's own, of which every figure can be worked out by hand.

The night, 20 November 2026, UTC; tv1 and tv2 are watched from 03:00 on, tv2 until 03:50:

    tv1  fade       03:10:00 to 03:10:30  told 03:10:01, acknowledged 20 s later; its opening is written twice
    tv1  freeze     03:10:20 to 03:10:50  never acknowledged
    tv1  bloco      03:30:00 to 03:31:00  deleted: there was nothing
    tv1  fade       04:05:00 to 04:05:10  told 04:05:01, acknowledged 40 s later
    tv2  sem_sinal  03:20:00 to 03:21:00  no data, as the status says too
    tv2  borrado    03:45:00 and still open
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient

from infra.kafka import writer_config
from infra.topics import create_missing
from schemas.envelope import Headers, encode
from schemas.events import (
    Event,
    OcorrenciaAcknowledged,
    OcorrenciaClosed,
    OcorrenciaDeleted,
    OcorrenciaOpened,
    StreamStatusChanged,
)
from schemas.events.ocorrencias import Fault, Why
from schemas.events.streams import State, Trouble
from schemas.identity import fact_id
from schemas.severity import severity_of
from schemas.topics import OCORRENCIAS, STREAM_STATUS

WHY = Why(reason="for this test", onset_s=1.0, clear_s=1.0)


class Night(msgspec.Struct, frozen=True, kw_only=True):
    """Where it lies."""

    brokers: str
    alarms: str
    statuses: str
    events: int
    """Events in the topic of alarms; two records of it are none."""


def at(clock: str) -> datetime:
    """Return a time of that night."""
    return datetime.fromisoformat(f"2026-11-20T{clock}+00:00")


def status(
    channel: str, state: State, since: str, trouble: Trouble | None = None, told_after_s: float = 2.0
) -> Event:
    return StreamStatusChanged(
        channel=channel,
        state=state,
        trouble=trouble,
        since=at(since),
        observed_at=at(since) + timedelta(seconds=told_after_s),
    )


def fault(kind: str, start: datetime, duration_s: float) -> Fault:
    return Fault(
        type=kind,
        category="video",
        severity=severity_of(duration_s),
        confidence=0.9,
        start_ts=start,
        end_ts=start + timedelta(seconds=duration_s),
        duration_s=duration_s,
    )


def alarm(
    channel: str, kind: str, start: str, duration_s: float | None, ack_s: float | None = None
) -> list[tuple[Event, datetime]]:
    """Return the events of an alarm and when they are written; it is told a second after it starts."""
    uid, begun = fact_id("night", channel, kind, start), at(start)
    told = begun + timedelta(seconds=1)
    events: list[tuple[Event, datetime]] = [
        (OcorrenciaOpened(channel=channel, uid=uid, fault=fault(kind, begun, 1.0), why=WHY), told)
    ]
    if duration_s is not None:
        over = begun + timedelta(seconds=duration_s)
        events.append(
            (OcorrenciaClosed(channel=channel, uid=uid, fault=fault(kind, begun, duration_s), why=WHY), over)
        )
    if ack_s is not None:
        answered = told + timedelta(seconds=ack_s)
        ack = OcorrenciaAcknowledged(
            channel=channel, uid=uid, command_id=f"ack {uid}", by="ana", at=answered, comment='"já vi", disse'
        )
        events.append((ack, answered))
    return events


def night() -> list[tuple[Event, datetime]]:
    """Return the events of the alarms in the order in which they are written."""
    first = alarm("tv1", "fade", "03:10:00", 30.0, ack_s=20.0)
    struck = alarm("tv1", "bloco", "03:30:00", 60.0)
    deleted = OcorrenciaDeleted(
        channel="tv1",
        uid=fact_id("night", "tv1", "bloco", "03:30:00"),
        command_id="d",
        by="ana",
        at=at("03:32:00"),
    )
    events = [
        *first,
        first[0],
        *alarm("tv1", "freeze", "03:10:20", 30.0),
        *alarm("tv2", "sem_sinal", "03:20:00", 60.0),
        *struck,
        (deleted, at("03:32:00")),
        *alarm("tv2", "borrado", "03:45:00", None),
        *alarm("tv1", "fade", "04:05:00", 10.0, ack_s=40.0),
    ]
    return sorted(events, key=lambda each: each[1])


STATUSES = (
    status("tv1", "running", "03:00:00"),
    status("tv2", "running", "03:00:00"),
    status("tv2", "trouble", "03:20:00", "no_data", 6.0),
    status("tv2", "trouble", "03:20:00", "no_data", 8.0),
    status("tv2", "running", "03:21:00"),
    status("tv2", "stopped", "03:50:00"),
)


@pytest.fixture(scope="session")
def the_night(kafka: str) -> Iterator[Night]:
    """The night in two topics, with a record of a type of a later day and one that is rubbish."""
    alarms = msgspec.structs.replace(OCORRENCIAS, name="examples.ocorrencias")
    statuses = msgspec.structs.replace(STREAM_STATUS, name="examples.stream-status", partitions=3)
    create_missing(kafka, topics=(alarms, statuses))
    producer = Producer(writer_config(kafka, "examples", linger_ms=2))
    for event, time in night():
        write(producer, alarms.name, event, time)
    later: Headers = [("ce_type", b"horus.OcorrenciaForetold.v1"), ("ce_id", b"x"), ("ce_source", b"x")]
    producer.produce(alarms.name, key=b"tv1", value=b'{"channel": "tv1"}', headers=later)
    producer.produce(alarms.name, key=b"tv1", value=b"\xff rubbish")
    for event in STATUSES:
        assert isinstance(event, StreamStatusChanged)
        write(producer, statuses.name, event, event.observed_at)
    assert producer.flush(20) == 0
    yield Night(brokers=kafka, alarms=alarms.name, statuses=statuses.name, events=len(night()))
    admin = AdminClient({"bootstrap.servers": kafka})
    for future in admin.delete_topics([alarms.name, statuses.name]).values():
        future.result(10)


def write(producer: Producer, topic: str, event: Event, time: datetime) -> None:
    """Queue an event as if it was written at a time."""
    encoded = encode(event, source="examples", time=time.astimezone(UTC))
    producer.produce(
        topic,
        key=encoded.key,
        value=encoded.value,
        headers=encoded.headers,
        timestamp=int(time.timestamp() * 1000),
    )
