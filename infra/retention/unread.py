"""Since when media waits for the stages that measure it: what they have not read yet must not go."""

import time
from collections.abc import Iterable, Mapping

from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition

from infra.follow import POLL_S, consumer_at
from infra.offsets import committed
from schemas.names import group_of
from schemas.topics import AUDIO_CHUNKS, FRAMES, Topic

READERS = tuple((group_of(stage), topic) for topic in (FRAMES, AUDIO_CHUNKS) for stage in topic.read_by)
"""Consumer groups whose work needs the media, and what they read."""

TIMEOUT_S = 10.0


def oldest_unread(bootstrap_servers: str, readers: Iterable[tuple[str, Topic]] = READERS) -> float | None:
    """Return when the oldest record that a reader has yet to read was written, in seconds since 1970.

    None: all of them have read everything. Raises KafkaException and TimeoutError when the broker does not
    answer.
    """
    moments: list[float] = []
    for group, topic in readers:
        consumer, span = consumer_at(bootstrap_servers, topic)
        try:
            moments += _written(consumer, topic, _unread(committed(bootstrap_servers, group, topic), span))
        finally:
            consumer.close()
    return min(moments, default=None)


def _unread(read: Mapping[int, int], span: Mapping[int, tuple[int, int]]) -> dict[int, int]:
    """Return the first unread offset of each partition that has one."""
    first = {number: max(low, read.get(number, 0)) for number, (low, _) in span.items()}
    return {number: offset for number, offset in first.items() if offset < span[number][1]}


def _written(consumer: Consumer, topic: Topic, places: Mapping[int, int]) -> list[float]:
    """Return when each of these records was written: by their partitions' offsets."""
    consumer.assign([TopicPartition(topic.name, number, offset) for number, offset in places.items()])
    found: dict[int, float] = {}
    deadline = time.monotonic() + TIMEOUT_S
    while len(found) < len(places):
        if time.monotonic() > deadline:
            raise TimeoutError(f"{topic.name} was not read in time")
        message = consumer.poll(POLL_S)
        if message is None:
            continue
        error = message.error()
        if error is not None and error.code() != KafkaError._PARTITION_EOF:
            raise KafkaException(error)
        if error is None:
            found.setdefault(message.partition() or 0, message.timestamp()[1] / 1000)
    return list(found.values())
