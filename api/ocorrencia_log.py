"""Single events of ``horus.ocorrencias.v1``, read back by their offsets."""

import time
import uuid
from collections.abc import Iterator, Sequence

import structlog
from confluent_kafka import Consumer, KafkaError, Message, TopicPartition

from api.commands import LogAway
from infra.kafka import decoded, reader_config, why
from schemas.envelope import Envelope, Undecodable
from schemas.topics import OCORRENCIAS, Topic

log = structlog.get_logger()

# A person waits for the answer; the events of an occurrence are a few dozen.
READ_S = 5.0
# Reading on is quicker than asking the broker anew up to about a fetch: some 500 events of 2 KB.
NEAR = 500
_GONE = (KafkaError._AUTO_OFFSET_RESET, KafkaError.OFFSET_OUT_OF_RANGE)


class OcorrenciaLog:
    """Reads from the log. Its methods block, and may be called from any thread."""

    def __init__(self, bootstrap_servers: str, topic: Topic = OCORRENCIAS) -> None:
        """Connect at each reading."""
        self._bootstrap_servers = bootstrap_servers
        self._topic = topic

    def at(self, offsets: Sequence[int]) -> list[tuple[int, Envelope]]:
        """Return the events at ``offsets`` (ascending), but for those that do not decode or are no more.

        Raises LogAway when they are not read within `READ_S` seconds.
        """
        consumer = Consumer(reader_config(self._bootstrap_servers, f"horus-reader-{uuid.uuid4()}"))
        try:
            return list(self._read(consumer, offsets, time.monotonic() + READ_S))
        finally:
            consumer.close()

    def _read(
        self, consumer: Consumer, offsets: Sequence[int], deadline: float
    ) -> Iterator[tuple[int, Envelope]]:
        here = -1
        for offset in offsets:
            if not 0 <= offset - here <= NEAR or here < 0:
                consumer.assign([TopicPartition(self._topic.name, 0, offset)])
            record = _until(consumer, offset, deadline)
            here = offset + 1 if record is not None else -1
            if record is None:
                continue
            try:
                yield offset, decoded(record)
            except Undecodable as error:
                log.warning("passed over", topic=self._topic.name, offset=offset, reason=str(error))


def _until(consumer: Consumer, offset: int, deadline: float) -> Message | None:
    """Return the record at an offset, reading over those before it; None when the log holds it no more."""
    while (left := deadline - time.monotonic()) > 0:
        message = consumer.poll(left)
        if message is None:
            break
        if (error := message.error()) is not None:
            if error.code() in _GONE:
                return None
            if error.code() != KafkaError._PARTITION_EOF:
                log.debug("waiting for Kafka", error=why(error))
        elif (message.offset() or 0) >= offset:
            return message if message.offset() == offset else None
    raise LogAway
