"""How far a rebuild goes, and what it refuses, without a log and without a database."""

import threading

import msgspec
import pytest

from infra.cli.pace import words
from projections.ahead import Ahead
from projections.audit import Audit
from projections.compare import differences
from projections.ocorrencias import Ocorrencias
from projections.projection import Placed
from projections.rebuild_rules import beginning_gone, left, target
from projections.source import Bounds, Partition, Raw
from projections.verdict import Rejected, batch

ONE, TWO = Partition("a", 0), Partition("b", 3)


def test_target_is_where_the_live_version_stands() -> None:
    goal = target({ONE: 5, TWO: 0}, {ONE: Bounds(0, 9), TWO: Bounds(0, 4)})
    assert (goal.until, goal.incomparable) == ({ONE: 5, TWO: 0}, "")


@pytest.mark.parametrize(
    ("live", "why"),
    [
        ({ONE: 10, TWO: 0}, "made from another one"),
        ({ONE: 5, TWO: 1}, "what lies between is lost"),
        ({}, "has read nothing yet"),
    ],
)
def test_live_version_that_is_nowhere_in_this_log_is_not_compared(
    live: dict[Partition, int], why: str
) -> None:
    goal = target(live, {ONE: Bounds(0, 9), TWO: Bounds(2, 4)})
    assert goal.until == {ONE: 9, TWO: 4}
    assert why in goal.incomparable


def test_log_that_was_cut_is_told_of_by_its_first_partition() -> None:
    assert beginning_gone({ONE: Bounds(0, 9)}) == ""
    assert "b[3] begins at 2" in beginning_gone({ONE: Bounds(0, 9), TWO: Bounds(2, 4)})


def test_what_is_left_counts_no_partition_that_is_ahead() -> None:
    assert left({ONE: 7, TWO: 9}, {ONE: 10, TWO: 5}) == 3


def test_version_has_tables_and_indexes_of_its_own() -> None:
    table = Ocorrencias.kept[0].table(7)
    assert table.name == "ocorrencias_v7"
    assert {index.name for index in table.indexes} == {
        "ocorrencias_v7_channel",
        "ocorrencias_v7_type",
        "ocorrencias_v7_start_ts",
    }
    assert Ocorrencias.kept[0].form.name == "ocorrencias_v1"


def test_difference_names_the_column_and_both_values() -> None:
    # As the database names columns: words of SQLAlchemy's own.
    row = {column.name: "x" for column in Audit.kept[0].form.columns} | {"who": "ana"}
    (found,) = differences(Audit.kept[0], row, {**row, "who": "rui"})
    assert found.words("table", "log") == 'audit x: who is "ana" in the table, "rui" in the log'
    assert list(differences(Audit.kept[0], row, row)) == []
    assert msgspec.json.decode(msgspec.json.encode(found))["column"] == "who"


@pytest.mark.parametrize(("here", "said"), [(True, "only in the table"), (False, "only in the log")])
def test_row_that_one_side_lacks_is_told_of_by_its_key(here: bool, said: str) -> None:
    row = {"id": "x"}
    (found,) = differences(Audit.kept[0], row if here else None, None if here else row)
    assert found.words("table", "log") == f"audit x: {said}"


def test_batch_is_cut_at_each_partitions_offset() -> None:
    records = [
        Raw(partition=where, offset=offset, key=None, value=None, headers=[])
        for where, offset in ((ONE, 4), (TWO, 9), (ONE, 5), (ONE, 6))
    ]
    verdicts: list[Placed | Rejected] = [Rejected(str(number)) for number in range(4)]
    cut = batch(records, verdicts).before({ONE: 6})
    assert [record.offset for record in cut.records] == [4, 5]
    assert cut.verdicts == [verdicts[0], verdicts[2]]
    assert cut.rejected == [0, 1]
    assert cut.before({ONE: 6}) is cut


def test_what_is_fetched_ahead_comes_in_order_and_an_error_in_its_turn() -> None:
    numbers = iter(range(3))
    fail = RuntimeError("the log is away")

    def fetch() -> int | None:
        number = next(numbers, None)
        if number is None:
            raise fail
        return number

    with Ahead(fetch) as ahead:
        assert [ahead.next(10.0) for _ in range(3)] == [0, 1, 2]
        with pytest.raises(RuntimeError, match="the log is away"):
            ahead.next(10.0)


def test_thread_that_fetches_ahead_ends_with_the_block_though_nobody_takes() -> None:
    before = threading.active_count()
    with Ahead(lambda: 1):
        pass
    assert threading.active_count() == before


def test_pace_tells_share_rate_and_time_left() -> None:
    said = words("rebuilding ocorrencias", "events", 150_000, 300_000, 50_000.0)
    assert said == "rebuilding ocorrencias: 150,000 of 300,000 events (50%), 50,000/s, 3 s left"
    assert words("x", "events", 0, 0, 0.0) == "x: 0 of 0 events (100%)"
