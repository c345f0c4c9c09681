"""Reading dead letters from the log: all of them, the last of them, or one with its bytes."""

import time
import uuid
from collections.abc import Collection, Iterator
from datetime import UTC, datetime

import msgspec
from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition

from infra.kafka import headers_of, reader_config
from infra.letters import Letter, Mark, letter_or_mark
from infra.offsets import offsets_at, watermarks
from schemas.envelope import Headers
from schemas.topics import Topic

POLL_S = 0.2
# A broker that is there answers a fetch in milliseconds; one that was killed is back in some seconds.
SILENCE_S = 15.0
_AT_ONCE = 500


class Rejected(msgspec.Struct, frozen=True, kw_only=True):
    """A letter with the record that it carries, byte for byte."""

    letter: Letter
    value: bytes | None
    headers: Headers
    """All of them: the record's own first, then why it was rejected."""


def letters(
    bootstrap_servers: str, topic: Topic, *, since: datetime | None = None
) -> Iterator[Letter | Mark]:
    """Yield the letters rejected from a topic and the marks on them, oldest first, as of now.

    ``since`` leaves out what was written before. Raises KafkaException or TimeoutError: the broker is away.
    """
    for message in _records(bootstrap_servers, topic.dlq, since=since):
        yield _read(topic, message)


def last_letters(bootstrap_servers: str, topic: Topic, count: int) -> Iterator[Letter | Mark]:
    """Yield at most the last ``count`` records of a dead-letter topic. Raises as `letters` does."""
    for message in _records(bootstrap_servers, topic.dlq, last=count):
        yield _read(topic, message)


def rejected(bootstrap_servers: str, topic: Topic, numbers: Collection[int]) -> Iterator[Rejected]:
    """Yield some letters of a topic with their bytes, oldest first; marks and what is gone are left out.

    Raises as `letters` does.
    """
    if not numbers:
        return
    for message in _records(bootstrap_servers, topic.dlq, first=min(numbers), until=max(numbers) + 1):
        read = _read(topic, message)
        if isinstance(read, Letter) and read.number in numbers:
            yield Rejected(letter=read, value=message.value(), headers=headers_of(message))


def newest_by_key(bootstrap_servers: str, topic: Topic) -> dict[bytes, int]:
    """Return the offset of the newest record of each key of a topic. Raises as `letters` does."""
    newest: dict[bytes, int] = {}
    for message in _records(bootstrap_servers, topic.name):
        key = message.key()
        if key is not None:
            newest[key] = message.offset() or 0
    return newest


def _read(topic: Topic, message: Message) -> Letter | Mark:
    _, written_ms = message.timestamp()
    return letter_or_mark(
        topic.name,
        message.offset() or 0,
        message.key(),
        message.value(),
        headers_of(message),
        datetime.fromtimestamp(written_ms / 1000, UTC),
    )


def _records(
    bootstrap_servers: str,
    name: str,
    *,
    since: datetime | None = None,
    last: int | None = None,
    first: int = 0,
    until: int | None = None,
) -> Iterator[Message]:
    """Yield what the one partition of a topic holds now, within what the arguments leave."""
    consumer = Consumer(reader_config(bootstrap_servers, f"horus-letters-{uuid.uuid4()}"))
    try:
        low, end = watermarks(consumer, name, 0)
        start = max(low, first)
        if last is not None:
            start = max(start, end - last)
        if since is not None:
            start = max(start, _offset_at(consumer, name, since, end))
        if until is not None:
            end = min(end, until)
        if start < end:
            consumer.assign([TopicPartition(name, 0, start)])
            yield from _up_to(consumer, name, end)
    finally:
        consumer.close()


def _offset_at(consumer: Consumer, name: str, since: datetime, end: int) -> int:
    stamp = int(since.timestamp() * 1000)
    (found,) = offsets_at(consumer, [TopicPartition(name, 0, stamp)])
    # A negative offset says that nothing is that young.
    return found.offset if found.offset >= 0 else end


def _up_to(consumer: Consumer, name: str, end: int) -> Iterator[Message]:
    heard = time.monotonic()
    while True:
        first = consumer.poll(POLL_S)
        # `consume` alone would wait until all the places it has are taken, or its time is over.
        for message in () if first is None else (first, *consumer.consume(_AT_ONCE, 0)):
            heard = time.monotonic()
            error = message.error()
            if error is None and (message.offset() or 0) < end:
                yield message
            if error is not None and error.code() == KafkaError._PARTITION_EOF:
                return
            if error is not None and error.code() == KafkaError._AUTO_OFFSET_RESET:
                raise KafkaException(error)
            if error is None and (message.offset() or 0) + 1 >= end:
                return
        if time.monotonic() - heard > SILENCE_S:
            raise TimeoutError(f"{name}: Kafka has not answered for {SILENCE_S:g} s; is it up? Try again")
