"""Coverage and statistics in a real database: however the log is cut and interleaved, the same rows."""

import random
import threading
import uuid
from collections.abc import Sequence
from datetime import timedelta

import msgspec
import pytest
from confluent_kafka import TopicPartition
from confluent_kafka.admin import AdminClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, select, text

from infra.dead_letter import DeadLetters
from infra.kafka import Publisher
from infra.topics import create_missing
from projections.coverage import Coverage
from projections.gathering import gathering
from projections.projection import Placed, Projection, Values
from projections.projector import Projector
from projections.rebuild import Rebuild, Wish
from projections.source import KafkaSource, Partition
from projections.statistics import Statistics
from projections.verify import verify
from schemas.events import (
    AudioMeasured,
    Event,
    OcorrenciaAcknowledged,
    OcorrenciaDeleted,
    OcorrenciaEdited,
    SegmentRecorded,
    VideoMeasured,
)
from schemas.events.ocorrencias import Changes
from schemas.severity import Severity
from schemas.topics import DETECTIONS, OCORRENCIAS, SEGMENTS, STREAM_STATUS, Topic, dead_letters
from tests.alarms import Alarm
from tests.watching import T0, after, enveloped, measured, recorded, status

CHANNELS = ("tv1", "tv2")
FAULTS = ("fade", "freeze", "ausencia_audio", "sem_sinal")
LENGTH_S = 150


def log_of(seed: int) -> list[list[Placed]]:
    """Return partitions of a log: watching with holes, troubles, stops, alarms commands; repeats."""
    chance = random.Random(seed)
    partitions: list[tuple[str, list[Event]]] = [(OCORRENCIAS.name, _alarms(chance))]
    for channel in CHANNELS:
        missed = {name: _some(chance) for name in ("segments", "video", "audio")}
        seconds = range(LENGTH_S)
        partitions += [
            (
                f"{SEGMENTS.name} {channel}",
                [recorded(at, channel=channel) for at in seconds if at not in missed["segments"]],
            ),
            (
                f"{DETECTIONS.name} {channel}",
                [
                    measured(kind, at, channel=channel)
                    for at in seconds
                    for kind, name in ((VideoMeasured, "video"), (AudioMeasured, "audio"))
                    if at not in missed[name]
                ],
            ),
            (f"{STREAM_STATUS.name} {channel}", _statuses(chance, channel)),
        ]
    return [
        [
            Placed(partition=Partition(name, 0), offset=offset, envelope=enveloped(event))
            for offset, event in enumerate(_stammered(chance, events))
        ]
        for name, events in partitions
    ]


def _some(chance: random.Random) -> set[int]:
    start = chance.randrange(LENGTH_S)
    return set(range(start, start + chance.randrange(60)))


def _stammered(chance: random.Random, events: Sequence[Event]) -> list[Event]:
    said: list[Event] = []
    for event in events:
        said.append(event)
        if chance.random() < 0.05:
            said.append(chance.choice(said))
    return said


def _statuses(chance: random.Random, channel: str) -> list[Event]:
    at, told = 0.0, list[Event]()
    while at < LENGTH_S:
        state = chance.choice(("running", "trouble", "stopped", "connecting"))
        told.append(status(state, at, at - chance.randrange(40), channel))  # type: ignore[arg-type]
        at += chance.randrange(2, 40)
    return told


def _alarms(chance: random.Random) -> list[Event]:
    lives: list[list[Event]] = []
    for number in range(8):
        alarm = Alarm(
            channel=chance.choice(CHANNELS),
            kind=chance.choice(FAULTS),
            start=after(chance.uniform(0, LENGTH_S)),
            number=number,
        )
        life: list[Event] = [alarm.opened()]
        if chance.random() < 0.8:
            life.append(alarm.closed(chance.uniform(0.2, 120)))
        life += chance.sample(_commands(alarm, chance), chance.randrange(4))
        lives.append(life)
    told: list[Event] = []
    while any(lives):
        told.append(chance.choice([each for each in lives if each]).pop(0))
    return told


def _commands(alarm: Alarm, chance: random.Random) -> list[Event]:
    lasted = chance.uniform(1, 90)
    changes = Changes(
        type="bloco",
        severity=Severity.GRAVE,
        duration_s=lasted,
        end_ts=alarm.start + timedelta(seconds=lasted),
    )
    seen_at = T0 + timedelta(seconds=chance.randrange(900))
    channel, uid = alarm.channel, alarm.uid
    return [
        OcorrenciaEdited(channel=channel, uid=uid, by="ana", command_id="e", at=T0, changes=changes),
        OcorrenciaAcknowledged(channel=channel, uid=uid, by="ana", command_id="a", at=seen_at),
        OcorrenciaDeleted(channel=channel, uid=uid, by="ana", command_id="d", at=T0),
    ]


def rows_of(engine: Engine, projection: Projection) -> list[list[Values]]:
    with engine.connect() as connection:
        return [
            in_order(row._asdict() for row in connection.execute(select(each.table(projection.version))))
            for each in projection.kept
        ]


def in_order(rows: object) -> list[Values]:
    return sorted(map(dict, rows), key=lambda row: [str(value) for value in row.values()])  # type: ignore[call-overload]


