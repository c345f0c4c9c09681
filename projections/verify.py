"""The tables against the log: every event folded purely, in memory, its rows held against those there are."""

import itertools
import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

import msgspec
from sqlalchemy import Connection, Engine, select

from projections import physical, positions
from projections.compare import SHOWN, Comparison, Difference, differences
from projections.gathering import BATCH
from projections.patience import Stopping
from projections.physical import Kept
from projections.projection import Placed, Projection, Values
from projections.projector import reached
from projections.reading import POLL_S
from projections.rebuild_rules import Refused, beginning_gone, left, target
from projections.source import Bounds, Log, Partition, Positions
from projections.verdict import judged

# Rows fetched at once; some 2 KB each.
CHUNK = 2000


class Verified(msgspec.Struct, frozen=True, kw_only=True):
    """What came of it."""

    projection: str
    version: int
    """The one that readers see."""
    at: Mapping[str, int]
    """Partition -> offset up to which, but without, the table tells of the log."""
    events: int
    """Records read."""
    set_aside: int
    """Of those, records that are no events, or that the projection has put into the dead letters."""
    comparison: Comparison


def verify(
    make: Callable[[int], Projection],
    engine: Engine,
    log: Log,
    *,
    buried: Mapping[tuple[str, int], Collection[int]],
    tell: Callable[[int, int], None],
    stopping: threading.Event,
) -> Verified:
    """Fold the log up to where the table is, and compare; both as of one moment.

    ``buried``: offsets of records that the projection has put into the dead letters, by topic and partition.
    ``tell`` hears how many of how many records are read. Holds one state a row in memory, some 3 KB each.
    Raises Refused when the table cannot be told from this log, Stopping, LostPosition, and what SQLAlchemy
    and confluent-kafka raise when a server is away.
    """
    form = make(1)
    with engine.execution_options(isolation_level="REPEATABLE READ").connect() as snapshot:
        version = physical.live(snapshot, form.kept)
        projection = make(version)
        until = positions.stored(snapshot, form.name, version)
        held = {partition: bounds for topic in form.topics for partition, bounds in log.bounds(topic).items()}
        if gone := beginning_gone(held):
            raise Refused(f"{form.name}: {gone}; what is older cannot be verified")
        if incomparable := target(until, held).incomparable:
            raise Refused(f"{form.name}: {incomparable}")
        reading = _Reading(log, projection, held, until, buried, tell, stopping)
        expected = projection.folded(iter(reading))
        comparison = _compared(snapshot, projection.kept, version, expected)
    return Verified(
        projection=form.name,
        version=version,
        at={str(partition): offset for partition, offset in until.items()},
        events=reading.read,
        set_aside=reading.set_aside,
        comparison=comparison,
    )


class _Reading:
    """The events of a log up to where a projection is."""

    def __init__(
        self,
        log: Log,
        projection: Projection,
        held: Mapping[Partition, Bounds],
        until: Positions,
        buried: Mapping[tuple[str, int], Collection[int]],
        tell: Callable[[int, int], None],
        stopping: threading.Event,
    ) -> None:
        self._log = log
        self._topics = {topic.name: topic for topic in projection.topics}
        self._begin = {partition: bounds.low for partition, bounds in held.items()}
        self._until = until
        self._buried = buried
        self._tell = tell
        self._stopping = stopping
        self.read = self.set_aside = 0

    def __iter__(self) -> Iterator[Placed]:
        at = {partition: self._begin[partition] for partition in self._until}
        self._log.seek(at)
        while not reached(at, self._until):
            if self._stopping.is_set():
                raise Stopping
            found = judged(self._log.read(BATCH, POLL_S), self._topics).before(self._until)
            for record, verdict in zip(found.records, found.verdicts, strict=True):
                where = record.partition
                at[where] = record.offset + 1
                self.read += 1
                if isinstance(verdict, Placed) and record.offset not in self._buried.get(
                    (where.topic, where.number), ()
                ):
                    yield verdict
                else:
                    self.set_aside += 1
            self._tell(self.read, self.read + left(at, self._until))


def _compared(
    connection: Connection, tables: Sequence[Kept], version: int, folded: Sequence[Iterable[Values]]
) -> Comparison:
    rows = different = 0
    shown: list[Difference] = []
    for kept, made in zip(tables, folded, strict=True):
        expected = {_key(kept, row): row for row in made}
        for found in _rows(connection, kept, version):
            rows += 1
            wrong = list(differences(kept, found, expected.pop(_key(kept, found), None)))
            different += bool(wrong)
            shown += wrong[: SHOWN - len(shown)]
        rows, different = rows + len(expected), different + len(expected)
        for missing in itertools.islice(expected.values(), SHOWN - len(shown)):
            shown += differences(kept, None, missing)
    return Comparison(rows=rows, different=different, shown=tuple(shown))


def _rows(connection: Connection, kept: Kept, version: int) -> Iterator[Values]:
    found = connection.execution_options(yield_per=CHUNK).execute(select(kept.table(version)))
    for row in found:
        yield row._asdict()


def _key(kept: Kept, row: Values) -> tuple[object, ...]:
    return tuple(row[column.name] for column in kept.form.primary_key.columns)
