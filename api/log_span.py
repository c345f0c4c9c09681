"""Reading stretches of a topic's one partition by offset: what memory no longer holds."""

import time
from collections.abc import Iterable, Iterator, Sequence

import msgspec
import structlog
from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition

from infra.kafka import decoded, reader_config
from infra.offsets import watermarks
from schemas.envelope import Envelope, Undecodable
from schemas.topics import Topic

log = structlog.get_logger()

# A broker that restarts is back within seconds; past this whoever reads is better told to come again.
SILENCE_S = 20.0
# How long a take waits for its batch to fill up.
FILL_S = 0.2
TAKE = 5000
# Reading so many records that nobody wants costs less than asking the broker once more (some 20 ms).
GAP = 2000


class LogSilent(RuntimeError):
    """The broker gave nothing for `SILENCE_S`."""


class Entry(msgspec.Struct, frozen=True):
    """An event and where it lies."""

    offset: int
    envelope: Envelope


class Span(msgspec.Struct, frozen=True):
    """Offsets from ``begin`` up to, without, ``end``."""

    begin: int
    end: int


def bounds(consumer: Consumer, topic: Topic) -> Span:
    """Return what the log holds now. Raises KafkaException when the broker is away."""
    return Span(*watermarks(consumer, topic.name, 0))


def reader(bootstrap_servers: str) -> Consumer:
    """Return a consumer that reads where it is told to and keeps no position."""
    return Consumer(reader_config(bootstrap_servers, "horus-push"))


def merged(wanted: Iterable[Span]) -> list[Span]:
    """Return as few spans as cover all wanted ones; those less than `GAP` apart become one."""
    found: list[Span] = []
    for span in sorted(wanted, key=lambda each: each.begin):
        if found and span.begin <= found[-1].end + GAP:
            found[-1] = Span(found[-1].begin, max(found[-1].end, span.end))
        else:
            found.append(span)
    return found


def read(consumer: Consumer, topic: Topic, span: Span, take: int = TAKE) -> Iterator[Sequence[Entry]]:
    """Yield the events of a span, in order, at most ``take`` at once; what does not decode is left out.

    Raises LogSilent, and KafkaException for what the broker refuses (offsets that it no longer has).
    """
    at = span.begin
    if at >= span.end:
        return
    consumer.assign([TopicPartition(topic.name, 0, at)])
    heard = time.monotonic()
    while at < span.end:
        entries: list[Entry] = []
        for message in consumer.consume(min(take, span.end - at), FILL_S):
            heard = time.monotonic()
            if (error := message.error()) is not None:
                if error.code() == KafkaError._PARTITION_EOF:
                    # Nothing further lies there (records may be control records of the broker's own).
                    at = span.end
                    continue
                raise KafkaException(error)
            at = (message.offset() or 0) + 1
            if at <= span.end and (entry := entry_of(message)) is not None:
                entries.append(entry)
        if entries:
            yield entries
        elif time.monotonic() - heard > SILENCE_S:
            raise LogSilent(f"{topic.name}: nothing came from Kafka for {SILENCE_S:g} s")


def entry_of(message: Message) -> Entry | None:
    """Return the event in a record, None for one that does not decode."""
    try:
        return Entry(message.offset() or 0, decoded(message))
    except Undecodable as error:
        log.warning("passed over", topic=message.topic(), offset=message.offset(), reason=str(error))
        return None
