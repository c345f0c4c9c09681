"""A batch of coverage's events while it comes in: measures say their seconds, and are forgotten."""

from collections.abc import Callable, Sequence

from sqlalchemy import Connection

from projections.coverage_told import Told, collected, unite
from projections.gathering import BATCH
from projections.projection import Placed
from schemas.events import StreamStatusChanged
from schemas.events.ocorrencias import OcorrenciaEvent


class Hearing:
    """What a batch tells of minutes; see `projections.gathering.Gathering`."""

    most = BATCH

    def __init__(self, write: Callable[[Connection, Told, Sequence[Placed]], None]) -> None:
        """``write`` knows the tables."""
        self._write = write
        self.told: Told = {}
        self.facts: list[Placed] = []
        """Events of stops and of occurrences, in order: what they do depends on the rows that are there."""

    def add(self, events: Sequence[Placed]) -> None:
        """Unite what follows with what was told."""
        unite(self.told, collected(events))
        self.facts += [
            placed
            for placed in events
            if isinstance(placed.envelope.event, (StreamStatusChanged, OcorrenciaEvent))
        ]

    def close(self) -> None:
        """Do nothing."""

    def apply(self, connection: Connection) -> None:
        """Have it written."""
        self._write(connection, self.told, self.facts)