def emptied(engine: Engine, projection: Projection) -> None:
    with engine.begin() as connection:
        names = ", ".join(each.table(projection.version).name for each in projection.kept)
        connection.execute(text(f"TRUNCATE {names}"))


def project(engine: Engine, projection: Projection, log: list[list[Placed]], seed: int) -> None:
    """Apply a log in batches of any size, in pieces or whole, its partitions interleaved anyhow."""
    chance = random.Random(seed)
    left = [list(partition) for partition in log]
    while any(left):
        batch: list[Placed] = []
        for _ in range(chance.randrange(1, 4)):
            partition = chance.choice([each for each in left if each] or [[]])
            size = chance.choice((1, 30, 400))
            batch += partition[:size]
            del partition[:size]
        taken = gathering(projection)
        cut = chance.randrange(len(batch) + 1)
        taken.add(batch[:cut])
        taken.add(batch[cut:])
        taken.close()
        with engine.begin() as connection:
            if chance.random() < 0.5:
                taken.apply(connection)
            else:
                projection.apply(connection, batch)


def folded(projection: Projection, log: list[list[Placed]]) -> list[list[Values]]:
    return [in_order(each) for each in projection.folded([placed for part in log for placed in part])]


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32), way=st.integers(0, 2**32))
def test_any_interleaving_and_any_cut_give_the_rows_of_the_fold(engine: Engine, seed: int, way: int) -> None:
    log = log_of(seed)
    for projection in (Coverage(), Statistics()):
        emptied(engine, projection)
        project(engine, projection, log, way)
        assert rows_of(engine, projection) == folded(projection, log)


def test_the_same_log_once_more_changes_nothing(engine: Engine) -> None:
    log = log_of(7)
    for projection in (Coverage(), Statistics()):
        project(engine, projection, log, 7)
        before = rows_of(engine, projection)
        project(engine, projection, log, 8)
        assert rows_of(engine, projection)[0] == before[0]


@pytest.fixture
def topics(kafka: str) -> tuple[Topic, ...]:
    """Return topics of this test's own, of the form of those that coverage reads."""
    own = tuple(
        msgspec.structs.replace(
            each, name=f"test-{uuid.uuid4()}.{each.name}", partitions=min(each.partitions, 2)
        )
        for each in (DETECTIONS, SEGMENTS, STREAM_STATUS, OCORRENCIAS)
    )
    create_missing(kafka, topics=(*own, *map(dead_letters, own)))
    return own


def of_coverage(kafka: str, engine: Engine, topics: tuple[Topic, ...]) -> tuple[Projector, KafkaSource]:
    source = KafkaSource(kafka, "test-coverage")
    letters = DeadLetters(kafka, "test-coverage")
    return Projector(Coverage(topics), engine, source, letters, stopping=threading.Event()), source


def test_rebuilt_coverage_is_the_same_and_is_what_the_log_says(
    kafka: str, engine: Engine, topics: tuple[Topic, ...]
) -> None:
    publisher = Publisher(kafka, "test")
    for partition in log_of(3):
        for placed in partition:
            event = placed.envelope.event
            publisher.send(next(each for each in topics if isinstance(event, each.events)), event)
    publisher.flush()
    live, source = of_coverage(kafka, engine, topics)
    live.begin()
    live.go_on(
        {partition: bounds.high for topic in topics for partition, bounds in source.bounds(topic).items()}
    )
    source.close()

    rebuilt = Rebuild(
        lambda version: Coverage(topics, version),
        engine,
        KafkaSource(kafka, "test-coverage-rebuild"),
        Wish(),
        tell=lambda done, total: None,
        stopping=threading.Event(),
    ).run()
    log = KafkaSource(kafka, "test-coverage-verify")
    verified = verify(
        lambda version: Coverage(topics, version),
        engine,
        log,
        buried={},
        tell=lambda done, total: None,
        stopping=threading.Event(),
    )
    log.close()

    assert rebuilt.comparison is not None
    assert (rebuilt.version, rebuilt.swapped, rebuilt.comparison.different) == (2, True, 0)
    assert (verified.version, verified.comparison.different) == (2, 0)
    # Minutes, stops and occurrences.
    assert verified.comparison.rows > 12


def test_projector_goes_on_where_retention_has_passed_its_position(
    kafka: str, engine: Engine, topics: tuple[Topic, ...]
) -> None:
    segments = next(each for each in topics if SegmentRecorded in each.events)
    early, source = of_coverage(kafka, engine, topics)
    early.begin()
    source.close()
    Publisher(kafka, "test").publish(segments, [recorded(at) for at in range(5)])
    late, source = of_coverage(kafka, engine, topics)
    where = next(
        TopicPartition(partition.topic, partition.number, 3)
        for partition, bounds in source.bounds(segments).items()
        if bounds.high == 5
    )
    # Kept in a name: what it has not answered yet is lost with it.
    admin = AdminClient({"bootstrap.servers": kafka})
    for deleted in admin.delete_records([where]).values():
        deleted.result()

    late.begin()

    assert late.at[Partition(where.topic, where.partition)] == 3
    late.go_on({**late.at, Partition(where.topic, where.partition): 5})
    source.close()
    assert [row["picture"] for row in rows_of(engine, Coverage(topics))[0]] == [0b11000]
