"""The tail: each API process folds ``horus.ocorrencias.v1`` from its own position and tells what changed."""

import threading
from collections.abc import Generator, Sequence
from typing import Protocol

import structlog
from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition
from sqlalchemy.exc import SQLAlchemyError

from api.log_span import Entry, LogSilent, Span, bounds, entry_of
from api.message import Message, kind_of
from api.past import Past, folded
from api.recall import EVERYTHING, Kept, Recall
from infra.kafka import why
from schemas.events.ocorrencias import OcorrenciaEvent
from schemas.ocorrencia import Ocorrencia

log = structlog.get_logger()

# A process that starts reads so far back at least: who was away during the restart finds it in the ring.
WINDOW = 10_000
# How long a poll may sleep; bounds how late `stop` is heard.
POLL_S = 0.2
# Records folded at once; what has piled up leaves as one burst.
BATCH = 5000
# While the broker is away, how long until the next try.
RETRY_S = 1.0


class Sink(Protocol):
    """Who is told. Called from the tail's thread."""

    def begin(self, cursor: int) -> None:
        """Forget everything: what follows comes after ``cursor``, of this log."""

    def put(self, messages: Sequence[Message], cursor: int) -> None:
        """Take the messages of all events up to and with ``cursor`` that have not been told."""

    def caught_up(self) -> None:
        """Hear that the end of the log has been reached after a start."""


class Fold:
    """Folds events into messages; repeated events and repeated offsets give none."""

    def __init__(self, recall: Recall, past: Past, cursor: int = -1, first: int = 0) -> None:
        """Start after ``cursor``, with the memory as of then; ``first`` is where the log begins."""
        self.recall = recall
        self.cursor = cursor
        self._past = past
        self._first = first

    def take(self, entries: Sequence[Entry]) -> list[Message]:
        """Return what to tell of events, in order. Raises KafkaException and LogSilent when one is about an
        occurrence that can only be found in the log; nothing is taken then."""
        fresh = [entry for entry in entries if entry.offset > self.cursor]
        found = self._missing(fresh)
        messages: list[Message] = []
        for entry in fresh:
            event = entry.envelope.event
            if not isinstance(event, OcorrenciaEvent):
                continue
            before = self.recall.get(event.uid) or found.get(event.uid)
            after = folded(before, entry)
            if after is None or after is before:
                continue
            self.recall.put(Kept(after, entry.offset))
            messages.append(Message(entry.offset, kind_of(before, after), after))
        if fresh:
            self.cursor = fresh[-1].offset
        return messages

    def _missing(self, entries: Sequence[Entry]) -> dict[str, Ocorrencia]:
        """Return what memory lacks of the occurrences that events are about, as of before the first event."""
        unknown: dict[str, None] = {}
        seen: set[str] = set()
        for entry in entries:
            event = entry.envelope.event
            if isinstance(event, OcorrenciaEvent) and event.uid not in seen:
                seen.add(event.uid)
                if not self.recall.settled(event):
                    unknown[event.uid] = None
        if not unknown:
            return {}
        return self._past.before(entries[0].offset, self._first, unknown)


