"""A batch folded while it comes in, and the reading that cuts the log into such batches."""

import itertools
import random
from collections.abc import Sequence
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from projections.lives import Lives
from projections.ocorrencias import Ocorrencias, folded
from projections.projection import Placed
from projections.reading import PIECE, Gathered, Reading
from projections.rows import Row
from projections.source import Partition, Positions, Raw
from projections.verdict import Batch, judged
from schemas.envelope import encode
from schemas.events import Event
from schemas.topics import OCORRENCIAS, Topic
from tests.alarms import Alarm

LOG = Partition(OCORRENCIAS.name, 0)
TOPICS = {OCORRENCIAS.name: OCORRENCIAS}
WRITTEN = datetime(2026, 11, 22, 3, 12, 2, tzinfo=UTC)


def records_of(events: Sequence[Event]) -> list[Raw]:
    found = []
    for offset, event in enumerate(events):
        made = encode(event, source="test", time=WRITTEN)
        found.append(Raw(partition=LOG, offset=offset, key=made.key, value=made.value, headers=made.headers))
    return found


def rubbish(offset: int) -> Raw:
    return Raw(partition=LOG, offset=offset, key=None, value=b"rubbish", headers=[])


def stammered(seed: int) -> list[Placed]:
    """Return lives among each other; some events are written again later, beginnings too."""
    chance = random.Random(seed)
    lives = [list(Alarm(number=number).life()) for number in range(6)]
    events: list[Event] = []
    while any(lives):
        life = chance.choice([each for each in lives if each])
        events.append(life.pop(0 if chance.random() < 0.9 else -1))
        if chance.random() < 0.3:
            events.append(chance.choice(events))
    return list(judged(records_of(events), TOPICS).events())


class Table:
    """Rows by uid, which refuses what is there as the database does."""

    def __init__(self) -> None:
        self.rows: dict[str, Row] = {}

    def write(self, lives: Lives) -> bool:
        begun = {row.ocorrencia.uid: row for row in lives.begun}
        if begun.keys() & self.rows.keys():
            return False
        assert not begun.keys() & lives.older
        self.rows |= begun
        self.fold(lives.waiting)
        return True

    def fold(self, events: Sequence[Placed]) -> None:
        self.rows |= {row.ocorrencia.uid: row for row in folded(self.rows, events)[0]}


@given(st.integers(0, 2**32), st.lists(st.integers(0, 40), max_size=6), st.integers(1, 7))
def test_any_cut_into_batches_and_pieces_gives_the_rows_of_the_fold(
    seed: int, cuts: list[int], piece: int
) -> None:
    log = stammered(seed)
    table = Table()

    for first, last in itertools.pairwise([0, *sorted(min(cut, len(log)) for cut in cuts), len(log)]):
        lives = Lives(lambda connection, lives: None)
        for at in range(first, last, piece):
            lives.add(log[at : min(at + piece, last)])
        if not table.write(lives):
            table.fold(log[first:last])

    assert table.rows == {row.ocorrencia.uid: row for row in folded({}, log)[0]}


def test_lines_are_those_of_the_occurrences_that_begin() -> None:
    older, new = Alarm(), Alarm()
    lives = Lives(lambda connection, lives: None)
    lives.add(judged(records_of([older.closed(), new.opened(), new.closed()]), TOPICS).events())
    lives.close()

    assert [line.split("\t")[1] for line in lives.lines.decode().splitlines()] == [new.uid]
    assert lives.older == {older.uid}


class Kept:
    """A log in memory."""

    def __init__(self, records: Sequence[Raw]) -> None:
        self._records = records
        self._at = 0
        self.asked = 0

    def earliest(self, topic: Topic) -> Positions:
        return {LOG: 0}

    def seek(self, positions: Positions) -> None:
        self._at = positions[LOG]

    def read(self, limit: int, wait_s: float) -> Sequence[Raw]:
        self.asked += 1
        found = self._records[self._at : self._at + limit]
        self._at += len(found)
        return found

    def tell(self, positions: Positions) -> None:
        pass

    def close(self) -> None:
        pass


def test_what_lies_around_a_rejected_record_comes_with_all_its_records() -> None:
    records = records_of([Alarm().opened() for _ in range(5 * PIECE)])
    records[2 * PIECE + 3] = rubbish(2 * PIECE + 3)
    reading = Reading(Kept(records), Ocorrencias(), TOPICS)

    first, second, third, end = (reading.read() for _ in range(4))

    assert isinstance(first, Gathered)
    assert first.after == {LOG: 2 * PIECE}
    assert isinstance(second, Batch)
    assert (len(second.records), list(second.rejected)) == (PIECE, [3])
    assert isinstance(third, Gathered)
    assert third.after == {LOG: 5 * PIECE}
    assert end is None


def test_what_is_asked_for_plainly_comes_with_all_its_records_and_no_further() -> None:
    reading = Reading(Kept(records_of([Alarm().opened() for _ in range(3 * PIECE)])), Ocorrencias(), TOPICS)
    reading.seek({LOG: 0}, plainly={LOG: PIECE + 1})

    assert [type(reading.read()) for _ in range(4)] == [Batch, Batch, Gathered, type(None)]


def test_nothing_is_read_past_where_it_shall_stop() -> None:
    reading = Reading(Kept(records_of([Alarm().opened() for _ in range(3 * PIECE)])), Ocorrencias(), TOPICS)
    reading.stop_at({LOG: PIECE + 5})

    found = reading.read()

    assert isinstance(found, Gathered)
    assert found.after == {LOG: PIECE + 5}
    assert reading.read() is None


def test_where_it_shall_stop_the_log_is_not_asked_for_more() -> None:
    log = Kept(records_of([Alarm().opened() for _ in range(3 * PIECE)]))
    reading = Reading(log, Ocorrencias(), TOPICS)
    reading.seek({LOG: 0})
    reading.stop_at({LOG: PIECE})
    reading.read()
    asked = log.asked

    assert reading.read() is None
    assert log.asked == asked
