"""The projector against a real broker and a real database, killed and starved on purpose."""

import multiprocessing
import signal
import threading

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from confluent_kafka import Consumer, Producer, TopicPartition
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import OperationalError

from infra.crash_point import POINTS
from infra.follow import read_all
from infra.kafka import Publisher
from infra.letter_box import letters
from infra.letters import folded as folded_letters
from infra.poison import TooMuchPoison
from projections import migrate
from projections.ocorrencias import folded
from projections.positions import Fenced
from projections.projection import Placed
from projections.source import LostPosition, Partition
from projections.tables import Table
from schemas.topics import Topic
from tests.alarms import Alarm
from tests.integration.projections.running import (
    next_offset,
    projecting,
    projector,
    table,
    wait_until,
)


def publish_lives(kafka: str, topic: Topic, count: int, *, twice: bool = False) -> int:
    publisher = Publisher(kafka, "test")
    events = [event for number in range(count) for event in Alarm(number=number).life()]
    for event in events:
        publisher.send(topic, event)
        if twice:
            publisher.send(topic, event)
    publisher.flush()
    return len(events) * (2 if twice else 1)


def fold_of_the_log(kafka: str, topic: Topic) -> dict[str, object]:
    placed = [
        Placed(partition=Partition(topic.name, 0), offset=message.offset() or 0, envelope=envelope)
        for envelope, message in read_all(kafka, topic)
    ]
    return {row.ocorrencia.uid: row for row in folded({}, placed)[0]}


def test_events_become_rows_whose_ids_are_offsets(kafka: str, topic: Topic, engine: Engine) -> None:
    alarm = Alarm()
    Publisher(kafka, "test").publish(topic, alarm.life())

    with projecting(kafka, engine, topic):
        wait_until(lambda: next_offset(engine) == 4)

    row = table(engine)[alarm.uid]
    assert (row.ocorrencia.id, row.ocorrencia.version, row.last_offset) == (0, 4, 3)
    assert row.ocorrencia.status == "encerrada"
    assert row.ocorrencia.evidence.clip_path == f"{alarm.uid}-first.mp4"


def test_repeated_events_change_nothing(kafka: str, topic: Topic, engine: Engine) -> None:
    written = publish_lives(kafka, topic, 20, twice=True)

    with projecting(kafka, engine, topic):
        wait_until(lambda: next_offset(engine) == written)

    assert {row.ocorrencia.version for row in table(engine).values()} == {4}
    assert table(engine) == fold_of_the_log(kafka, topic)


def test_beginning_that_is_written_again_in_a_later_batch_changes_nothing(
    kafka: str, topic: Topic, engine: Engine
) -> None:
    alarm, other = Alarm(), Alarm()
    publisher = Publisher(kafka, "test")
    publisher.publish(topic, [alarm.opened()])
    with projecting(kafka, engine, topic):
        wait_until(lambda: next_offset(engine) == 1)
        publisher.publish(topic, [alarm.opened(), other.opened(), alarm.closed()])
        wait_until(lambda: next_offset(engine) == 4)

    assert table(engine) == fold_of_the_log(kafka, topic)
    assert table(engine)[alarm.uid].ocorrencia.status == "encerrada"
    assert dead_letters_of(kafka, topic) == []


def project(kafka: str, url: str, topic: Topic) -> None:
    projector(kafka, create_engine(url), topic, threading.Event()).run()


