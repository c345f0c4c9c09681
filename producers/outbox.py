"""The way of events into the log: one thread for all channels, in order, again until the broker confirms."""

import queue
import threading
from collections.abc import Iterable
from typing import Protocol

import structlog
from confluent_kafka import KafkaException

from infra import crash_point
from infra.kafka import NotDelivered
from schemas.events import Event
from schemas.topics import Topic

log = structlog.get_logger()

# Events that may wait for the broker; past this the channels keep their segments on disk until it is back.
# A channel writes three events a second: 64 channels fill it in five minutes, at some 20 MB of memory.
CAPACITY = 60_000
# Pause before a batch that was not confirmed is sent again.
RETRY_S = 1.0
# How long a thread that nobody writes to sleeps; bounds how late `close` is heard.
_IDLE_S = 0.5

Letter = tuple[Topic, Event]


class Writes(Protocol):
    """What an outbox needs of a publisher; ``infra.kafka.Publisher`` is one."""

    def send(self, topic: Topic, event: Event) -> object:
        """Queue an event. Raises BufferError when the queue is full."""

    def flush(self) -> None:
        """Wait until all queued events are confirmed. Raises NotDelivered."""


class Outbox:
    """Takes events from any thread and writes them in the order in which they came.

    An unconfirmed batch is written again as a whole before anything else: events may come twice, with the
    same ids, and are never lost or overtaken while the process lives.
    """

    def __init__(self, publisher: Writes) -> None:
        """Start the thread that writes."""
        self._publisher = publisher
        self._letters: queue.SimpleQueue[tuple[Letter, ...]] = queue.SimpleQueue()
        self._closing = threading.Event()
        self._idle = threading.Condition()
        self._waiting = 0
        self._thread = threading.Thread(target=self._run, name="outbox", daemon=True)
        self._thread.start()

    @property
    def full(self) -> bool:
        """Tell whether so much waits for the broker that no more should be put."""
        return self._waiting >= CAPACITY

    def put(self, letters: Iterable[Letter]) -> None:
        """Hand over events that belong together; returns at once."""
        bundle = tuple(letters)
        with self._idle:
            self._waiting += len(bundle)
        self._letters.put(bundle)

    def close(self, timeout_s: float) -> bool:
        """Wait for what was put to be confirmed, then end; tell whether all of it was."""
        with self._idle:
            done = self._idle.wait_for(lambda: self._waiting == 0, timeout_s)
        self._closing.set()
        return done

    def _run(self) -> None:
        while not self._closing.is_set():
            try:
                batch = list(self._letters.get(timeout=_IDLE_S))
            except queue.Empty:
                continue
            while not self._letters.empty():
                batch.extend(self._letters.get())
            self._write(batch)
            with self._idle:
                self._waiting -= len(batch)
                self._idle.notify_all()

    def _write(self, batch: list[Letter]) -> None:
        failures = 0
        while True:
            try:
                for topic, event in batch:
                    self._publisher.send(topic, event)
                    crash_point.reached("outbox.amid-batch")
                self._publisher.flush()
                crash_point.reached("outbox.after-batch")
            except (NotDelivered, BufferError, KafkaException) as error:
                failures += 1
                log.warning("events wait for the broker", waiting=self._waiting, why=str(error))
                if self._closing.wait(RETRY_S):
                    return
                continue
            if failures:
                log.info("the broker confirms again", events=len(batch), failures=failures)
            return
