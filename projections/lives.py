"""A batch of occurrences' events, folded while it comes in: what begins in it needs no row of the table."""

from collections.abc import Callable, Iterator, Sequence

from sqlalchemy import Connection

from projections.projection import Placed
from projections.rows import Row, copied
from schemas.events.ocorrencias import OcorrenciaEvent
from schemas.ocorrencia import BEGINNINGS, Growing

# More than others take, for what is kept of an event is little: of 300 occurrences that are open at once one
# in seven is written twice with 10,000 records in a transaction, and one in twenty with so many.
MOST = 30_000


class Lives:
    """The occurrences of a batch; see `projections.gathering.Gathering`.

    One that begins in the batch is taken for new. Where it is not (its beginning was written a second time),
    the table's unique ``uid`` says so, and nothing of the batch is written.
    """

    most = MOST

    def __init__(self, write: Callable[[Connection, "Lives"], None]) -> None:
        """``write`` knows the table."""
        self._write = write
        self._begun: dict[str, Growing] = {}
        self._older: set[str] = set()
        self.waiting: list[Placed] = []
        """Events of the others, in order: what they do depends on the row that is there."""
        self.lines = b""
        """Rows of those that begin here, for COPY; once the batch is closed."""

    @property
    def older(self) -> set[str]:
        """Return the uids of those whose events wait."""
        return self._older

    @property
    def begun(self) -> Iterator[Row]:
        """Yield the rows of those that begin here."""
        for state in self._begun.values():
            yield Row(ocorrencia=state.grown(), last_offset=state.offsets[-1])

    def add(self, events: Sequence[Placed]) -> None:
        """Fold what follows, or let it wait."""
        begun = self._begun
        for placed in events:
            envelope = placed.envelope
            event = envelope.event
            if not isinstance(event, OcorrenciaEvent):
                continue
            state = begun.get(event.uid)
            if state is not None:
                state.take(event, envelope.id, placed.offset)
            elif event.uid in self._older or not isinstance(event, BEGINNINGS):
                self._older.add(event.uid)
                self.waiting.append(placed)
            else:
                new = Growing.begun(event, envelope.id, placed.offset, envelope.time)
                if new is not None:
                    begun[event.uid] = new

    def close(self) -> None:
        """Make the rows of those that begin here."""
        # The last event that changed an occurrence is the last that was applied.
        self.lines = "".join([copied(each, each.offsets[-1]) for each in self._begun.values()]).encode()

    def apply(self, connection: Connection) -> None:
        """Have it written."""
        self._write(connection, self)
