"""Whether a record is an event that its topic may hold."""

from collections.abc import Collection, Mapping, Sequence
from typing import cast

import msgspec

from projections.projection import Placed
from projections.source import Partition, Positions, Raw
from schemas.brief import BRIEF
from schemas.envelope import Undecodable, decode, reads
from schemas.topics import Topic

# Projections ask for states, and all of them, what is verified and what is made anew, must judge alike.
_BRIEFLY = reads(BRIEF)


class Rejected(msgspec.Struct, frozen=True):
    """A record for the dead letters, and why."""

    reason: str


class Batch(msgspec.Struct, frozen=True):
    """Some records, in the log's order, and what each of them is."""

    records: Sequence[Raw]
    verdicts: Sequence[Placed | Rejected]
    rejected: Sequence[int]
    """Which of them are rejected: their places in the batch, ascending. Nearly always none."""

    def events(self) -> Sequence[Placed]:
        """Return what is not rejected."""
        if self.rejected:
            return [verdict for verdict in self.verdicts if isinstance(verdict, Placed)]
        return cast(Sequence[Placed], self.verdicts)

    def first(self, count: int) -> "Batch":
        """Return the first ones."""
        return Batch(
            self.records[:count], self.verdicts[:count], [each for each in self.rejected if each < count]
        )

    def before(self, until: Positions) -> "Batch":
        """Return it without the records that lie at these offsets or behind them."""
        if all(offset <= until.get(partition, 0) for partition, offset in after(self.records).items()):
            return self
        pairs = zip(self.records, self.verdicts, strict=True)
        kept = [pair for pair in pairs if pair[0].offset < until.get(pair[0].partition, 0)]
        return batch([record for record, _ in kept], [verdict for _, verdict in kept])


def batch(records: Sequence[Raw], verdicts: Sequence[Placed | Rejected]) -> Batch:
    """Put records and verdicts together."""
    return Batch(records, verdicts, [at for at, each in enumerate(verdicts) if isinstance(each, Rejected)])


def after(records: Sequence[Raw]) -> dict[Partition, int]:
    """Return where to go on behind some records."""
    found: dict[Partition, int] = {}
    last: Raw | None = None
    for record in records:
        # Records come in runs of one partition: only the last of a run is to be looked up.
        if last is not None and record.partition is not last.partition:
            found[last.partition] = last.offset + 1
        last = record
    if last is not None:
        found[last.partition] = last.offset + 1
    return found


def judged(records: Sequence[Raw], topics: Mapping[str, Topic]) -> Batch:
    """Judge records by their topics, which ``topics`` has by name."""
    verdicts: list[Placed | Rejected] = []
    rejected: list[int] = []
    where: Partition | None = None
    home = ""
    belong: Collection[str] = ()
    for record in records:
        # As in `after`: by runs of one partition.
        if record.partition is not where:
            where = record.partition
            topic = topics[where.topic]
            home, belong = topic.name, {event.TYPE for event in topic.events}
        verdict = _judge(record, home, belong)
        if isinstance(verdict, Rejected):
            rejected.append(len(verdicts))
        verdicts.append(verdict)
    return Batch(records, verdicts, rejected)


def _judge(record: Raw, home: str, belong: Collection[str]) -> Placed | Rejected:
    """Read a record as an event of its topic, to which these types belong."""
    try:
        envelope = decode(record.headers, record.value, _BRIEFLY)
    except Undecodable as error:
        return Rejected(str(error))
    if envelope.event.TYPE not in belong:
        return Rejected(f"{envelope.type} does not belong on {home}")
    return Placed(record.partition, record.offset, envelope)
