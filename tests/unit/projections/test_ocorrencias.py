"""What events do to rows, without a database."""

import itertools
import random
from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from projections.ocorrencias import Ocorrencias, folded
from projections.projection import Placed
from projections.rows import COLUMNS, Row, copy_line
from projections.source import Partition, Raw
from projections.tables import OcorrenciaV1
from projections.verdict import Rejected, judged
from schemas.envelope import Envelope, encode, event_id
from schemas.events import Event, OcorrenciaAcknowledged, StreamRemoved
from schemas.topics import OCORRENCIAS
from tests.alarms import Alarm

LOG = Partition(OCORRENCIAS.name, 0)
WRITTEN = datetime(2026, 11, 22, 3, 12, 2, tzinfo=UTC)


def placed(events: list[Event]) -> list[Placed]:
    return [
        Placed(
            partition=LOG,
            offset=offset,
            envelope=Envelope(id=event_id(event), type=event.TYPE, source="test", time=WRITTEN, event=event),
        )
        for offset, event in enumerate(events)
    ]


def projected(events: list[Placed], cuts: list[int]) -> dict[str, Row]:
    """Fold in batches that end at ``cuts``, each over the rows that the ones before left."""
    rows: dict[str, Row] = {}
    edges = [0, *sorted(cuts), len(events)]
    for first, last in itertools.pairwise(edges):
        changed, _ = folded(rows, events[first:last])
        rows.update({row.ocorrencia.uid: row for row in changed})
    return rows


@given(st.integers(0, 2**32), st.lists(st.integers(0, 40), max_size=10))
def test_rows_do_not_depend_on_how_the_log_was_cut_into_batches(seed: int, cuts: list[int]) -> None:
    chance = random.Random(seed)
    lives = [list(Alarm(number=number).life()) for number in range(6)]
    events: list[Event] = []
    while any(lives):
        life = chance.choice([each for each in lives if each])
        events.append(life.pop(0))
        if chance.random() < 0.3:
            events.append(chance.choice(events))
    log = placed(events)

    assert projected(log, [cut for cut in cuts if cut <= len(log)]) == projected(log, [])


def test_only_rows_that_change_are_written() -> None:
    one, other = Alarm(), Alarm()
    log = placed([one.opened(), other.opened(), one.opened()])
    rows = projected(log[:2], [])
    assert folded(rows, log[2:]) == ([], [])


def test_event_without_an_occurrence_is_told_apart() -> None:
    log = placed([Alarm().closed()])
    assert folded({}, log) == ([], log)


def test_copy_line_has_the_columns_of_the_table() -> None:
    assert set(COLUMNS) == {column.name for column in OcorrenciaV1.__table__.columns}
    row = folded({}, placed([Alarm().opened()]))[0][0]
    assert len(copy_line(row).split("\t")) == len(COLUMNS)


def test_copy_line_says_null_for_what_is_not_there_and_json_for_what_is() -> None:
    alarm = Alarm()
    ack = OcorrenciaAcknowledged(
        channel="tv1", uid=alarm.uid, command_id="1", by="ana", at=WRITTEN, comment="tab\there"
    )
    opened, acked = (
        folded({}, placed(list(events)))[0][0] for events in ([alarm.opened()], [alarm.opened(), ack])
    )
    assert copy_line(opened).rstrip("\n").split("\t")[-5:] == ["{0}", "\\N", "\\N", "\\N", "f"]
    assert copy_line(acked).rstrip("\n").split("\t")[-5:] == [
        "{0,1}",
        '{"by":"ana","at":"2026-11-22T03:12:02Z","comment":"tab\\\\there","name":null}',
        "2026-11-22T03:12:02+00:00",
        "\\N",
        "f",
    ]


def test_copy_line_escapes_what_copy_would_misread() -> None:
    alarm = Alarm()
    alarm.channel = "a\tb\nc\\d"
    row = folded({}, placed([alarm.opened()]))[0][0]
    assert "a\\tb\\nc\\\\d" in copy_line(row)
    assert copy_line(row).count("\n") == 1


def raw(event: Event, **changed: object) -> Raw:
    encoded = encode(event, source="test", time=WRITTEN)
    fields = {"partition": LOG, "offset": 7, "key": encoded.key, "value": encoded.value}
    return Raw(**{**fields, "headers": tuple(encoded.headers), **changed})  # type: ignore[arg-type]


def test_event_of_the_topic_is_accepted() -> None:
    (verdict,) = judged([raw(Alarm().opened())], {OCORRENCIAS.name: OCORRENCIAS}).verdicts
    assert isinstance(verdict, Placed)
    assert verdict.offset == 7


@pytest.mark.parametrize("changed", [{"value": b"rubbish"}, {"value": None}, {"headers": ()}])
def test_rubbish_is_rejected_with_a_reason(changed: dict[str, object]) -> None:
    (verdict,) = judged([raw(Alarm().opened(), **changed)], {OCORRENCIAS.name: OCORRENCIAS}).verdicts
    assert isinstance(verdict, Rejected)
    assert verdict.reason


def test_event_of_another_topic_is_rejected() -> None:
    stray = StreamRemoved(channel="tv1", removed_at=WRITTEN, removed_by="test")
    (verdict,) = judged([raw(stray)], {OCORRENCIAS.name: OCORRENCIAS}).verdicts
    assert isinstance(verdict, Rejected)
    assert "does not belong" in verdict.reason


def test_copy_line_quotes_event_ids_that_somebody_made_up() -> None:
    opened = placed([Alarm().opened()])[0]
    envelope = msgspec.structs.replace(opened.envelope, id='a"b\\c,{d}')
    row = folded({}, [msgspec.structs.replace(opened, envelope=envelope)])[0][0]
    assert copy_line(row).split("\t")[COLUMNS.index("applied")] == '{"a\\\\"b\\\\\\\\c,{d}"}'


def test_pure_fold_of_the_whole_log_has_the_columns_of_the_table() -> None:
    alarm = Alarm()
    (rows,) = Ocorrencias().folded(placed(list(alarm.life())))
    (row,) = rows
    assert set(row) == set(COLUMNS)
    assert (row["id"], row["version"], row["offsets"], row["last_offset"]) == (0, 4, [0, 1, 2, 3], 3)
