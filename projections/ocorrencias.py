"""The occurrences: the shared fold of the contract, over the rows that a batch of events concerns."""

from collections.abc import Iterable, Mapping, Sequence

import structlog
from sqlalchemy import Connection, text

from projections.bulk import insert, upsert
from projections.lives import Lives
from projections.physical import View, kept
from projections.projection import Placed, Values
from projections.rows import COLUMNS, Row, copy_line, from_json, values
from projections.tables import OcorrenciaV1
from schemas.events.ocorrencias import OcorrenciaEvent
from schemas.ocorrencia import fold
from schemas.topics import OCORRENCIAS, Topic

log = structlog.get_logger()


def folded(rows: Mapping[str, Row], events: Iterable[Placed]) -> tuple[list[Row], list[Placed]]:
    """Return the rows that a batch changes, each in its newest state, and the events without an occurrence.

    ``rows`` maps uid to the row as it was before; an event has none when its occurrence never opened.
    """
    states = {uid: row.ocorrencia for uid, row in rows.items()}
    changed: dict[str, int] = {}
    orphans: list[Placed] = []
    for placed in events:
        envelope = placed.envelope
        event = envelope.event
        if not isinstance(event, OcorrenciaEvent):
            continue
        before = states.get(event.uid)
        after = fold(before, event, event_id=envelope.id, offset=placed.offset, time=envelope.time)
        if after is None:
            orphans.append(placed)
        elif after is not before:
            states[event.uid] = after
            changed[event.uid] = placed.offset
    return [Row(ocorrencia=states[uid], last_offset=offset) for uid, offset in changed.items()], orphans


class Ocorrencias:
    """``horus.ocorrencias.v1`` as a version of the table ``ocorrencias``."""

    name = "ocorrencias"
    kept = (kept(OcorrenciaV1, View("ocorrencias", "NOT deleted"), View("ocorrencias_ever")),)

    def __init__(self, topic: Topic = OCORRENCIAS, version: int = 1) -> None:
        """Read the topic of the contract, or one of its form; fill a version of the table."""
        self.topics = (topic,)
        self.version = version
        self._table = self.kept[0].table(version)

    def apply(self, connection: Connection, events: Sequence[Placed]) -> None:
        """Fold a batch over the rows that it concerns and write those that changed."""
        uids = {event.uid for each in events if isinstance(event := each.envelope.event, OcorrenciaEvent)}
        self._fold(connection, uids, events)

    def gathering(self) -> Lives:
        """Return an empty batch, which is folded while it comes in."""
        return Lives(self.write)

    def write(self, connection: Connection, lives: Lives) -> None:
        """Write the occurrences that begin in a batch as new ones, and fold the others over their rows."""
        insert(connection, self._table.name, COLUMNS, lives.lines)
        if lives.waiting:
            self._fold(connection, lives.older, lives.waiting)

    def folded(self, events: Iterable[Placed]) -> Sequence[Iterable[Values]]:
        """Return the row of each occurrence after the contract's fold of all its events."""
        rows, _ = folded({}, events)
        return ([values(row) for row in rows],)

    def _fold(self, connection: Connection, uids: set[str], events: Sequence[Placed]) -> None:
        rows, orphans = folded(self._load(connection, uids), events)
        for orphan in orphans:
            log.warning("its occurrence never opened", offset=orphan.offset, id=orphan.envelope.id)
        upsert(connection, self._table.name, COLUMNS, "id", map(copy_line, rows))

    def _load(self, connection: Connection, uids: set[str]) -> dict[str, Row]:
        # One array and not a parameter each: thousands of them would be laid out anew for every batch.
        # And a row as one text: msgspec reads it in a tenth of the time that a value each would take.
        found = connection.execute(
            text(f"SELECT CAST(row_to_json(r) AS text) FROM {self._table.name} r WHERE uid = ANY(:uids)"),
            {"uids": list(uids)},
        )
        rows = (from_json(whole) for (whole,) in found)
        return {row.ocorrencia.uid: row for row in rows}
