"""What a projection is: some topics, and what a batch of their events does to its rows."""

from collections.abc import Sequence
from typing import Protocol

import msgspec
from sqlalchemy import Connection

from projections.source import Partition
from schemas.envelope import Envelope
from schemas.topics import Topic


class Placed(msgspec.Struct, frozen=True, kw_only=True):
    """An event and its place in the log."""

    partition: Partition
    offset: int
    envelope: Envelope


class Projection(Protocol):
    """A view of the log in Postgres."""

    @property
    def name(self) -> str:
        """Its name in ``projection_offsets``, on the command line and as Kafka group."""

    @property
    def version(self) -> int:
        """Which of its physical tables it fills."""

    @property
    def topics(self) -> tuple[Topic, ...]:
        """What it reads."""

    def apply(self, connection: Connection, events: Sequence[Placed]) -> None:
        """Write what the events do to the rows, within the caller's transaction.

        Called by one thread, in each partition's order, again with the same events when the transaction
        failed: must keep nothing in memory that a rollback would have to undo. May block on the database
        and raise whatever SQLAlchemy raises.
        """
