"""The occurrences: the shared fold of the contract, over the rows that a batch of events concerns."""

from collections.abc import Mapping, Sequence

import structlog
from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from projections.bulk import upsert
from projections.projection import Placed
from projections.rows import COLUMNS, Row, copy_line, from_row
from projections.tables import OcorrenciaV1
from schemas.events.ocorrencias import OcorrenciaEvent
from schemas.ocorrencia import fold
from schemas.topics import OCORRENCIAS, Topic

log = structlog.get_logger()


def folded(rows: Mapping[str, Row], events: Sequence[Placed]) -> tuple[list[Row], list[Placed]]:
    """Return the rows that a batch changes, each in its newest state, and the events without an occurrence.

    ``rows`` maps uid to the row as it was before; an event has none when its occurrence never opened.
    """
    now: dict[str, Row] = dict(rows)
    changed: dict[str, None] = {}
    orphans: list[Placed] = []
    for placed in events:
        event = placed.envelope.event
        if not isinstance(event, OcorrenciaEvent):
            continue
        before = now.get(event.uid)
        after = fold(
            before.ocorrencia if before else None,
            event,
            event_id=placed.envelope.id,
            offset=placed.offset,
            time=placed.envelope.time,
        )
        if after is None:
            orphans.append(placed)
        elif before is None or after is not before.ocorrencia:
            now[event.uid] = Row(ocorrencia=after, last_offset=placed.offset)
            changed[event.uid] = None
    return [now[uid] for uid in changed], orphans


class Ocorrencias:
    """``horus.ocorrencias.v1`` as the table ``ocorrencias_v1``."""

    name = "ocorrencias"
    version = 1

    def __init__(self, topic: Topic = OCORRENCIAS) -> None:
        """Read the topic of the contract, or one of its form."""
        self.topics = (topic,)

    def apply(self, connection: Connection, events: Sequence[Placed]) -> None:
        """Fold a batch over the rows that it concerns and write those that changed."""
        facts = [each.envelope.event for each in events]
        uids = {fact.uid for fact in facts if isinstance(fact, OcorrenciaEvent)}
        rows, orphans = folded(_load(connection, uids), events)
        for orphan in orphans:
            log.warning("its occurrence never opened", offset=orphan.offset, id=orphan.envelope.id)
        upsert(connection, OcorrenciaV1.__tablename__, COLUMNS, "id", map(copy_line, rows))


def _load(connection: Connection, uids: set[str]) -> dict[str, Row]:
    with Session(connection) as session:
        found = session.scalars(select(OcorrenciaV1).where(OcorrenciaV1.uid.in_(uids)))
        return {row.uid: from_row(row) for row in found}
