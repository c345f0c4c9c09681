"""What a projection is: some topics, and what a batch of their events does to its rows."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

import msgspec
from sqlalchemy import Connection

from projections.physical import Tables
from projections.source import Partition
from schemas.envelope import Envelope
from schemas.topics import Topic


class Placed(msgspec.Struct, frozen=True, gc=False):
    """An event and its place in the log."""

    partition: Partition
    offset: int
    envelope: Envelope


Values = Mapping[str, object]
"""A row as the database gives it back: column -> value (JSON as dicts and lists, arrays as lists)."""


class Projection(Protocol):
    """A view of the log in Postgres. The same code fills whichever version of its tables it is made for.

    Rows are made of events and their places alone, never of a clock, and must not depend on how the log is
    cut into batches or on how its partitions interleave (no two readings do it alike): a version filled anew
    from the beginning has the same rows.
    """

    @property
    def name(self) -> str:
        """Its name in ``projection_offsets``, on the command line and as Kafka group."""

    @property
    def version(self) -> int:
        """Which version of its tables it fills."""

    @property
    def topics(self) -> tuple[Topic, ...]:
        """What it reads."""

    @property
    def kept(self) -> Tables:
        """Its tables; ``kept[n].table(version)`` is the one to write to."""

    def apply(self, connection: Connection, events: Sequence[Placed]) -> None:
        """Write what the events do to the rows, within the caller's transaction.

        Called by one thread, in each partition's order, again with the same events when the transaction
        failed: must keep nothing in memory that a rollback would have to undo. May block on the database
        and raise whatever SQLAlchemy raises.
        """

    def folded(self, events: Iterable[Placed]) -> Sequence[Iterable[Values]]:
        """Return the rows that all the events make, for each of ``kept``: purely, in memory, without SQL.

        ``events``: each partition from its beginning, in order. What `projections.verify` holds the tables
        against; written apart from `apply`, so that a mistake in either shows.
        """
