"""All that the log holds in the end, read once and plainly: no stage, no projection, no table in between."""

from collections.abc import Sequence

import msgspec
from confluent_kafka import KafkaError, Message

from infra.follow import consumer_at
from infra.kafka import headers_of
from schemas.envelope import Envelope, Undecodable, decode
from schemas.topics import Topic
from tests.soak.poison import Headers

POLL_S = 0.2
FETCH = 500


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """A record of the log."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Headers

    def envelope(self) -> Envelope | None:
        """Return the event in it, None for what is none."""
        try:
            return decode(self.headers, self.value)
        except Undecodable:
            return None


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """An event and where it lies."""

    partition: int
    offset: int
    envelope: Envelope
    value: bytes


def records(bootstrap_servers: str, topic: Topic) -> list[Record]:
    """Return every record that a topic holds now, each partition in its order. Raises KafkaException."""
    consumer, span = consumer_at(bootstrap_servers, topic)
    behind = {number: end for number, (start, end) in span.items() if start < end}
    found: list[Record] = []
    try:
        while behind:
            for message in consumer.consume(FETCH, POLL_S):
                number = message.partition() or 0
                if (error := message.error()) is not None:
                    if error.code() == KafkaError._PARTITION_EOF:
                        behind.pop(number, None)
                    continue
                found.append(_record(message))
                if found[-1].offset + 1 >= behind.get(number, 0):
                    behind.pop(number, None)
    finally:
        consumer.close()
    return found


def told(found: Sequence[Record]) -> list[Told]:
    """Return the events among some records, in their order."""
    return [
        Told(partition=each.partition, offset=each.offset, envelope=envelope, value=each.value or b"")
        for each in found
        if (envelope := each.envelope()) is not None
    ]


def _record(message: Message) -> Record:
    return Record(
        topic=message.topic() or "",
        partition=message.partition() or 0,
        offset=message.offset() or 0,
        key=message.key(),
        value=message.value(),
        headers=tuple(
            (name, value.encode() if isinstance(value, str) else value) for name, value in headers_of(message)
        ),
    )
