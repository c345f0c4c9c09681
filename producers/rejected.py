"""Bad records of a topic that is read from its beginning at each start: each becomes a dead letter once."""

import time

import structlog
from confluent_kafka import KafkaException, Message

from infra import clock
from infra.dead_letter import DeadLetters, Rejection
from infra.kafka import headers_of, why
from infra.letter_box import letters
from infra.letters import Letter
from schemas.topics import Topic

log = structlog.get_logger()

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
            except (KafkaException, RuntimeError, TimeoutError) as error:
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
        rejection = Rejection(
            topic=self._topic.name,
            partition=partition,
            offset=offset,
            key=message.key(),
            value=message.value(),
            headers=headers_of(message),
            reason=reason,
        )
        self._letters.put(self._topic.dlq, rejection, clock.now())
        self._told.add((partition, offset))


def _told_before(bootstrap_servers: str, topic: Topic, stage: str) -> set[Place]:
    """Return the places in a topic of which its dead letters already hold one by this stage."""
    written = letters(bootstrap_servers, topic)
    return {each.record for each in written if isinstance(each, Letter) and each.stage == stage}
