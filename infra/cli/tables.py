"""What commands on projections share: which one is meant, the servers, and signals that end them in order."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import msgspec

from infra.cli.broker import broker
from infra.cli.exits import BadUse

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from projections.projection import Projection


class Servers(msgspec.Struct, frozen=True):
    """Where the log and the tables are."""

    kafka: str
    engine: "Engine"


@contextmanager
def servers(command: str) -> Iterator[Servers]:
    """Give Kafka, which answers, and an engine on the migrated database.

    Raises NoBroker, BadSettings, BadUse where the tables are not those of this version of Horus, and
    sqlalchemy.exc.OperationalError.
    """
    from infra import logs, postgres
    from infra.settings import load
    from projections.migrate import is_current

    # Only what has to be known: a wait for a server, a record that is passed over.
    logs.configure(command, "WARNING")
    kafka = broker()
    engine = postgres.engine(load())
    try:
        with engine.connect() as connection:
            if not is_current(connection):
                raise BadUse("the tables are not those of this version of Horus: `horus up` migrates them")
        yield Servers(kafka, engine)
    finally:
        engine.dispose()


def named(name: str) -> "Callable[[int], Projection]":
    """Return a projection by its name. Raises BadUse."""
    from projections.catalogue import PROJECTIONS

    if name not in PROJECTIONS:
        raise BadUse(f"no projection is called {name!r}; there are: {', '.join(PROJECTIONS)}")
    return PROJECTIONS[name]


def never() -> threading.Event:
    """Return a wish to stop that nobody has: Ctrl-C ends a command by an exception."""
    return threading.Event()
