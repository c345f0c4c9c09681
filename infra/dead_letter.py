"""Dead letters: a rejected record goes on byte for byte, with why it was rejected in further headers."""

from collections.abc import Iterable
from datetime import datetime

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


def dead_letter_headers(
    headers: Iterable[tuple[str, str | bytes | None]] | None,
    *,
    reason: str,
    stage: str,
    topic: str,
    partition: int,
    offset: int,
    at: datetime,
) -> Headers:
    """Return the record's own headers, unchanged and first, then who rejected it, when, where and why."""
    own: Headers = [(name, value) for name, value in headers or ()]
    return [
        *own,
        (REASON, reason.encode()),
        (STAGE, stage.encode()),
        (TOPIC, topic.encode()),
        (PARTITION, str(partition).encode()),
        (OFFSET, str(offset).encode()),
        (AT, iso(at).encode()),
    ]


class DeadLetters:
    """Writes dead letters through a producer of its own; `put` returns once the broker has confirmed."""

    def __init__(self, bootstrap_servers: str, stage: str) -> None:
        """Connect lazily; ``stage`` is named in each letter."""
        self._stage = stage
        self._producer = Producer(writer_config(bootstrap_servers, f"{stage}-dlq", linger_ms=0))

    def put(
        self,
        *,
        dlq: str,
        topic: str,
        partition: int,
        offset: int,
        key: bytes | None,
        value: bytes | None,
        headers: Iterable[tuple[str, str | bytes | None]] | None,
        reason: str,
        at: datetime,
    ) -> None:
        """Write one rejected record to ``dlq``. Raises RuntimeError when the broker does not confirm."""
        failed: list[str] = []
        self._producer.produce(
            dlq,
            key=key,
            value=value,
            headers=dead_letter_headers(
                headers,
                reason=reason,
                stage=self._stage,
                topic=topic,
                partition=partition,
                offset=offset,
                at=at,
            ),
            on_delivery=lambda error, _: failed.append(error.str()) if error else None,
        )
        if self._producer.flush(30) or failed:
            raise RuntimeError(f"dead letter for {topic}[{partition}]@{offset} not confirmed: {failed}")
