"""A batch that is taken in piece by piece, while Postgres still works on the one before."""

from collections.abc import Sequence
from typing import Protocol

from sqlalchemy import Connection

from projections.projection import Placed, Projection

# Records in a transaction: COPY is at its best from some thousands on (projections/bulk.py), and the more an
# occurrence has of its life in one batch, the less is written. A batch never waits to fill up.
BATCH = 10_000


class Gathering(Protocol):
    """What a projection makes of a batch before it knows the rows that are there.

    Whatever it keeps of an event it keeps until the batch is written: the less, the better. Python that lets
    go of some hundred events before it takes in the next finds its memory in the processor's cache, and does
    not leave it to another core to be cleared away.
    """

    @property
    def most(self) -> int:
        """Return with how many records it is to be written, about."""

    def add(self, events: Sequence[Placed]) -> None:
        """Take in what follows, in order; purely."""

    def close(self) -> None:
        """Make what can be made without the database: nothing follows."""

    def apply(self, connection: Connection) -> None:
        """Write all of it, within the caller's transaction; the same again when that failed.

        May take for granted what mostly is so and what a constraint of the table watches over: after
        sqlalchemy.exc.IntegrityError the same events come once more, to the projection's own `apply`.
        """


class Listed:
    """All events of the batch, for a projection that does everything when it writes."""

    most = BATCH

    def __init__(self, projection: Projection) -> None:
        """Gather for this projection."""
        self._projection = projection
        self._events: list[Placed] = []

    def add(self, events: Sequence[Placed]) -> None:
        """Keep them."""
        self._events += events

    def close(self) -> None:
        """Do nothing."""

    def apply(self, connection: Connection) -> None:
        """Have them written."""
        self._projection.apply(connection, self._events)


class Gatherer(Protocol):
    """A projection that makes something of events before they are written."""

    def gathering(self) -> Gathering:
        """Return an empty batch."""


def gathering(projection: Projection) -> Gathering:
    """Return an empty batch of a projection."""
    own = getattr(projection, "gathering", None)
    return Listed(projection) if own is None else own()
