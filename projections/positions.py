"""How far a projection has read: kept in Postgres, moved in the transaction that writes its rows."""

from collections.abc import Iterable

from sqlalchemy import Connection, delete, select, update
from sqlalchemy.dialects.postgresql import insert

from projections.source import Partition, Positions
from projections.tables import ProjectionOffset


class Fenced(RuntimeError):
    """Somebody else has moved this projection on: two processes work on it, and this one must stop."""


def stored(
    connection: Connection, projection: str, version: int, *, hold: bool = False
) -> dict[Partition, int]:
    """Return the stored positions of a version. ``hold``: nobody can move them until the transaction ends."""
    asked = (
        select(ProjectionOffset.topic, ProjectionOffset.partition, ProjectionOffset.next_offset)
        .where(ProjectionOffset.projection == projection, ProjectionOffset.version == version)
        .order_by(ProjectionOffset.topic, ProjectionOffset.partition)
    )
    rows = connection.execute(asked.with_for_update() if hold else asked)
    return {Partition(topic, number): offset for topic, number, offset in rows}


def begin(connection: Connection, projection: str, version: int, positions: Positions) -> None:
    """Store the first positions of partitions never read before; known ones stay as they are."""
    for partition, offset in positions.items():
        connection.execute(
            insert(ProjectionOffset)
            .values(
                projection=projection,
                version=version,
                topic=partition.topic,
                partition=partition.number,
                next_offset=offset,
            )
            .on_conflict_do_nothing()
        )


def forget(connection: Connection, projection: str, version: int) -> None:
    """Remove the stored positions of a version."""
    connection.execute(
        delete(ProjectionOffset).where(
            ProjectionOffset.projection == projection, ProjectionOffset.version == version
        )
    )


def advance(
    connection: Connection, projection: str, version: int, moves: Iterable[tuple[Partition, int, int]]
) -> None:
    """Move partitions (partition, expected, new) on. Raises Fenced where one is not at ``expected``."""
    # Always in the same order: two that move or hold several rows must not wait for each other.
    for partition, expected, new in sorted(moves, key=lambda move: (move[0].topic, move[0].number)):
        moved = connection.execute(
            update(ProjectionOffset)
            .where(
                ProjectionOffset.projection == projection,
                ProjectionOffset.version == version,
                ProjectionOffset.topic == partition.topic,
                ProjectionOffset.partition == partition.number,
                ProjectionOffset.next_offset == expected,
            )
            .values(next_offset=new)
        )
        if moved.rowcount != 1:
            raise Fenced(
                f"{projection} v{version}: {partition} is no longer at {expected}: "
                "another process projects it too"
            )
