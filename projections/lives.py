"""A batch of occurrences' events, folded while it comes in: what begins in it needs no row of the table."""

from collections.abc import Callable, Iterator, Sequence

from sqlalchemy import Connection

from projections.projection import Placed
from projections.rows import Row, copy_line
from schemas.events.ocorrencias import OcorrenciaEvent
from schemas.ocorrencia import BEGINNINGS, Ocorrencia, fold


class Lives:
    """The occurrences of a batch; see `projections.gathering.Gathering`.

    One that begins in the batch is taken for new. Where it is not (its beginning was written a second time),
    the table's unique ``uid`` says so, and nothing of the batch is written.
    """

    def __init__(self, write: Callable[[Connection, "Lives"], None]) -> None:
        """``write`` knows the table."""
        self._write = write
        self._begun: dict[str, Ocorrencia] = {}
        self._changed: dict[str, int] = {}
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
        for uid, state in self._begun.items():
            yield Row(ocorrencia=state, last_offset=self._changed[uid])

    def add(self, events: Sequence[Placed]) -> None:
        """Fold what follows, or let it wait."""
        begun = self._begun
        for placed in events:
            envelope = placed.envelope
            event = envelope.event
            if not isinstance(event, OcorrenciaEvent):
                continue
            before = begun.get(event.uid)
            if before is None and (event.uid in self._older or not isinstance(event, BEGINNINGS)):
                self._older.add(event.uid)
                self.waiting.append(placed)
                continue
            after = fold(before, event, event_id=envelope.id, offset=placed.offset, time=envelope.time)
            if after is not None and after is not before:
                begun[event.uid] = after
                self._changed[event.uid] = placed.offset

    def close(self) -> None:
        """Make the rows of those that begin here."""
        self.lines = "".join(map(copy_line, self.begun)).encode()

    def apply(self, connection: Connection) -> None:
        """Have it written."""
        self._write(connection, self)
