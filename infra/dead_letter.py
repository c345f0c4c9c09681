"""Dead letters: a rejected record goes on byte for byte, with why it was rejected in further headers."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from confluent_kafka import Producer

from infra.clock import iso
from infra.kafka import writer_config
from schemas.envelope import Headers

REASON = "horus_dlq_reason"
STAGE = "horus_dlq_stage"
TOPIC = "horus_dlq_topic"
PARTITION = "horus_dlq_partition"
OFFSET = "horus_dlq_offset"
AT = "horus_dlq_at"
WHY = (REASON, STAGE, TOPIC, PARTITION, OFFSET, AT)
"""The headers that are added to those of a rejected record, in this order."""


class Rejection(msgspec.Struct, frozen=True, kw_only=True):
    """A record that a stage puts aside: where it lies, its bytes, and why."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, str | bytes | None]]
    reason: str


def dead_letter_headers(rejection: Rejection, *, stage: str, at: datetime) -> Headers:
    """Return the record's own headers, unchanged and first, then who rejected it, when, where and why."""
    return [
        *rejection.headers,
        (REASON, rejection.reason.encode()),
        (STAGE, stage.encode()),
        (TOPIC, rejection.topic.encode()),
        (PARTITION, str(rejection.partition).encode()),
        (OFFSET, str(rejection.offset).encode()),
        (AT, iso(at).encode()),
    ]


class DeadLetters:
    """Writes dead letters through a producer of its own; `put` returns once the broker has confirmed."""

    def __init__(self, bootstrap_servers: str, stage: str) -> None:
        """Connect lazily; ``stage`` is named in each letter."""
        self._stage = stage
        self._producer = Producer(writer_config(bootstrap_servers, f"{stage}-dlq", linger_ms=0))

    def put(self, dlq: str, rejection: Rejection, at: datetime) -> None:
        """Write a rejected record to the topic ``dlq``. Raises RuntimeError: the broker does not confirm."""
        failed: list[str] = []
        self._producer.produce(
            dlq,
            key=rejection.key,
            value=rejection.value,
            headers=dead_letter_headers(rejection, stage=self._stage, at=at),
            on_delivery=lambda error, _: failed.append(error.str()) if error else None,
        )
        if self._producer.flush(30) or failed:
            place = f"{rejection.topic}[{rejection.partition}]@{rejection.offset}"
            raise RuntimeError(f"dead letter for {place} not confirmed: {failed}")
