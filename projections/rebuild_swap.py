"""What a rebuild does to what others use: holding the live version for a moment, and letting another in."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import OperationalError

from projections import physical, positions
from projections.projection import Projection
from projections.rebuild_rules import Refused
from projections.source import Positions

# Whoever asks while a swap waits for a slow reader waits behind it: better to let them pass and try again.
LOCK_TIMEOUT_MS = 1000
TRIES = 30
# Advisory locks of two numbers share no space with those of one (projections/migrate.py).
_LOCK = 0x52_45_42  # "REB"
# A server notices within this that the process which held the lock was killed.
_ALONE_S = 5.0
_LOOK_S = 0.1


@contextmanager
def alone(engine: Engine, name: str) -> Iterator[None]:
    """Make sure that nobody else rebuilds this projection while the block lasts. Raises Refused."""
    with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        lock = {"lock": _LOCK, "name": name}
        end = time.monotonic() + _ALONE_S
        while not connection.scalar(text("SELECT pg_try_advisory_lock(:lock, hashtext(:name))"), lock):
            if time.monotonic() > end:
                raise Refused(f"another rebuild of {name} is at work")
            time.sleep(_LOOK_S)
        try:
            yield
        finally:
            connection.execute(text("SELECT pg_advisory_unlock(:lock, hashtext(:name))"), lock)


@contextmanager
def held(engine: Engine, projection: Projection, version: int) -> Iterator[tuple[Connection, Positions]]:
    """Keep a version where it is while the block lasts: whoever feeds it waits, whoever reads does not.

    Gives the transaction that does so, and where the version is.
    """
    with engine.begin() as connection:
        connection.execute(text(f"SET LOCAL lock_timeout = {LOCK_TIMEOUT_MS}"))
        yield connection, positions.stored(connection, projection.name, version, hold=True)


def patiently(step: Callable[[], None]) -> None:
    """Do something again until it gets its locks.

    Raises sqlalchemy.exc.OperationalError when it does not after TRIES times, or for another reason.
    """
    for attempt in range(TRIES):
        try:
            step()
        except OperationalError as error:
            # lock_not_available and deadlock_detected.
            if getattr(error.orig, "pgcode", None) not in ("55P03", "40P01") or attempt == TRIES - 1:
                raise
        else:
            return


def drop_others(engine: Engine, projection: Projection) -> list[int]:
    """Drop the versions that readers have left and all older ones, with their positions; return them.

    A later version that nobody has seen stays: a rebuild fills it, or will go on filling it.
    """
    with engine.begin() as connection:
        live = physical.live(connection, projection.kept)
        left = physical.left(connection, projection.kept)
        every = physical.versions(connection, projection.kept)
        old = [each for each in every if each < live or (each in left and each != live)]
        for version in old:
            discard(connection, projection, version)
        return old


def discard(connection: Connection, projection: Projection, version: int) -> None:
    """Drop the tables and positions of a version that nobody sees."""
    physical.drop(connection, projection.kept, version)
    positions.forget(connection, projection.name, version)
