"""Running a projector in a thread until a condition holds."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from infra.dead_letter import DeadLetters
from infra.poison import Limit, PoisonGauge, past_of
from projections.ocorrencias import Ocorrencias
from projections.projection import Projection
from projections.projector import Projector
from projections.rows import Row, from_values
from projections.source import KafkaSource
from projections.tables import Ocorrencia, ProjectionOffset
from schemas.topics import Topic

# A broker and a database on a machine that other tests keep busy.
DEADLINE_S = 30.0


def projector(
    kafka: str, engine: Engine, topic: Topic, stopping: threading.Event, projection: Projection | None = None
) -> Projector:
    """Return a projector of a topic, as ``python -m projections`` makes it."""
    return Projector(
        projection or Ocorrencias(topic),
        engine,
        KafkaSource(kafka, f"test-{topic.name}"),
        DeadLetters(kafka, "test"),
        stopping=stopping,
        gauge=PoisonGauge("test", Limit(run=50, ratio=0.5), past_of(kafka, "test", [topic])),
    )


@contextmanager
def projecting(kafka: str, engine: Engine, topic: Topic) -> Iterator[threading.Thread]:
    """Project in a thread while the block lasts."""
    stopping = threading.Event()
    thread = threading.Thread(target=projector(kafka, engine, topic, stopping).run)
    thread.start()
    try:
        yield thread
    finally:
        stopping.set()
        thread.join()


def wait_until(condition: Callable[[], bool], deadline_s: float = DEADLINE_S) -> None:
    """Return once the condition holds. Raises TimeoutError."""
    end = time.monotonic() + deadline_s
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError("the condition did not come true")
        time.sleep(0.02)


def table(engine: Engine) -> dict[str, Row]:
    """Return what readers see: uid -> row."""
    with Session(engine) as session:
        rows = session.execute(select(Ocorrencia.__table__))
        return {row.uid: from_values(row._asdict()) for row in rows}


def next_offset(engine: Engine) -> int:
    """Return how far the projection has come; -1 before its start."""
    with Session(engine) as session:
        return session.scalar(select(ProjectionOffset.next_offset)) or -1
