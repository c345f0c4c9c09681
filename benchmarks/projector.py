"""``python -m benchmarks.projector``: events a second through the projector and through a rebuild.

A Kafka and a Postgres of its own; one log of occurrences, made once from a seed. The projector folds it into
the table that readers see; a rebuild fills another version beside it, compares and swaps. The peers write the
rows that come of it, and fold nothing: an upsert by ``executemany``, as it is written without thinking, and
``COPY`` into an empty table of the same form, which nothing that writes to Postgres undercuts.
"""

import argparse
import io
import os
import resource
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import msgspec
from confluent_kafka import Producer
from psycopg2.extras import Json
from sqlalchemy import Engine, create_engine, select, text

from benchmarks.projector_log import events
from benchmarks.push_place import servers
from infra import clock
from infra.dead_letter import DeadLetters
from infra.kafka import writer_config
from projections import migrate, physical
from projections.collector import seldom
from projections.ocorrencias import Ocorrencias
from projections.positions import stored
from projections.projector import Projector
from projections.rebuild import Rebuild, Wish
from projections.rows import COLUMNS, Row, copy_line, from_values, values
from projections.source import KafkaSource
from schemas.envelope import encode
from schemas.topics import OCORRENCIAS

PEER = Ocorrencias.kept[0].table(99)
"""The peers' table: its form and its indexes are those of the projection's."""


class Took(msgspec.Struct, frozen=True, kw_only=True):
    """What something took."""

    count: int
    wall_s: float
    cpu_s: float
    """User and system time of this process, Kafka's and Postgres' clients in it included."""

    @property
    def rate(self) -> float:
        """Return how many a second."""
        return self.count / self.wall_s


def timed(count: int, work: Callable[[], object]) -> Took:
    """Do something and say what it took."""
    before, began = _cpu(), time.monotonic()
    work()
    return Took(count=count, wall_s=time.monotonic() - began, cpu_s=_cpu() - before)


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def write(kafka: str, count: int, seed: int) -> int:
    """Write the log; return the bytes of its values."""
    producer = Producer(writer_config(kafka, "projector-benchmark", linger_ms=50))
    size = 0
    for event in events(count, seed):
        made = encode(event, source="decisions", time=clock.now())
        size += len(made.value)
        while True:
            try:
                producer.produce(OCORRENCIAS.name, key=made.key, value=made.value, headers=made.headers)
            except BufferError:
                producer.poll(0.1)
            else:
                break
        producer.poll(0)
    producer.flush()
    return size


def project(kafka: str, engine: Engine, count: int) -> None:
    """Project the log into the live version."""
    stopping = threading.Event()
    projector = Projector(
        Ocorrencias(),
        engine,
        KafkaSource(kafka, "benchmark"),
        DeadLetters(kafka, "benchmark"),
        stopping=stopping,
        only_live=True,
        on_batch=lambda at: stopping.set() if sum(at.values()) >= count else None,
    )
    projector.run()


def rebuild(kafka: str, engine: Engine) -> None:
    """Make the table anew, compare, swap."""
    outcome = Rebuild(
        lambda version: Ocorrencias(version=version),
        engine,
        KafkaSource(kafka, "benchmark-rebuild"),
        Wish(),
        tell=lambda done, total: None,
        stopping=threading.Event(),
    ).run()
    if not outcome.swapped:
        raise RuntimeError(f"not the same: {outcome.comparison}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=300_000, help="in the log (default: 300000)")
    parser.add_argument("--runs", type=int, default=3, help="of the projector (default: 3)")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="horus-bench-projector-") as home, seldom():
        Path(home).chmod(0o711)
        with servers(Path(home)) as place:
            size = write(place.kafka, asked.events, asked.seed)
            print(
                f"{asked.events:,} events of {size / asked.events:.0f} bytes, seed {asked.seed}", flush=True
            )
            engine = create_engine(place.database)
            measure(place.kafka, engine, asked.events, asked.runs)
            engine.dispose()
    print(f"load average at the end: {os.getloadavg()[0]:.1f}")


def measure(kafka: str, engine: Engine, count: int, runs: int) -> None:
    """Print a line for each way."""
    projected = []
    for _ in range(runs):
        _empty(engine)
        projected.append(timed(count, lambda: project(kafka, engine, count)))
    best = min(projected, key=lambda took: took.wall_s)
    rebuilt = timed(count, lambda: rebuild(kafka, engine))
    with engine.connect() as connection:
        version = physical.live(connection, Ocorrencias.kept)
        if stored(connection, "ocorrencias", version) != stored(connection, "ocorrencias", 1):
            raise RuntimeError("the rebuild has not come as far as the projector")
        rows = [
            from_values(row._asdict())
            for row in connection.execute(select(Ocorrencias.kept[0].table(version)))
        ]
    lines = "".join(map(copy_line, rows))
    parameters = [_parameters(row) for row in rows]
    with engine.begin() as connection:
        PEER.create(connection)
    upserted = timed(len(rows), lambda: _upsert_each(engine, parameters))
    with engine.begin() as connection:
        connection.execute(text(f"TRUNCATE {PEER.name}"))
    copied = timed(len(rows), lambda: _copy(engine, lines))
    print(f"\n{'':<28}{'a second':>12}{'wall s':>9}{'CPU s':>8}")
    for name, took in (
        ("projector, events (best)", best),
        ("rebuild with check, events", rebuilt),
        ("executemany upsert, rows", upserted),
        ("COPY alone, rows", copied),
    ):
        print(f"{name:<28}{took.rate:>12,.0f}{took.wall_s:>9.2f}{took.cpu_s:>8.2f}")
    every = " ".join(f"{took.rate:,.0f}" for took in projected)
    print(f"projector, each run: {every} events/s; {len(rows):,} rows come of {count:,} events")
    print(f"time of the projector to that of executemany: {best.wall_s / upserted.wall_s:.2f}")
    print(f"time of the projector to that of COPY alone:  {best.wall_s / copied.wall_s:.2f}")


def _empty(engine: Engine) -> None:
    """Make the database anew."""
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    migrate.upgrade(engine)


def _copy(engine: Engine, lines: str) -> None:
    with engine.begin() as connection:
        cursor = connection.connection.cursor()
        cursor.copy_expert(f"COPY {PEER.name} ({', '.join(COLUMNS)}) FROM STDIN", io.StringIO(lines))


def _parameters(row: Row) -> dict[str, object]:
    return {name: Json(value) if isinstance(value, dict) else value for name, value in values(row).items()}


def _upsert_each(engine: Engine, parameters: Sequence[Mapping[str, object]]) -> None:
    names = ", ".join(COLUMNS)
    holes = ", ".join(f"%({name})s" for name in COLUMNS)
    overwritten = ", ".join(f"{name} = excluded.{name}" for name in COLUMNS if name != "id")
    with engine.begin() as connection:
        connection.connection.cursor().executemany(
            f"INSERT INTO {PEER.name} ({names}) VALUES ({holes}) "
            f"ON CONFLICT (id) DO UPDATE SET {overwritten}",
            parameters,
        )


if __name__ == "__main__":
    main()
