"""The log as a projector reads it: partitions by its own positions, in batches."""

import threading
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Protocol

import msgspec
import structlog
from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition

from infra.kafka import reader_config, why
from infra.offsets import watermarks
from schemas.envelope import Headers
from schemas.topics import Topic

log = structlog.get_logger()

# A broker that is there takes milliseconds; a supervisor kills what has not ended some seconds later.
_CLOSE_S = 3.0
# Errors that say the stored position is not in this log: waiting does not help.
_OUT_OF_LOG = (KafkaError._AUTO_OFFSET_RESET, KafkaError.OFFSET_OUT_OF_RANGE)


class Partition(msgspec.Struct, frozen=True):
    """One partition of a topic."""

    topic: str
    number: int

    def __str__(self) -> str:
        """Return it as Kafka's tools write it."""
        return f"{self.topic}[{self.number}]"


Positions = Mapping[Partition, int]
"""Partition -> offset of the next record to read."""


class Raw(msgspec.Struct, frozen=True, gc=False):
    """A record as it lies in the log, not yet understood."""

    partition: Partition
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Headers


class Bounds(msgspec.Struct, frozen=True):
    """What the log holds of a partition: offsets from ``low`` up to, but without, ``high``."""

    low: int
    high: int


class LostPosition(RuntimeError):
    """The stored position is not in the log (retention passed it, or it is another log)."""


class Source(Protocol):
    """What a projector needs of the log; raises KafkaException where the broker does not answer."""

    def earliest(self, topic: Topic) -> Positions:
        """Return the first offset that each partition still holds."""

    def seek(self, positions: Positions) -> None:
        """Read these partitions from these offsets on."""

    def read(self, limit: int, wait_s: float) -> Sequence[Raw]:
        """Return up to ``limit`` records, fewer when ``wait_s`` is over; in order within a partition.

        Raises LostPosition.
        """

    def tell(self, positions: Positions) -> None:
        """Tell Kafka how far we are, for lag tools only. Never raises."""

    def close(self) -> None:
        """Leave."""


class Log(Source, Protocol):
    """What a rebuild needs besides."""

    def bounds(self, topic: Topic) -> Mapping[Partition, Bounds]:
        """Return what each partition holds. Raises KafkaException."""


class KafkaSource:
    """The log in Kafka."""

    def __init__(self, bootstrap_servers: str, group: str) -> None:
        """Connect lazily; ``group`` is what lag tools know this projection by."""
        self._consumer = Consumer({**reader_config(bootstrap_servers, group), "enable.partition.eof": False})
        self._told: str = ""
        self._only: Partition | None = None
        """The partition of all records, if they have but one: asking each takes a tenth of the reading."""
        self._to_tell: dict[Partition, int] = {}

    def earliest(self, topic: Topic) -> Positions:
        """Return the first offset that each partition still holds."""
        return {partition: bounds.low for partition, bounds in self.bounds(topic).items()}

    def bounds(self, topic: Topic) -> Mapping[Partition, Bounds]:
        """Return what each partition holds. Raises KafkaException."""
        found: dict[Partition, Bounds] = {}
        for number in range(topic.partitions):
            low, high = watermarks(self._consumer, topic.name, number)
            found[Partition(topic.name, number)] = Bounds(low, high)
        return found

    def seek(self, positions: Positions) -> None:
        """Read these partitions from these offsets on."""
        self._consumer.assign(_as_kafka(positions))
        self._only = next(iter(positions)) if len(positions) == 1 else None

    def read(self, limit: int, wait_s: float) -> Sequence[Raw]:
        """Return up to ``limit`` records; a broker that is away is waited for and logged once."""
        if self._to_tell:
            self._commit()
        # Waits for the first record only: a batch is never held back to fill up.
        first = self._consumer.poll(wait_s)
        if first is None:
            return []
        records: list[Raw] = []
        only = self._only
        for message in (first, *self._consumer.consume(limit - 1, 0)):
            if (error := message.error()) is None:
                records.append(_raw(message, only or _partition_of(message)))
                self._told = ""
            elif error.code() in _OUT_OF_LOG:
                raise LostPosition(
                    f"{message.topic()}[{message.partition()}]: {why(error)}: what comes next is not in this "
                    "log; was the table made from another one?"
                )
            elif why(error) != self._told:
                self._told = why(error)
                log.warning("waiting for Kafka", error=self._told)
        return records

    def tell(self, positions: Positions) -> None:
        """Tell Kafka with the next read: a commit waits for whoever is reading in another thread."""
        self._to_tell = {**self._to_tell, **positions}

    def _commit(self) -> None:
        told, self._to_tell = self._to_tell, {}
        try:
            self._consumer.commit(offsets=_as_kafka(told), asynchronous=True)
        except KafkaException as error:
            log.debug("position not told to Kafka", error=why(error))

    def close(self) -> None:
        """Close the consumer; one that still waits for a broker that is away is left behind."""
        # What was told to Kafka and not confirmed holds librdkafka's close for as long as the broker is away.
        # Nothing is lost with it: the positions that count are in Postgres.
        closing = threading.Thread(target=self._consumer.close, name="closing", daemon=True)
        closing.start()
        closing.join(_CLOSE_S)
        if closing.is_alive():
            log.warning("left Kafka without a farewell: it does not answer")


def _as_kafka(positions: Positions) -> list[TopicPartition]:
    return [TopicPartition(each.topic, each.number, offset) for each, offset in positions.items()]


def _partition_of(message: Message) -> Partition:
    return _partition(message.topic() or "", message.partition() or 0)


@cache
def _partition(topic: str, number: int) -> Partition:
    return Partition(topic, number)


def _raw(message: Message, partition: Partition) -> Raw:
    headers = message.headers() or []
    # By place: names would take as long as all the rest of it.
    return Raw(
        partition,
        message.offset() or 0,
        message.key(),
        message.value(),
        headers if isinstance(headers, list) else list(headers.items()),
    )
