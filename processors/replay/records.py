"""Reading stretches of the log's partitions by time: one consumer a topic, many stretches."""

from collections.abc import Collection, Iterator
from contextlib import AbstractContextManager
from datetime import datetime
from types import TracebackType

import msgspec
import structlog
from confluent_kafka import KafkaError, KafkaException, Message, TopicPartition

from infra.follow import consumer_at
from infra.kafka import decoded
from infra.offsets import offsets_at
from schemas.brief import BRIEF
from schemas.envelope import Envelope, Undecodable, reads
from schemas.names import analysis_of
from schemas.topics import Topic

log = structlog.get_logger()

# Records taken from the client at once: with ten times as many, decoding cost 1.7 times the CPU (seen with
# benchmarks/replay.py), for they no longer fit into the processor's cache.
TAKE = 200
# How long one call may wait: what a compacted partition lacks of its offsets never comes.
POLL_S = 0.2
# Nothing at all for this long means that the broker is away.
SILENT_S = 20.0

# As those decide who decide again: by what a fold asks for.
_BRIEFLY = reads(BRIEF)


class Read(msgspec.Struct, frozen=True, gc=False):
    """An event and when it was written, by Kafka's time stamp, in seconds since 1970."""

    stamp_s: float
    offset: int
    envelope: Envelope


class LogSilent(TimeoutError):
    """The broker sends nothing, though the log is known to hold more."""


class Records(AbstractContextManager["Records"]):
    """The partitions of one topic as they are now; close it."""

    def __init__(self, bootstrap_servers: str, topic: Topic) -> None:
        """Find out how much there is. Raises KafkaException when the broker is away."""
        self._topic = topic
        self._consumer, self._span = consumer_at(bootstrap_servers, topic)
        self.undecodable = 0
        """Records passed over because they are no events of the contract."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave the broker."""
        self._consumer.close()

    def read(
        self,
        partition: int,
        *,
        channels: Collection[str] = (),
        since: datetime | None = None,
        until_s: float = float("inf"),
    ) -> Iterator[Read]:
        """Yield the events of one partition up to its end, in order; of some channels, or of all live ones.

        Begins with the first record written at ``since`` or later (None: the oldest), ends with the first
        one stamped after ``until_s`` (seconds since 1970). Only one stretch is read at a time: a new one ends
        the one before. Raises KafkaException and LogSilent.
        """
        first, end = self._span[partition]
        at = first if since is None else self._offset(partition, since, end)
        keys = frozenset(channel.encode() for channel in channels)
        live: dict[bytes | None, bool] = {}
        self._consumer.assign([TopicPartition(self._topic.name, partition, at)])
        silent_s = 0.0
        while at < end:
            # No more than there are: the client waits until it has as many as it was asked for.
            messages = self._consumer.consume(min(TAKE, end - at), POLL_S)
            silent_s = 0.0 if messages else silent_s + POLL_S
            if silent_s > SILENT_S:
                raise LogSilent(f"{self._topic.name}: nothing came for {SILENT_S:g} s; try again")
            for message in messages:
                if (error := message.error()) is not None:
                    if error.code() != KafkaError._PARTITION_EOF:
                        raise KafkaException(error)
                    at = end
                    continue
                at = (message.offset() or 0) + 1
                stamp_s = message.timestamp()[1] / 1000
                if stamp_s > until_s or at > end:
                    return
                key = message.key()
                name = key.encode() if isinstance(key, str) else key
                if name not in live:
                    live[name] = name in keys if keys else _is_live(name)
                if live[name] and (envelope := self._envelope(message)) is not None:
                    yield Read(stamp_s, at - 1, envelope)

    def _offset(self, partition: int, since: datetime, end: int) -> int:
        asked = TopicPartition(self._topic.name, partition, int(since.timestamp() * 1000))
        (found,) = offsets_at(self._consumer, [asked])
        # A negative offset says that nothing is that young.
        return found.offset if found.offset >= 0 else end

    def _envelope(self, message: Message) -> Envelope | None:
        try:
            return decoded(message, _BRIEFLY)
        except Undecodable as error:
            self.undecodable += 1
            log.debug("passed over", topic=self._topic.name, offset=message.offset(), reason=str(error))
            return None


def _is_live(key: bytes | None) -> bool:
    try:
        return key is not None and analysis_of(key.decode()) is None
    except UnicodeDecodeError:
        return False
