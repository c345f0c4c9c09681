"""What the log and the table know of occurrences before an offset: exact, however far the table has come."""

import threading
from collections.abc import Callable, Collection, Iterator, Mapping

import structlog
from confluent_kafka import Consumer
from sqlalchemy import Engine, and_, func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from api.log_span import Entry, Span, bounds, merged, read, reader
from api.recall import CAPACITY, Kept, Recall
from projections.tables import OcorrenciaEver as Row
from schemas.events.ocorrencias import OcorrenciaEvent
from schemas.ocorrencia import Ocorrencia, fold
from schemas.topics import OCORRENCIAS, Topic

log = structlog.get_logger()

# Bound parameters of one question to Postgres; 65,535 is what its protocol takes.
ASK = 10_000


class Past:
    """Answers from the table where it can and from the log where it must. Blocks: not for the event loop."""

    def __init__(
        self,
        bootstrap_servers: str,
        engine: Engine,
        position: Callable[[], int],
        topic: Topic = OCORRENCIAS,
    ) -> None:
        """``position`` tells up to which offset the table has the log; it may raise SQLAlchemyError."""
        self._bootstrap_servers = bootstrap_servers
        self._engine = engine
        self._position = position
        self.topic = topic

    def reader(self) -> Consumer:
        """Return a consumer for `read`; close it."""
        return reader(self._bootstrap_servers)

    def bounds(self) -> Span:
        """Return which offsets the log holds. Raises KafkaException."""
        consumer = self.reader()
        try:
            return bounds(consumer, self.topic)
        finally:
            consumer.close()

    def projected(self, held: Span) -> int | None:
        """Return up to which offset the table has the log; None when it does not say, or has another log."""
        try:
            position = self._position()
        except SQLAlchemyError as error:
            log.warning("the table is not at hand: reading the log", error=str(error).splitlines()[0])
            return None
        return position if held.begin < position <= held.end else None

    def recall(self, offset: int, capacity: int = CAPACITY) -> Recall:
        """Return a memory as of before ``offset``, filled from the table, which must have come that far.

        It lacks what has changed since, which `before` finds. Raises SQLAlchemyError.
        """
        with Session(self._engine) as session:
            before = Row.last_offset < offset
            newest = session.scalars(select(Row).where(before).order_by(Row.id.desc()).limit(capacity)).all()
            lowest = min((row.id for row in newest), default=0)
            older = session.scalars(
                select(Row).where(and_(before, Row.id < lowest, Row.status == "aberta", ~Row.deleted))
            ).all()
            forgotten = session.scalar(select(func.max(Row.start_ts)))
            recall = Recall(forgotten=forgotten, capacity=capacity)
            for row in (*older, *reversed(newest)):
                recall.put(Kept(row.state(), row.last_offset))
        return recall

    def before(self, offset: int, first: int, uids: Collection[str]) -> dict[str, Ocorrencia]:
        """Return what occurrences were before an offset; those that had not opened are left out.

        The table must have come to ``offset``, or further; where it is further, the events that had made an
        occurrence are read again. Without a database the whole log from ``first`` on is.
        Raises KafkaException and LogSilent.
        """
        try:
            rows = self._rows(uids)
        except SQLAlchemyError as error:
            log.warning("the table is not at hand: reading the log", error=str(error).splitlines()[0])
            return self._again([Span(first, offset)], uids)
        found = {uid: kept.state for uid, kept in rows.items() if kept.last_offset < offset}
        ahead = {
            uid: kept.state
            for uid, kept in rows.items()
            if kept.last_offset >= offset and kept.state.id < offset
        }
        return {**found, **self._again(merged(_spans(ahead, offset)), ahead)}

    def entries(self, span: Span, stopping: threading.Event | None = None) -> Iterator[list[Entry]]:
        """Yield the events of a span. Raises KafkaException and LogSilent."""
        consumer = self.reader()
        try:
            for entries in read(consumer, self.topic, span):
                if stopping is not None and stopping.is_set():
                    return
                yield list(entries)
        finally:
            consumer.close()

    def _rows(self, uids: Collection[str]) -> dict[str, Kept]:
        asked = list(uids)
        with Session(self._engine) as session:
            return {
                row.uid: Kept(row.state(), row.last_offset)
                for start in range(0, len(asked), ASK)
                for row in session.scalars(select(Row).where(Row.uid.in_(asked[start : start + ASK])))
            }

    def _again(self, spans: list[Span], uids: Collection[str]) -> dict[str, Ocorrencia]:
        states: dict[str, Ocorrencia] = {}
        for span in spans:
            for entries in self.entries(span):
                for entry in entries:
                    event = entry.envelope.event
                    if isinstance(event, OcorrenciaEvent) and event.uid in uids:
                        after = folded(states.get(event.uid), entry)
                        if after is not None:
                            states[event.uid] = after
        return states


def folded(before: Ocorrencia | None, entry: Entry) -> Ocorrencia | None:
    """Return the occurrence after one more event of the log."""
    envelope = entry.envelope
    return fold(before, envelope.event, event_id=envelope.id, offset=entry.offset, time=envelope.time)


def _spans(ahead: Mapping[str, Ocorrencia], offset: int) -> Iterator[Span]:
    for state in ahead.values():
        if len(state.offsets) == len(state.applied):
            yield from (Span(each, each + 1) for each in state.offsets if each < offset)
        else:
            # A row from before rows said where their events lie.
            yield Span(state.id, offset)
