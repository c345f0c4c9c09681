"""The loop of every projection: read a batch, fold it, write rows and position in one transaction."""

import threading
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

import structlog
from sqlalchemy import Engine
from sqlalchemy.exc import DataError, IntegrityError

from infra import clock
from projections import positions
from projections.patience import Stopping, one_line, patience
from projections.poison import Gauge
from projections.projection import Placed, Projection
from projections.source import Partition, Positions, Raw, Source
from projections.verdict import Rejected, judge

log = structlog.get_logger()

# Records in a transaction: COPY is at its best from some thousands on (projections/bulk.py), while a
# batch of waiting events is never held back for it to fill up.
BATCH = 5000
POLL_S = 0.2


class Letters(Protocol):
    """Where rejected records go; see `infra.dead_letter.DeadLetters`."""

    def put(
        self,
        *,
        dlq: str,
        topic: str,
        partition: int,
        offset: int,
        key: bytes | None,
        value: bytes | None,
        headers: Sequence[tuple[str, bytes | None]] | None,
        reason: str,
        at: datetime,
    ) -> None:
        """Write one record, confirmed. Raises RuntimeError."""


class Projector:
    """Feeds one projection. `run` returns when told to stop.

    Raises Fenced when another process works on the same projection, LostPosition when the log no longer
    holds what comes next, TooMuchPoison when most records do not decode: all three end the process.
    """

    def __init__(
        self,
        projection: Projection,
        engine: Engine,
        source: Source,
        letters: Letters,
        *,
        stopping: threading.Event,
        now: Callable[[], datetime] = clock.now,
    ) -> None:
        """Prepare; nothing is read before `run`."""
        self._projection = projection
        self._engine = engine
        self._source = source
        self._letters = letters
        self._stopping = stopping
        self._now = now
        self._gauge = Gauge()
        self._topics = {topic.name: topic for topic in projection.topics}
        self._at: dict[Partition, int] = {}

    def run(self) -> None:
        """Project until told to stop."""
        try:
            self.begin()
            while not self._stopping.is_set():
                records = self._source.read(BATCH, POLL_S)
                if records:
                    self.take(records)
        except Stopping:
            pass
        finally:
            self._source.close()

    def begin(self) -> None:
        """Go to the stored position, or to the beginning of the log where there is none."""
        self._at = patience("starting", self._stopping)(self._stored_or_earliest)
        self._source.seek(self._at)
        log.info("projecting", projection=self._projection.name, at=_words(self._at))

    def _stored_or_earliest(self) -> dict[Partition, int]:
        name, version = self._projection.name, self._projection.version
        with self._engine.begin() as connection:
            known = positions.stored(connection, name, version)
            for topic in self._projection.topics:
                if not any(partition.topic == topic.name for partition in known):
                    positions.begin(connection, name, version, self._source.earliest(topic))
            return positions.stored(connection, name, version)

    def take(self, records: Sequence[Raw]) -> None:
        """Project one batch, in the log's order, from the present position on."""
        verdicts = [judge(record, self._topics[record.partition.topic]) for record in records]
        self._gauge.note(isinstance(verdict, Rejected) for verdict in verdicts)
        for record, verdict in zip(records, verdicts, strict=True):
            if isinstance(verdict, Rejected):
                self._bury(record, verdict.reason)
        self._write(records, [verdict for verdict in verdicts if isinstance(verdict, Placed)])

    def _write(self, records: Sequence[Raw], events: Sequence[Placed]) -> None:
        """Commit a batch; one that the database refuses is halved until the guilty event stands alone."""
        after = _after(records)
        try:
            self._commit(events, after)
        except (DataError, IntegrityError) as error:
            if len(records) == 1:
                self._bury(records[0], f"the database refuses it: {one_line(error)}")
                self._commit((), after)
            else:
                middle = len(records) // 2
                for half in (records[:middle], records[middle:]):
                    places = {(record.partition, record.offset) for record in half}
                    self._write(half, [each for each in events if (each.partition, each.offset) in places])
            return
        self._source.tell(after)

    def _commit(self, events: Sequence[Placed], after: Positions) -> None:
        name, version = self._projection.name, self._projection.version
        moves = [(partition, self._at[partition], new) for partition, new in after.items()]
        tries = 0

        def once() -> None:
            nonlocal tries
            tries += 1
            with self._engine.begin() as connection:
                # The last try may have been committed although its answer was lost with the connection.
                if tries > 1 and after.items() <= positions.stored(connection, name, version).items():
                    return
                # First, so that a process which was overtaken does no work.
                positions.advance(connection, name, version, moves)
                self._projection.apply(connection, events)

        patience("writing to Postgres", self._stopping)(once)
        self._at.update(after)

    def _bury(self, record: Raw, reason: str) -> None:
        log.error("rejected", at=f"{record.partition}@{record.offset}", reason=reason)
        patience("writing a dead letter", self._stopping, RuntimeError)(
            lambda: self._letters.put(
                dlq=self._topics[record.partition.topic].dlq,
                topic=record.partition.topic,
                partition=record.partition.number,
                offset=record.offset,
                key=record.key,
                value=record.value,
                headers=record.headers,
                reason=reason,
                at=self._now(),
            )
        )


def _after(records: Sequence[Raw]) -> dict[Partition, int]:
    return {record.partition: record.offset + 1 for record in records}


def _words(at: Positions) -> str:
    return ", ".join(f"{partition}@{offset}" for partition, offset in at.items())
