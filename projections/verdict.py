"""Whether a record is an event that its topic may hold."""

import msgspec

from projections.projection import Placed
from projections.source import Raw
from schemas.envelope import Undecodable, decode
from schemas.topics import Topic


class Rejected(msgspec.Struct, frozen=True):
    """A record for the dead letters, and why."""

    reason: str


def judge(record: Raw, topic: Topic) -> Placed | Rejected:
    """Read a record as an event of its topic."""
    try:
        envelope = decode(record.headers, record.value)
    except Undecodable as error:
        return Rejected(str(error))
    if not isinstance(envelope.event, topic.events):
        return Rejected(f"{envelope.type} does not belong on {topic.name}")
    return Placed(partition=record.partition, offset=record.offset, envelope=envelope)
