"""For each channel and minute: seconds healthy, faulty, or not observed, which no monitor tells of itself.

What is heard of a minute is united from four topics (`projections.coverage_heard` says why these), and judged
anew whenever it changes, or an occurrence that reaches it. A row follows from all that was ever said of its
minute and of its channel's occurrences: it does not matter in which order the topics are read.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

import msgspec
from sqlalchemy import Connection, select
from sqlalchemy.dialects.postgresql import distinct_on, insert

from projections import coverage_rows
from projections.bulk import upsert
from projections.copy_text import line
from projections.coverage_faults import Fault, fault_of
from projections.coverage_hearing import Hearing
from projections.coverage_minute import Heard, Minute, judged, united
from projections.coverage_off import Off
from projections.coverage_told import Place, Told, collected, reached, stops, unite
from projections.followed import as_text, changes, known
from projections.physical import View, kept
from projections.projection import Placed, Values
from projections.tables import CoverageFaultV1, CoverageOffV1, CoverageV1
from schemas.events import StreamStatusChanged
from schemas.ocorrencia import Ocorrencia
from schemas.topics import DETECTIONS, OCORRENCIAS, SEGMENTS, STREAM_STATUS, Topic

# Minutes judged at a time: a week of one channel, some 10 MB. An edit may reach over a year.
PART = 10_000
_FAULT_COLUMNS = ("uid", "channel", "type", "first_s", "end_s", "state")


class Coverage:
    """What was watched, and how it was: a version of ``coverage``, ``coverage_off``, ``coverage_faults``."""

    name = "coverage"
    kept = (
        kept(CoverageV1, View("coverage")),
        kept(CoverageOffV1, View("coverage_off")),
        kept(CoverageFaultV1),
    )

    def __init__(
        self,
        topics: tuple[Topic, ...] = (DETECTIONS, SEGMENTS, STREAM_STATUS, OCORRENCIAS),
        version: int = 1,
    ) -> None:
        """Read the topics of the contract, or some of their form; fill a version of the tables."""
        self.topics = topics
        self.version = version
        self._minutes, self._off, self._faults = (each.table(version) for each in self.kept)

    def apply(self, connection: Connection, events: Sequence[Placed]) -> None:
        """Unite what a batch tells of minutes, and judge those anew that it, or its occurrences, reach."""
        self.write(connection, collected(events), events)

    def gathering(self) -> Hearing:
        """Return an empty batch, of which only what it tells is kept."""
        return Hearing(self.write)

    def write(self, connection: Connection, told: Told, events: Sequence[Placed]) -> None:
        """Write what was told of minutes, and what the events say of stops and of occurrences."""
        self._note_stops(connection, events)
        done = changes(known(connection, self._faults, events), events)
        lines = (_fault_line(each.after) for each in done)
        upsert(connection, self._faults.name, _FAULT_COLUMNS, "uid", lines)
        places = sorted(coverage_rows.places_in(connection, self._minutes, reached(done)).union(told))
        coverage_rows.write(connection, self._minutes, self._judged(connection, places, told))

    def folded(self, events: Iterable[Placed]) -> Sequence[Iterable[Values]]:
        """Return every minute judged once, by all that was told of it, and the stops, and the occurrences."""
        told: Told = {}
        last: dict[str, Off] = {}
        offs: dict[tuple[str, datetime], Off] = {}
        states: dict[str, Ocorrencia] = {}
        # One by one, as they come: a day of measures does not fit into memory.
        for placed in events:
            unite(told, collected((placed,)))
            for channel, off in stops(last, (placed,)):
                last[channel] = offs[channel, off.since] = off
            for change in changes(states, (placed,)):
                states[change.after.uid] = change.after
        faults: dict[str, list[Fault]] = {}
        for state in states.values():
            if (fault := fault_of(state)) is not None:
                faults.setdefault(state.channel, []).append(fault)
        heard = {place: united(Heard(), kinds) for place, kinds in told.items()}
        return (
            map(coverage_rows.values, judged(heard, faults)),
            [_off_row(channel, off) for (channel, _), off in offs.items()],
            map(_fault_row, states.values()),
        )

    def _judged(self, connection: Connection, places: Sequence[Place], told: Told) -> Iterator[Minute]:
        for start in range(0, len(places), PART):
            part = places[start : start + PART]
            before = coverage_rows.heard_at(connection, self._minutes, part)
            now = {place: united(before.get(place, Heard()), told.get(place, {})) for place in part}
            yield from judged(now, coverage_rows.faults_over(connection, self._faults, part))

    def _note_stops(self, connection: Connection, events: Sequence[Placed]) -> None:
        facts = [placed.envelope.event for placed in events]
        channels = {fact.channel for fact in facts if isinstance(fact, StreamStatusChanged)}
        if not channels:
            return
        table = self._off
        last = (
            select(table)
            .where(table.c.channel.in_(channels))
            .ext(distinct_on(table.c.channel))
            .order_by(table.c.channel, table.c.since.desc())
        )
        before = {row.channel: Off(since=row.since, until=row.until) for row in connection.execute(last)}
        rows = {(channel, off.since): _off_row(channel, off) for channel, off in stops(before, events)}
        if rows:
            noting = insert(table).values(list(rows.values()))
            until = {"until": noting.excluded.until}
            connection.execute(noting.on_conflict_do_update(index_elements=table.primary_key, set_=until))


def _off_row(channel: str, off: Off) -> Values:
    return {"channel": channel, "since": off.since, "until": off.until}


def _fault_row(state: Ocorrencia) -> Values:
    fault = fault_of(state)
    return {
        "uid": state.uid,
        "channel": state.channel,
        "type": state.type,
        "first_s": fault.seconds.first if fault else None,
        "end_s": fault.seconds.end if fault else None,
        "state": as_text(state),
    }


def _fault_line(state: Ocorrencia) -> str:
    return line(msgspec.convert(list(_fault_row(state).values()), list[str | int | None]))