class Tail:
    """Follows the topic in a thread, from near its end on; the table knows what was before."""

    def __init__(self, past: Past, sink: Sink) -> None:
        """Prepare; nothing is read before `start`."""
        self._past = past
        self._sink = sink
        self._fold: Fold | None = None
        self._stopping = threading.Event()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="tail", daemon=True)

    def start(self) -> None:
        """Begin, in a thread; a broker that is away is waited for."""
        self._thread.start()

    def stop(self) -> None:
        """Stop following; takes up to some ten seconds while the broker is away."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()

    @property
    def ready(self) -> bool:
        """Tell whether the tail has caught up with the log and follows it."""
        return self._ready.is_set()

    @property
    def cursor(self) -> int:
        """Return the offset of the last event taken in, -1 before the first."""
        return self._fold.cursor if self._fold is not None else -1

    def state(self, uid: str) -> Ocorrencia | None:
        """Return an occurrence as of `cursor`, None when it is not in memory. For any thread."""
        return self._fold.recall.get(uid) if self._fold is not None else None

    def _run(self) -> None:
        told = ""
        while not self._stopping.is_set():
            try:
                self._follow()
            except (KafkaException, LogSilent) as error:
                words = why(error) if isinstance(error, KafkaException) else str(error)
                if words != told:
                    log.warning("waiting for Kafka", following="alarms", error=words)
                told = words
            except Exception:
                # One event that somebody trips over must not end the watch for good; what is in memory may
                # be half of a batch.
                log.exception("beginning again", following="alarms")
                self._fold = None
            finally:
                self._ready.clear()
            self._stopping.wait(RETRY_S)

    def _follow(self) -> None:
        consumer = self._past.reader()
        try:
            held = bounds(consumer, self._past.topic)
            fold = self._fold
            if fold is None or not held.begin <= fold.cursor + 1 <= held.end:
                fold = self._begin(held)
            consumer.assign([TopicPartition(self._past.topic.name, 0, fold.cursor + 1)])
            if fold.cursor + 1 >= held.end:
                self._caught_up()
            while not self._stopping.is_set():
                if self._ready.is_set():
                    self._take(consumer, fold, BATCH, held.end)
                else:
                    # Fewer and larger questions to the table.
                    self._take(consumer, fold, WINDOW, held.end)
        finally:
            consumer.close()

    def _begin(self, held: Span) -> Fold:
        """Return a fold that starts at most `WINDOW` events, or as far as the table lags, before the end."""
        past = self._past
        projected = past.projected(held)
        begin, recall = held.begin, Recall()
        if projected is not None:
            begin = max(held.begin, min(held.end - WINDOW, projected))
            try:
                recall = past.recall(begin) if begin > held.begin else Recall()
            except SQLAlchemyError as error:
                log.warning("the table is not at hand: reading the log", error=str(error).splitlines()[0])
                begin = held.begin
        self._fold = Fold(recall, past, begin - 1, held.begin)
        self._sink.begin(begin - 1)
        return self._fold

    def _take(self, consumer: Consumer, fold: Fold, most: int, end: int) -> None:
        first = consumer.poll(POLL_S)
        if first is None:
            return
        entries: list[Entry] = []
        upto = fold.cursor
        ended = False
        for message in (first, *consumer.consume(most - 1, 0)):
            if (error := message.error()) is None:
                upto = max(upto, message.offset() or 0)
                if (entry := entry_of(message)) is not None:
                    entries.append(entry)
            elif error.code() == KafkaError._PARTITION_EOF:
                ended = True
            elif error.code() == KafkaError._AUTO_OFFSET_RESET:
                # The log was cut or is another one: look again where it begins and ends.
                raise KafkaException(error)
            else:
                log.warning("following", topic=self._past.topic.name, error=why(error))
        messages = fold.take(entries)
        fold.cursor = max(fold.cursor, upto)
        self._sink.put(messages, fold.cursor)
        if not self._ready.is_set() and (ended or fold.cursor + 1 >= end):
            self._caught_up()
        if fold.recall.full:
            self._trim(fold)

    def _trim(self, fold: Fold) -> None:
        projected = self._past.projected(Span(-1, fold.cursor + BATCH))
        if projected is not None:
            fold.recall.trim(projected)

    def _caught_up(self) -> None:
        self._ready.set()
        self._sink.caught_up()


def replay(past: Past, after: int, end: int, size: int) -> Generator[tuple[list[Message], int], None, None]:
    """Yield the messages after ``after`` and before ``end``, as every process tells them, in parts that end
    where an offset is a multiple of ``size``; with each the last offset that it covers.

    Blocks on Kafka and the database. Raises KafkaException and LogSilent.
    """
    held = past.bounds()
    projected = past.projected(held)
    begin = held.begin if projected is None else max(held.begin, min(after + 1, projected))
    recall = Recall(forgotten=EVERYTHING) if begin > held.begin else Recall()
    fold = Fold(recall, past, begin - 1, held.begin)
    messages: list[Message] = []
    border = (after + 1) // size * size + size
    for entries in past.entries(Span(begin, end)):
        for message in fold.take(entries):
            while message.cursor >= border:
                yield messages, border - 1
                messages, border = [], border + size
            if message.cursor > after:
                messages.append(message)
        if recall.full and projected is not None:
            recall.trim(projected)
    while border < end:
        yield messages, border - 1
        messages, border = [], border + size
    yield messages, end - 1
