"""The loop of every projection: read a batch, fold it, write rows and position in one transaction."""

import threading
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

import structlog
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DataError, IntegrityError

from infra import clock, crash_point
from infra.dead_letter import Rejection
from infra.poison import PoisonGauge, TooMuchPoison
from projections import positions
from projections.ahead import Ahead
from projections.patience import Stopping, one_line, patience
from projections.physical import live
from projections.projection import Placed, Projection
from projections.reading import POLL_S, Gathered, Reading
from projections.source import Partition, Positions, Raw, Source
from projections.verdict import Batch, Rejected, judged
from projections.verdict import after as after_of
from schemas.topics import Topic

log = structlog.get_logger()


class Letters(Protocol):
    """Where rejected records go; see `infra.dead_letter.DeadLetters`."""

    def put(self, dlq: str, rejection: Rejection, at: datetime) -> None:
        """Write one record, confirmed. Raises RuntimeError."""


class Superseded(RuntimeError):
    """Readers see another version of the table by now: this one is not fed any more."""


class Projector:
    """Feeds one version of a projection. `run` returns when told to stop.

    Raises Superseded when readers see another version; Fenced when another process works on the same one,
    LostPosition when the log no longer holds what comes next, TooMuchPoison before one rejection too many:
    these three end the process.
    """

    def __init__(
        self,
        projection: Projection,
        engine: Engine,
        source: Source,
        letters: Letters,
        *,
        stopping: threading.Event,
        only_live: bool = False,
        gauge: PoisonGauge | None = None,
        on_batch: Callable[[Positions], None] = lambda _: None,
        now: Callable[[], datetime] = clock.now,
    ) -> None:
        """Prepare; nothing is read before `run`. ``only_live``: write while readers see this version.

        ``gauge`` says how much may be rejected; None: anything, which is for tables that nobody reads yet.
        ``on_batch`` hears of the position after each batch.
        """
        self._projection = projection
        self._engine = engine
        self._source = source
        self._letters = letters
        self._stopping = stopping
        self._only_live = only_live
        self._now = now
        self._gauge = gauge
        self._on_batch = on_batch
        self._topics = {topic.name: topic for topic in projection.topics}
        self._reading = Reading(source, projection, self._topics)
        self._at: dict[Partition, int] = {}
        self._written: Positions = {}

    @property
    def at(self) -> Positions:
        """How far it has come."""
        return self._at

    def run(self) -> None:
        """Project until told to stop."""
        try:
            self.begin()
            self.go_on()
        except Stopping:
            pass
        finally:
            self._source.close()

    def go_on(self, until: Positions | None = None) -> None:
        """Project from the present position on until told to stop, or to ``until`` and not a record further.

        To go on after that, `begin` again: more has been read than was taken. Raises Stopping.
        """
        self._reading.stop_at(until)
        while self._wants_more(until):
            if (refused := self._follow(until)) is not None:
                self._reading.seek(self._at, plainly=refused)
        self._tell()

    def _wants_more(self, until: Positions | None) -> bool:
        return not self._stopping.is_set() and (until is None or not reached(self._at, until))

    def _follow(self, until: Positions | None) -> Positions | None:
        """Take what is read ahead; return up to where it must be read again, plainly, or None at the end."""
        with Ahead[Gathered | Batch](self._fetch) as ahead:
            while self._wants_more(until):
                batch = ahead.next(POLL_S)
                if isinstance(batch, Batch):
                    self._take(batch)
                elif batch is not None and not self._takes(batch):
                    return batch.after
        return None

    def begin(self) -> None:
        """Go to the stored position, or to the beginning of the log where there is none."""
        self._at = patience("starting", self._stopping)(self._stored_or_earliest)
        self._reading.seek(self._at)
        projection = self._projection
        log.info("projecting", projection=projection.name, version=projection.version, at=_words(self._at))

    def _stored_or_earliest(self) -> dict[Partition, int]:
        name, version = self._projection.name, self._projection.version
        with self._engine.begin() as connection:
            known = positions.stored(connection, name, version)
            for topic in self._projection.topics:
                if not any(partition.topic == topic.name for partition in known):
                    positions.begin(connection, name, version, self._source.earliest(topic))
                elif topic.retention is not None:
                    positions.advance(connection, name, version, self._forgotten(topic, known))
            return positions.stored(connection, name, version)

    def _forgotten(self, topic: Topic, known: Positions) -> list[tuple[Partition, int, int]]:
        """Return where the log begins behind a stored position: what retention has taken nobody can read."""
        moves = [
            (partition, known[partition], low)
            for partition, low in self._source.earliest(topic).items()
            if known.get(partition, low) < low
        ]
        for partition, at, low in moves:
            log.warning("the log has forgotten what was not read", at=f"{partition}@{at}", records=low - at)
        return moves

    def take(self, records: Sequence[Raw]) -> None:
        """Project one batch, in the log's order, from the present position on."""
        self._take(judged(records, self._topics))
        self._tell()

    def _fetch(self) -> Gathered | Batch | None:
        # One thread at a time has to do with Kafka: a commit beside a poll hangs in confluent-kafka.
        self._tell()
        return self._reading.read()

    def _takes(self, batch: Gathered) -> bool:
        """Commit a batch; False, and nothing is done, if the database refuses it."""
        try:
            self._commit(batch.events.apply, batch.after)
        except (DataError, IntegrityError) as error:
            log.info("read again, record by record", reason=one_line(error))
            return False
        self._committed(batch.after)
        return True

    def _take(self, batch: Batch) -> None:
        fit, too_much = self._fitting(batch)
        batch = batch if too_much is None else batch.first(fit)
        for index in batch.rejected:
            verdict = batch.verdicts[index]
            if isinstance(verdict, Rejected):
                self._bury(batch.records[index], verdict.reason)
        if batch.records:
            self._write(batch.records, batch.events())
        if too_much is not None:
            raise too_much

    def _fitting(self, batch: Batch) -> tuple[int, TooMuchPoison | None]:
        """Return how many records come before the one that is too much to reject, and what says so."""
        for index in batch.rejected:
            verdict = batch.verdicts[index]
            if isinstance(verdict, Rejected):
                try:
                    self._count(batch.records[index], verdict.reason)
                except TooMuchPoison as error:
                    return index, error
        return len(batch.records), None

    def _count(self, record: Raw, reason: str) -> None:
        if self._gauge is not None:
            where = record.partition
            self._gauge.judge(where.topic, where.number, record.offset, record.key, reason)

    def _write(self, records: Sequence[Raw], events: Sequence[Placed]) -> None:
        """Commit a batch; one that the database refuses is halved until the guilty event stands alone."""
        after = after_of(records)
        try:
            self._commit(lambda connection: self._projection.apply(connection, events), after)
        except (DataError, IntegrityError) as error:
            if len(records) == 1:
                reason = f"the database refuses it: {one_line(error)}"
                self._count(records[0], reason)
                self._bury(records[0], reason)
                self._commit(lambda _: None, after)
            else:
                middle = len(records) // 2
                for half in (records[:middle], records[middle:]):
                    places = {(record.partition, record.offset) for record in half}
                    self._write(half, [each for each in events if (each.partition, each.offset) in places])
            return
        self._committed(after)

    def _committed(self, after: Positions) -> None:
        crash_point.reached("projector.after-commit")
        self._written = after
        self._on_batch(self._at)

    def _tell(self) -> None:
        written, self._written = self._written, {}
        if written:
            self._source.tell(written)

    def _commit(self, apply: Callable[[Connection], None], after: Positions) -> None:
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
                # First, so that a process which was overtaken does no work; and it waits here for a rebuild
                # that holds the positions while it lets another version in.
                fenced = None
                try:
                    positions.advance(connection, name, version, moves)
                except positions.Fenced as error:
                    fenced = error
                self._stop_if_superseded(connection)
                if fenced is not None:
                    raise fenced
                apply(connection)
                crash_point.reached("projector.after-rows")

        patience("writing to Postgres", self._stopping)(once)
        self._at.update(after)

    def _stop_if_superseded(self, connection: Connection) -> None:
        if self._only_live and (seen := live(connection, self._projection.kept)) != self._projection.version:
            raise Superseded(f"{self._projection.name}: readers see version {seen}")

    def _bury(self, record: Raw, reason: str) -> None:
        log.error("rejected", at=f"{record.partition}@{record.offset}", reason=reason)
        rejection = Rejection(
            topic=record.partition.topic,
            partition=record.partition.number,
            offset=record.offset,
            key=record.key,
            value=record.value,
            headers=record.headers,
            reason=reason,
        )
        dlq = self._topics[record.partition.topic].dlq
        patience("writing a dead letter", self._stopping, RuntimeError)(
            lambda: self._letters.put(dlq, rejection, self._now())
        )
        crash_point.reached("projector.after-letter")


def reached(at: Positions, until: Positions) -> bool:
    """Tell whether every partition of ``until`` is at its offset, or past it."""
    return all(at.get(partition, -1) >= offset for partition, offset in until.items())


def _words(at: Positions) -> str:
    return ", ".join(f"{partition}@{offset}" for partition, offset in at.items())