@pytest.mark.parametrize("point", [point for point in POINTS if point.startswith("projector.")])
def test_kill_at_each_point_of_a_batch_loses_and_doubles_nothing(
    kafka: str, topic: Topic, engine: Engine, point: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    producer = Producer({"bootstrap.servers": kafka})
    producer.produce(topic.name, value=b"rubbish")
    producer.flush()
    written = 1 + publish_lives(kafka, topic, 50)
    url = engine.url.render_as_string(hide_password=False)
    monkeypatch.setenv("HORUS_CRASH_AT", point)
    process = multiprocessing.get_context("spawn").Process(target=project, args=(kafka, url, topic))
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL

    with projecting(kafka, engine, topic):
        wait_until(lambda: next_offset(engine) == written)

    assert table(engine) == fold_of_the_log(kafka, topic)
    assert [each.offset for each in folded_letters(letters(kafka, topic))] == [0]


def test_overtaken_process_stops_and_writes_nothing(kafka: str, topic: Topic, engine: Engine) -> None:
    zombie = projector(kafka, engine, topic, threading.Event())
    zombie.begin()
    written = publish_lives(kafka, topic, 3)
    late = zombie._source.read(100, 5.0)
    with projecting(kafka, engine, topic):
        wait_until(lambda: next_offset(engine) == written)

    with pytest.raises(Fenced, match="another process"):
        zombie.take(late)

    assert table(engine) == fold_of_the_log(kafka, topic)


def test_rejected_record_goes_to_the_dead_letters_and_the_rest_goes_on(
    kafka: str, topic: Topic, engine: Engine
) -> None:
    alarm = Alarm()
    producer = Producer({"bootstrap.servers": kafka})
    producer.produce(topic.name, key=b"tv1", value=b"rubbish", headers=[("ce_id", b"\xff\xfe")])
    producer.flush()
    Publisher(kafka, "test").publish(topic, alarm.life())

    with projecting(kafka, engine, topic):
        wait_until(lambda: next_offset(engine) == 5)

    assert set(table(engine)) == {alarm.uid}
    letter = dead_letters_of(kafka, topic)[0]
    assert letter == (b"rubbish", "header ce_id is not UTF-8")


def test_event_that_the_database_refuses_is_buried_alone(kafka: str, topic: Topic, engine: Engine) -> None:
    good, bad = Alarm(), Alarm()
    bad.channel = "tv\0"
    Publisher(kafka, "test").publish(topic, [good.opened(), bad.opened(), good.closed()])

    with projecting(kafka, engine, topic):
        wait_until(lambda: next_offset(engine) == 3)

    assert set(table(engine)) == {good.uid}
    assert table(engine)[good.uid].ocorrencia.status == "encerrada"
    assert "the database refuses it" in dead_letters_of(kafka, topic)[0][1]


def test_rubbish_without_end_stops_the_projector_and_every_one_that_is_started_after_it(
    kafka: str, topic: Topic, engine: Engine
) -> None:
    good = Alarm().opened()
    Publisher(kafka, "test").publish(topic, [good])
    producer = Producer({"bootstrap.servers": kafka})
    for _ in range(150):
        producer.produce(topic.name, value=b"rubbish")
    producer.flush()

    for _ in range(3):
        with pytest.raises(TooMuchPoison, match=rf"{topic.name}\[0\]@50: 50 records in a row"):
            projector(kafka, engine, topic, threading.Event()).run()

    assert set(table(engine)) == {good.uid}
    assert len(dead_letters_of(kafka, topic)) == 49
    assert next_offset(engine) == 50


def test_database_away_for_a_while_loses_nothing(kafka: str, topic: Topic, engine: Engine) -> None:
    with projecting(kafka, engine, topic) as thread:
        first = publish_lives(kafka, topic, 5)
        wait_until(lambda: next_offset(engine) == first)
        with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            name = engine.url.database
            server = create_engine(engine.url.set(database="postgres"), isolation_level="AUTOCOMMIT")
            connection.close()
            with server.connect() as elsewhere:
                elsewhere.execute(text(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false"))
                elsewhere.execute(
                    text(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
                )
                Publisher(kafka, "test").publish(topic, Alarm(number=99).life())
                elsewhere.execute(text(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true"))
            server.dispose()
        wait_until(lambda: next_offset(engine) == first + 4)
        assert thread.is_alive()

    assert table(engine) == fold_of_the_log(kafka, topic)


def test_commit_whose_answer_was_lost_is_not_done_twice(kafka: str, topic: Topic, engine: Engine) -> None:
    written = publish_lives(kafka, topic, 2)
    own = projector(kafka, engine, topic, threading.Event())
    own.begin()
    records = list(own._source.read(100, 5.0))
    own.take(records)
    own._at = dict.fromkeys(own._at, 0)
    own._engine = LosesTheFirstConnection(engine)  # type: ignore[assignment]

    own.take(records)

    assert own._at == {Partition(topic.name, 0): written}


class LosesTheFirstConnection:
    """An engine whose first transaction ends as a lost connection does."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lost = False

    def begin(self) -> object:
        if not self._lost:
            self._lost = True
            raise OperationalError("COMMIT", None, Exception("server closed the connection unexpectedly"))
        return self._engine.begin()


def test_position_beyond_the_log_stops_with_a_reason(kafka: str, topic: Topic, engine: Engine) -> None:
    publish_lives(kafka, topic, 1)
    own = projector(kafka, engine, topic, threading.Event())
    own.begin()
    with engine.begin() as connection:
        connection.execute(text("UPDATE projection_offsets SET next_offset = 1000"))

    with pytest.raises(LostPosition, match="ocorrencias"):
        projector(kafka, engine, topic, threading.Event()).run()


def test_concurrent_migrations_wait_for_each_other(empty_engine: Engine) -> None:
    failures: list[BaseException] = []

    def migrated() -> None:
        try:
            migrate.upgrade(empty_engine)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=migrated) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    with empty_engine.connect() as connection:
        assert migrate.is_current(connection)


def test_models_and_migrations_agree(engine: Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection)
        found = compare_metadata(context, Table.metadata)

    assert [each for each in found if "alembic_version" not in str(each)] == []


def dead_letters_of(kafka: str, topic: Topic) -> list[tuple[bytes | None, str]]:
    consumer = Consumer({"bootstrap.servers": kafka, "group.id": "test-dlq", "enable.auto.commit": False})
    low, high = consumer.get_watermark_offsets(TopicPartition(topic.dlq, 0), timeout=10)
    consumer.assign([TopicPartition(topic.dlq, 0, low)])
    found: list[tuple[bytes | None, str]] = []
    while len(found) < high - low:
        for message in consumer.consume(100, 1.0):
            headers = dict(message.headers() or [])
            reason = headers["horus_dlq_reason"]
            assert isinstance(reason, bytes)
            found.append((message.value(), reason.decode()))
    consumer.close()
    return found
