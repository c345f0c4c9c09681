"""Reading a small topic to its end and following it from there: desired state, recent segments."""

import threading
import uuid
from collections.abc import Callable, Iterator
from datetime import datetime

import structlog
from confluent_kafka import Consumer, KafkaError, Message, TopicPartition

from infra.kafka import decoded, reader_config, why
from infra.offsets import offsets_at, watermarks
from schemas.envelope import Envelope, Undecodable
from schemas.topics import Topic

log = structlog.get_logger()

# How long a poll may sleep; bounds how late `stop` is heard.
POLL_S = 0.2


def consumer_at(
    bootstrap_servers: str, topic: Topic, *, since: datetime | None = None
) -> tuple[Consumer, dict[int, tuple[int, int]]]:
    """Return a consumer of all partitions of a topic, from its beginning or from a moment on, and for each
    partition the offsets (first to read, end at this moment).

    Raises KafkaException when the broker is away.
    """
    consumer = Consumer(reader_config(bootstrap_servers, f"horus-reader-{uuid.uuid4()}"))
    partitions = [TopicPartition(topic.name, number) for number in range(topic.partitions)]
    span: dict[int, tuple[int, int]] = {}
    for each in partitions:
        span[each.partition] = watermarks(consumer, topic.name, each.partition)
    if since is not None:
        stamp = int(since.timestamp() * 1000)
        asked = [TopicPartition(topic.name, each.partition, stamp) for each in partitions]
        for found in offsets_at(consumer, asked):
            _, high = span[found.partition]
            # A negative offset says that nothing is that young: start at the end.
            span[found.partition] = (found.offset if found.offset >= 0 else high, high)
    consumer.assign([TopicPartition(topic.name, number, start) for number, (start, _) in span.items()])
    return consumer, span


class Follower:
    """Folds a topic into whatever ``on_event`` keeps: first up to the end, then as it grows, in a thread.

    ``on_event`` is called from that thread alone, in the order of each partition. A record that does not
    decode is told to ``on_reject`` (default: logged) and passed over.
    """

    def __init__(
        self,
        bootstrap_servers: str,
        topic: Topic,
        on_event: Callable[[Envelope, Message], None],
        *,
        since: datetime | None = None,
        on_reject: Callable[[Message, Undecodable], None] | None = None,
    ) -> None:
        """Prepare; nothing is read before `start`."""
        self._bootstrap_servers = bootstrap_servers
        self._topic = topic
        self._on_event = on_event
        self._on_reject = on_reject or self._tell
        self._since = since
        self._stopping = threading.Event()
        self._caught_up = threading.Event()
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name=f"follow-{topic.name}", daemon=True)

    def start(self, timeout_s: float = 60.0) -> None:
        """Read to the end as of now, then return and go on following.

        Raises TimeoutError when the end is not reached in time and whatever ``on_event`` raised.
        """
        self._thread.start()
        if not self._caught_up.wait(timeout_s):
            self._stopping.set()
            raise TimeoutError(f"{self._topic.name} not read to its end within {timeout_s:g} s")
        if self._failure is not None:
            raise self._failure

    def stop(self) -> None:
        """Stop following and wait for the thread."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()

    @property
    def alive(self) -> bool:
        """Tell whether events are still being followed."""
        return self._thread.is_alive()

    def _run(self) -> None:
        try:
            consumer, span = consumer_at(self._bootstrap_servers, self._topic, since=self._since)
        except BaseException as failure:
            self._failure = failure
            self._caught_up.set()
            return
        behind = {number for number, (start, end) in span.items() if start < end}
        try:
            if not behind:
                self._caught_up.set()
            while not self._stopping.is_set():
                message = consumer.poll(POLL_S)
                if message is None:
                    continue
                if (error := message.error()) is not None:
                    if error.code() == KafkaError._PARTITION_EOF:
                        behind.discard(message.partition() or 0)
                    else:
                        log.warning("following", topic=self._topic.name, error=why(error))
                else:
                    self._take(message)
                    number = message.partition() or 0
                    if (message.offset() or 0) + 1 >= span[number][1]:
                        behind.discard(number)
                if not behind:
                    self._caught_up.set()
        except BaseException as failure:
            self._failure = failure
            log.exception("following ended", topic=self._topic.name)
            self._caught_up.set()
        finally:
            consumer.close()

    def _take(self, message: Message) -> None:
        try:
            envelope = decoded(message)
        except Undecodable as error:
            self._on_reject(message, error)
            return
        self._on_event(envelope, message)

    def _tell(self, message: Message, error: Undecodable) -> None:
        log.warning(
            "passed over",
            topic=message.topic(),
            partition=message.partition(),
            offset=message.offset(),
            reason=str(error),
        )


def read_all(
    bootstrap_servers: str, topic: Topic, *, since: datetime | None = None
) -> Iterator[tuple[Envelope, Message]]:
    """Yield what a topic holds now (from ``since`` on), in each partition's order, then end.

    Records that do not decode are passed over. Raises KafkaException when the broker is away.
    """
    consumer, span = consumer_at(bootstrap_servers, topic, since=since)
    behind = {number: end for number, (start, end) in span.items() if start < end}
    try:
        while behind:
            for message in consumer.consume(500, POLL_S):
                number = message.partition() or 0
                if (error := message.error()) is not None:
                    if error.code() == KafkaError._PARTITION_EOF:
                        behind.pop(number, None)
                    continue
                if (message.offset() or 0) + 1 >= behind.get(number, 0):
                    behind.pop(number, None)
                try:
                    yield decoded(message), message
                except Undecodable as error_of_contract:
                    log.warning("passed over", topic=topic.name, reason=str(error_of_contract))
    finally:
        consumer.close()
