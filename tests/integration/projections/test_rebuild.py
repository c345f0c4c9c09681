"""A table made anew beside the live one: the same rows, swapped at once, whatever is killed meanwhile."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest
from confluent_kafka import TopicPartition
from confluent_kafka.admin import AdminClient
from sqlalchemy import Connection, Engine, create_engine, select, text

from infra.kafka import Publisher
from projections import physical
from projections.lives import Lives
from projections.ocorrencias import Ocorrencias
from projections.patience import Stopping
from projections.positions import stored
from projections.projector import Projector, Superseded
from projections.rebuild import Outcome, Rebuild, Wish
from projections.rebuild_rules import Refused
from projections.rebuild_swap import drop_others
from projections.source import KafkaSource
from projections.verify import Verified, verify
from schemas.topics import Topic
from tests.alarms import Alarm
from tests.integration.projections.running import DEADLINE_S, projecting, projector, table, wait_until
from tests.integration.projections.test_projector import fold_of_the_log, publish_lives


def rebuild(kafka: str, engine: Engine, topic: Topic, made: type[Ocorrencias], **wish: object) -> Outcome:
    return Rebuild(
        lambda version: made(topic, version),
        engine,
        KafkaSource(kafka, f"test-rebuild-{topic.name}"),
        Wish(**wish),  # type: ignore[arg-type]
        tell=lambda done, total: None,
        stopping=threading.Event(),
    ).run()


def verified(kafka: str, engine: Engine, topic: Topic) -> Verified:
    log = KafkaSource(kafka, f"test-verify-{topic.name}")
    try:
        return verify(
            lambda version: Ocorrencias(topic, version),
            engine,
            log,
            buried={},
            tell=lambda done, total: None,
            stopping=threading.Event(),
        )
    finally:
        log.close()


def live(engine: Engine) -> int:
    with engine.connect() as connection:
        return physical.live(connection, Ocorrencias.kept)


def physical_rows(engine: Engine, version: int) -> list[tuple[object, ...]]:
    whole = Ocorrencias.kept[0].table(version)
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(select(whole).order_by(whole.c.id))]


@contextmanager
def projecting_the_live_one(kafka: str, engine: Engine, topic: Topic) -> Iterator[None]:
    """Feed whichever version readers see, as ``python -m projections`` does."""
    stopping = threading.Event()

    def run() -> None:
        while not stopping.is_set():
            projection = Ocorrencias(topic, live(engine))
            source = KafkaSource(kafka, f"test-{topic.name}")
            own = projector(kafka, engine, topic, stopping, projection)
            own._source.close()
            with suppress(Superseded, Stopping):
                Projector(projection, engine, source, own._letters, stopping=stopping, only_live=True).run()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        stopping.set()
        thread.join(DEADLINE_S)


def position(engine: Engine, version: int) -> int:
    with engine.connect() as connection:
        return max(stored(connection, "ocorrencias", version).values(), default=-1)


def test_rebuilt_table_is_the_same_and_the_projector_goes_on_with_it(
    kafka: str, topic: Topic, engine: Engine
) -> None:
    written = publish_lives(kafka, topic, 20, twice=True)
    with projecting_the_live_one(kafka, engine, topic):
        wait_until(lambda: position(engine, 1) == written)

        outcome = rebuild(kafka, engine, topic, Ocorrencias)

        assert (outcome.former, outcome.version, outcome.swapped) == (1, 2, True)
        assert outcome.comparison is not None
        assert (outcome.comparison.rows, outcome.comparison.different) == (20, 0)
        assert physical_rows(engine, 2) == physical_rows(engine, 1)
        Publisher(kafka, "test").publish(topic, Alarm(number=99).life())
        wait_until(lambda: position(engine, 2) == written + 4)

    assert len(physical_rows(engine, 1)) == 20
    assert table(engine) == fold_of_the_log(kafka, topic)
    assert verified(kafka, engine, topic).comparison.different == 0
    assert drop_others(engine, Ocorrencias(topic)) == [1]
    assert table(engine) == fold_of_the_log(kafka, topic)


def test_readers_see_every_row_all_the_while(kafka: str, topic: Topic, engine: Engine) -> None:
    written = publish_lives(kafka, topic, 50)
    with projecting(kafka, engine, topic):
        wait_until(lambda: position(engine, 1) == written)
    counts: list[int] = []
    over = threading.Event()

    def look() -> None:
        while not over.is_set():
            with engine.connect() as connection:
                counts.append(connection.scalar(text("SELECT count(*) FROM ocorrencias")) or 0)

    reader = threading.Thread(target=look)
    reader.start()
    try:
        rebuild(kafka, engine, topic, Ocorrencias)
    finally:
        over.set()
        reader.join()

    assert set(counts) == {50}
    assert live(engine) == 2


class Dies(Ocorrencias):
    """Kills its process before the first batch is committed."""

    def write(self, connection: Connection, lives: Lives) -> None:
        super().write(connection, lives)
        os.kill(os.getpid(), signal.SIGKILL)


def die_while_filling(kafka: str, url: str, topic: Topic) -> None:
    rebuild(kafka, create_engine(url), topic, Dies)


def die_before_the_swap(kafka: str, url: str, topic: Topic) -> None:
    def die(*_: object) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    physical.show = die  # type: ignore[assignment]
    rebuild(kafka, create_engine(url), topic, Ocorrencias)


@pytest.mark.parametrize("death", [die_while_filling, die_before_the_swap])
def test_killed_rebuild_touches_nothing_live_and_is_gone_on_with(
    kafka: str, topic: Topic, engine: Engine, death: Callable[..., None]
) -> None:
    written = publish_lives(kafka, topic, 10)
    with projecting(kafka, engine, topic):
        wait_until(lambda: position(engine, 1) == written)
    url = engine.url.render_as_string(hide_password=False)
    process = multiprocessing.get_context("spawn").Process(target=death, args=(kafka, url, topic))
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    assert live(engine) == 1
    before = position(engine, 2)

    outcome = rebuild(kafka, engine, topic, Ocorrencias)

    assert before == (0 if death is die_while_filling else written)
    assert outcome.swapped
    assert table(engine) == fold_of_the_log(kafka, topic)


def test_differences_stop_the_swap_unless_they_are_accepted(kafka: str, topic: Topic, engine: Engine) -> None:
    written = publish_lives(kafka, topic, 3)
    with projecting(kafka, engine, topic):
        wait_until(lambda: position(engine, 1) == written)
    with engine.begin() as connection:
        connection.execute(text("UPDATE ocorrencias_v1 SET severity = 'x' WHERE id = 0"))
        connection.execute(text("DELETE FROM ocorrencias_v1 WHERE id = 4"))
    judged = verified(kafka, engine, topic).comparison
    assert (judged.rows, judged.different) == (3, 2)

    refused = rebuild(kafka, engine, topic, Ocorrencias)

    assert not refused.swapped
    assert live(engine) == 1
    assert refused.comparison is not None
    assert refused.comparison.different == 2
    said = [each.words("live table", "new table") for each in refused.comparison.shown]
    assert said[0].startswith('ocorrencias 0: severity is "x" in the live table')
    assert said[1] == "ocorrencias 4: only in the new table"
    assert rebuild(kafka, engine, topic, Ocorrencias, accept_differences=True).swapped
    assert verified(kafka, engine, topic).comparison.different == 0


def test_former_version_catches_up_and_takes_its_place_again(
    kafka: str, topic: Topic, engine: Engine
) -> None:
    written = publish_lives(kafka, topic, 3)
    with projecting(kafka, engine, topic):
        wait_until(lambda: position(engine, 1) == written)
    assert rebuild(kafka, engine, topic, Ocorrencias).swapped
    Publisher(kafka, "test").publish(topic, Alarm(number=99).life())
    with projecting_the_live_one(kafka, engine, topic):
        wait_until(lambda: position(engine, 2) == written + 4)

    outcome = rebuild(kafka, engine, topic, Ocorrencias, version=1)

    assert (outcome.former, outcome.version, outcome.events, outcome.swapped) == (2, 1, 4, True)
    assert live(engine) == 1
    assert table(engine) == fold_of_the_log(kafka, topic)
    with pytest.raises(Refused, match="is the live one"):
        rebuild(kafka, engine, topic, Ocorrencias, version=1)


def test_version_that_was_left_for_an_earlier_one_is_dropped_and_one_being_filled_is_not(
    kafka: str, topic: Topic, engine: Engine
) -> None:
    written = publish_lives(kafka, topic, 3)
    with projecting(kafka, engine, topic):
        wait_until(lambda: position(engine, 1) == written)
    assert rebuild(kafka, engine, topic, Ocorrencias).swapped
    assert rebuild(kafka, engine, topic, Ocorrencias, version=1).swapped
    with engine.begin() as connection:
        physical.make(connection, Ocorrencias.kept, 3)

    assert drop_others(engine, Ocorrencias(topic)) == [2]

    with engine.connect() as connection:
        assert physical.versions(connection, Ocorrencias.kept) == [1, 3]
    assert position(engine, 2) == -1
    assert table(engine) == fold_of_the_log(kafka, topic)


def test_log_without_its_beginning_is_only_used_when_told(kafka: str, topic: Topic, engine: Engine) -> None:
    written = publish_lives(kafka, topic, 3)
    with projecting(kafka, engine, topic):
        wait_until(lambda: position(engine, 1) == written)
    # Kept in a name: what it has not answered yet is lost with it.
    admin = AdminClient({"bootstrap.servers": kafka})
    for deleted in admin.delete_records([TopicPartition(topic.name, 0, 4)]).values():
        deleted.result()

    with pytest.raises(Refused, match="no longer holds its beginning"):
        rebuild(kafka, engine, topic, Ocorrencias)
    with pytest.raises(Refused, match="cannot be verified"):
        verified(kafka, engine, topic)
    outcome = rebuild(kafka, engine, topic, Ocorrencias, keep_going=True)

    assert not outcome.swapped
    assert outcome.comparison is not None
    assert outcome.comparison.different == 1
    assert live(engine) == 1


def test_table_of_another_log_is_replaced_when_told(kafka: str, topic: Topic, engine: Engine) -> None:
    written = publish_lives(kafka, topic, 2)
    with projecting(kafka, engine, topic):
        wait_until(lambda: position(engine, 1) == written)
    with engine.begin() as connection:
        connection.execute(text("UPDATE projection_offsets SET next_offset = 1000"))

    with pytest.raises(Refused, match="made from another one"):
        rebuild(kafka, engine, topic, Ocorrencias)
    outcome = rebuild(kafka, engine, topic, Ocorrencias, accept_differences=True)

    assert (outcome.swapped, outcome.comparison) == (True, None)
    assert table(engine) == fold_of_the_log(kafka, topic)
    assert (position(engine, 1), position(engine, 2)) == (-1, written)
