"""Occurrences in figures: how many, how long, how soon acknowledged; by channel, type, severity and hour.

An occurrence counts in the hour in which it began, as it is now: an edit moves it, a deletion takes it back.
Fed by ``horus.ocorrencias.v1`` alone; files that were analysed are left out.
"""

from collections.abc import Iterable, Mapping, Sequence

import msgspec
from sqlalchemy import Connection, delete, tuple_
from sqlalchemy.dialects.postgresql import insert

from projections.bulk import upsert
from projections.copy_text import line
from projections.followed import Change, as_text, changes, known
from projections.physical import View, kept
from projections.projection import Placed, Values
from projections.statistics_figures import Figures, Group, moved
from projections.tables import StatisticsOcorrenciaV1, StatisticsV1
from schemas.ocorrencia import Ocorrencia
from schemas.topics import OCORRENCIAS, Topic


class Statistics:
    """``horus.ocorrencias.v1`` as a version of the tables ``statistics`` and ``statistics_ocorrencias``."""

    name = "statistics"
    kept = (kept(StatisticsV1, View("statistics")), kept(StatisticsOcorrenciaV1))

    def __init__(self, topic: Topic = OCORRENCIAS, version: int = 1) -> None:
        """Read the topic of the contract, or one of its form; fill a version of the tables."""
        self.topics = (topic,)
        self.version = version
        self._figures, self._states = (each.table(version) for each in self.kept)

    def apply(self, connection: Connection, events: Sequence[Placed]) -> None:
        """Add what a batch changes, and take back what it was before."""
        done = changes(known(connection, self._states, events), events)
        lines = (line((each.after.uid, as_text(each.after))) for each in done)
        upsert(connection, self._states.name, ("uid", "state"), "uid", lines)
        self._add(connection, moved(done))

    def _add(self, connection: Connection, sums: Mapping[Group, Figures]) -> None:
        if not sums:
            return
        table = self._figures
        adding = insert(table).values(_rows(sums))
        more = {name: table.c[name] + adding.excluded[name] for name in Figures.__struct_fields__}
        connection.execute(adding.on_conflict_do_update(index_elements=table.primary_key, set_=more))
        fewer = [msgspec.structs.astuple(group) for group, figures in sums.items() if figures.opened < 0]
        if fewer:
            # What nothing is left of was never there: a version filled anew has no such row.
            within = tuple_(*(table.c[name] for name in Group.__struct_fields__)).in_(fewer)
            connection.execute(delete(table).where(within, table.c.opened == 0))

    def folded(self, events: Iterable[Placed]) -> Sequence[Iterable[Values]]:
        """Return the sums over the last state of each occurrence, and those states."""
        states: dict[str, Ocorrencia] = {}
        for placed in events:
            for change in changes(states, (placed,)):
                states[change.after.uid] = change.after
        sums = moved(Change(before=None, after=state) for state in states.values())
        return (
            _rows(sums),
            [{"uid": uid, "state": as_text(state)} for uid, state in states.items()],
        )


def _rows(sums: Mapping[Group, Figures]) -> list[Values]:
    return [
        {**msgspec.structs.asdict(group), **msgspec.structs.asdict(figures)}
        for group, figures in sums.items()
    ]
