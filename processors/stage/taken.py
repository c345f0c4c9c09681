"""A record as the loop took it from its input, whether through Faust or by reading a hole."""

from datetime import datetime

import msgspec

from infra.dead_letter import Rejection, dead_letter_headers
from infra.outlet import Outgoing
from processors.stage.work import Emitted
from schemas.envelope import Envelope, decode, encode


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """One input record, undecoded."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes | None], ...]

    def envelope(self) -> Envelope:
        """Decode the record. Raises Undecodable."""
        return decode(self.headers, self.value)


def rejected(record: Taken, *, dlq: str, reason: str, stage: str, at: datetime) -> Outgoing:
    """Return the dead letter of a record, for the topic ``dlq``: its bytes as they were, why in headers."""
    rejection = Rejection(
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        key=record.key,
        value=record.value,
        headers=record.headers,
        reason=reason,
    )
    headers = dead_letter_headers(rejection, stage=stage, at=at)
    return Outgoing(topic=dlq, key=record.key, value=record.value, headers=headers)


def outgoing(emitted: Emitted, *, source: str, at: datetime) -> list[Outgoing]:
    """Return the Kafka records of a stage's events."""
    records = []
    for topic, event in emitted:
        encoded = encode(event, source=source, time=at)
        records.append(
            Outgoing(topic=topic.name, key=encoded.key, value=encoded.value, headers=encoded.headers)
        )
    return records
