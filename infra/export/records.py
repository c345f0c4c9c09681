"""Reading a stretch of a partition: from one offset to another, and no further."""

import uuid
from collections.abc import Iterator, Mapping
from datetime import datetime

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition

from infra.export.intervals import Interval
from infra.kafka import connection
from infra.offsets import offsets_at, watermarks

METADATA_S = 10.0
BATCH = 1000
# A broker that is there answers in milliseconds; one that restarts is back within seconds.
PATIENCE_S = 30.0
# How long a call waits for a whole batch; the end of each partition costs as much.
POLL_S = 0.05


class Silent(TimeoutError):
    """The broker has stopped answering; what was written so far stands."""


class Records:
    """A reader of one topic by offsets; commits nothing."""

    def __init__(self, bootstrap_servers: str, topic: str) -> None:
        """Connect lazily."""
        self._topic = topic
        self._consumer = Consumer(
            {
                **connection(bootstrap_servers),
                "group.id": f"horus-export-{uuid.uuid4()}",
                "enable.auto.commit": False,
                "enable.auto.offset.store": False,
                "auto.offset.reset": "error",
                "enable.partition.eof": True,
            }
        )

    def close(self) -> None:
        """Let go of the broker."""
        self._consumer.close()

    def span(self, since: datetime | None, until: datetime | None) -> Mapping[int, Interval]:
        """Return by partition the offsets of a window of time, as of now.

        From the first record at or after ``since`` up to the first one at or after ``until``, by the
        timestamps of the records; adjacent windows share no offset and leave none out. Empty when there is no
        such topic. Raises KafkaException.
        """
        metadata = self._consumer.list_topics(self._topic, timeout=METADATA_S).topics[self._topic]
        if metadata.error is not None and metadata.error.code() == KafkaError.UNKNOWN_TOPIC_OR_PART:
            return {}
        marks = {
            number: watermarks(self._consumer, self._topic, number, timeout_s=METADATA_S)
            for number in sorted(metadata.partitions)
        }
        firsts = self._at(since, marks) if since is not None else {}
        ends = self._at(until, marks) if until is not None else {}
        return {
            number: (firsts.get(number, low), ends.get(number, high)) for number, (low, high) in marks.items()
        }

    def _at(self, moment: datetime, marks: Mapping[int, Interval]) -> dict[int, int]:
        stamp = int(moment.timestamp() * 1000)
        asked = [TopicPartition(self._topic, number, stamp) for number in marks]
        # A negative offset says that nothing is that young.
        return {
            found.partition: found.offset if found.offset >= 0 else marks[found.partition][1]
            for found in offsets_at(self._consumer, asked, timeout_s=METADATA_S)
        }

    def read(self, partition: int, stretch: Interval) -> Iterator[Message]:
        """Yield the records of a stretch in order; offsets that hold none are passed by.

        Raises KafkaException, and Silent when the broker says nothing for half a minute.
        """
        first, end = stretch
        self._consumer.assign([TopicPartition(self._topic, partition, first)])
        silent_s = 0.0
        while True:
            messages = self._consumer.consume(BATCH, POLL_S)
            silent_s = 0.0 if messages else silent_s + POLL_S
            if silent_s > PATIENCE_S:
                raise Silent(f"Kafka did not answer for {PATIENCE_S:g} s: run it again, it goes on from here")
            for message in messages:
                if (error := message.error()) is not None:
                    if error.code() == KafkaError._PARTITION_EOF:
                        return
                    if error.code() in (KafkaError._ALL_BROKERS_DOWN, KafkaError._TRANSPORT):
                        continue
                    raise KafkaException(error)
                offset = message.offset() or 0
                if offset < end:
                    yield message
                if offset + 1 >= end:
                    return
