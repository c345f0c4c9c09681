"""How far a projection has read: kept in Postgres, moved in the transaction that writes its rows."""

from collections.abc import Iterable

from sqlalchemy import Connection, select, update
from sqlalchemy.dialects.postgresql import insert

from projections.source import Partition, Positions
from projections.tables import ProjectionOffset


class Fenced(RuntimeError):
    """Somebody else has moved this projection on: two processes work on it, and this one must stop."""


def stored(connection: Connection, projection: str, version: int) -> dict[Partition, int]:
    """Return the stored positions of a projection."""
    rows = connection.execute(
        select(ProjectionOffset.topic, ProjectionOffset.partition, ProjectionOffset.next_offset).where(
            ProjectionOffset.projection == projection, ProjectionOffset.version == version
        )
    )
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


def advance(
    connection: Connection, projection: str, version: int, moves: Iterable[tuple[Partition, int, int]]
) -> None:
    """Move partitions (partition, expected, new) on. Raises Fenced where one is not at ``expected``."""
    for partition, expected, new in moves:
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
