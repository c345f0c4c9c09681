"""Bad records of a topic that is read from its beginning at each start: each becomes a dead letter once."""

import time

import structlog
from confluent_kafka import KafkaError, KafkaException, Message

from infra import clock
from infra.dead_letter import DeadLetters
from infra.follow import consumer_at
from infra.kafka import headers_of, why
from schemas.topics import Topic, dead_letters

log = structlog.get_logger()

_STAGE_HEADER = "horus_dlq_stage"
_PARTITION_HEADER = "horus_dlq_partition"
_OFFSET_HEADER = "horus_dlq_offset"
_POLL_S = 0.2
# A try asks for ten seconds, or waits thirty for the broker's word: a broker that restarts is back by then.
TRIES = 3
AGAIN_S = 1.0

Place = tuple[int, int]
"""Partition and offset."""


class Rejected:
    """Puts bad records of one topic aside. Use it in the thread that follows the topic."""

    def __init__(self, bootstrap_servers: str, topic: Topic, stage: str) -> None:
        """Connect lazily; ``stage`` is named in each letter."""
        self._bootstrap_servers = bootstrap_servers
        self._topic = topic
        self._stage = stage
        self._letters = DeadLetters(bootstrap_servers, stage)
        self._told: set[Place] | None = None

    def put(self, message: Message, reason: str) -> None:
        """Write a record's dead letter, unless the log has it. A broker that stays away is said, not raised:
        the next start reads the record again, and channels must not wait for it for ever."""
        partition, offset = message.partition() or 0, message.offset() or 0
        log.warning("rejected", topic=self._topic.name, partition=partition, offset=offset, reason=reason)
        for left in reversed(range(TRIES)):
            try:
                self._put(message, partition, offset, reason)
            except (KafkaException, RuntimeError) as error:
                told = why(error) if isinstance(error, KafkaException) else str(error)
                log.error("dead letter not written", partition=partition, offset=offset, error=told)
                # While the broker is away there is nothing else to follow either.
                time.sleep(AGAIN_S if left else 0.0)
                continue
            return

    def _put(self, message: Message, partition: int, offset: int, reason: str) -> None:
        if self._told is None:
            self._told = _told_before(self._bootstrap_servers, self._topic, self._stage)
        if (partition, offset) in self._told:
            return
        self._letters.put(
            dlq=self._topic.dlq,
            topic=self._topic.name,
            partition=partition,
            offset=offset,
            key=message.key(),
            value=message.value(),
            headers=headers_of(message),
            reason=reason,
            at=clock.now(),
        )
        self._told.add((partition, offset))


def _told_before(bootstrap_servers: str, topic: Topic, stage: str) -> set[Place]:
    """Return the places in a topic of which its dead letters already hold one by this stage."""
    consumer, span = consumer_at(bootstrap_servers, dead_letters(topic))
    behind = {number: end for number, (start, end) in span.items() if start < end}
    found: set[Place] = set()
    try:
        while behind:
            for message in consumer.consume(500, _POLL_S):
                number = message.partition() or 0
                if (error := message.error()) is not None:
                    if error.code() == KafkaError._PARTITION_EOF:
                        behind.pop(number, None)
                    continue
                if (message.offset() or 0) + 1 >= behind.get(number, 0):
                    behind.pop(number, None)
                # The headers of the letter stand behind the record's own, of whatever name those are.
                said = dict(headers_of(message))
                if _text(said.get(_STAGE_HEADER)) == stage:
                    partition, offset = (
                        _text(said.get(name)) for name in (_PARTITION_HEADER, _OFFSET_HEADER)
                    )
                    found.add((int(partition), int(offset)))
    finally:
        consumer.close()
    return found


def _text(value: str | bytes | None) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else value or ""
