"""The state of a partition: position and state of all its channels in one record, so they move together."""

from collections.abc import Iterable
from typing import Generic, TypeVar

import msgspec

from infra.outlet import Outgoing
from processors.stage.hole import read_stretches
from processors.stage.taken import Taken
from schemas.topics import Topic

State = TypeVar("State")


class Snapshot(msgspec.Struct, Generic[State], frozen=True, kw_only=True):
    """What a stage knows of one partition after the offsets before ``next_offsets``."""

    next_offsets: dict[str, int] = {}
    """For each input topic the first offset not yet folded in."""
    channels: dict[str, State] = {}

    def expected(self, topic: str) -> int:
        """Return the offset that should come next."""
        return self.next_offsets.get(topic, 0)


def hole_before(snapshot: "Snapshot[State]", records: Iterable[Taken]) -> dict[str, tuple[int, int]]:
    """Return for each topic the stretch of offsets that is missing before the first of ``records``."""
    due: dict[str, int] = {}
    holes: dict[str, tuple[int, int]] = {}
    for record in records:
        expected = due.get(record.topic, snapshot.expected(record.topic))
        if record.offset > expected:
            # Read again from the beginning of the batch: what came before the hole must be folded first.
            holes[record.topic] = (snapshot.expected(record.topic), record.offset)
        due[record.topic] = max(expected, record.offset + 1)
    return holes


def written(topic: Topic, partition: int, snapshot: "Snapshot[State]") -> Outgoing:
    """Return the record that holds a snapshot."""
    return Outgoing(
        topic=topic.name,
        key=str(partition).encode(),
        value=msgspec.json.encode(snapshot),
        partition=partition,
    )


async def load_snapshots(
    bootstrap_servers: str, topic: Topic, partitions: Iterable[int], state_type: type[State]
) -> dict[int, "Snapshot[State]"]:
    """Read the newest snapshot of each partition; one never written is empty.

    The newest is the one that has folded most: a worker that was declared dead may write a last one late.
    Raises aiokafka.errors.KafkaError when the broker is away, msgspec.DecodeError for a foreign record.
    """
    decoder = msgspec.json.Decoder(Snapshot[state_type])  # type: ignore[valid-type]
    empty: Snapshot[State] = Snapshot()
    newest: dict[int, Snapshot[State]] = dict.fromkeys(partitions, empty)
    stretches: dict[tuple[str, int], tuple[int, int | None]] = {
        (topic.name, partition): (0, None) for partition in newest
    }
    async for record in read_stretches(bootstrap_servers, stretches):
        if record.value is None:
            continue
        snapshot: Snapshot[State] = decoder.decode(record.value)
        if sum(snapshot.next_offsets.values()) >= sum(newest[record.partition].next_offsets.values()):
            newest[record.partition] = snapshot
    return newest
