"""What became of occurrences: matched by channel, type and time, then judged."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.replay.difference import Counts, compared, counted, difference
from processors.replay.result import totals_by
from processors.replay.told import Told
from schemas.severity import severity_of
from tests.unit.processors.decisions.log_of import at


def told(start: float, end: float, **changed: Any) -> Told:
    made = Told(
        uid=f"{start}",
        channel="tv1",
        type="fade",
        start=at(start),
        end=at(end),
        severity=severity_of(end - start),
        confidence=0.9,
        closed=True,
    )
    return msgspec.structs.replace(made, **changed)


def verdicts(was: list[Told], now: list[Told], since: float = 0, until: float = 100) -> list[str]:
    return [each.verdict for each in compared(was, now, at(since), at(until))]


def test_the_same_is_the_same() -> None:
    assert verdicts([told(10, 14)], [told(10, 14)]) == ["same"]


@pytest.mark.parametrize(("start", "end"), [(10.2, 14), (10, 13.8), (9.8, 14.2)])
def test_a_fifth_of_a_second_is_no_shift(start: float, end: float) -> None:
    assert verdicts([told(10, 14)], [told(start, end)]) == ["same"]


@pytest.mark.parametrize(("start", "end"), [(10.201, 14), (10, 13.7)])
def test_more_than_a_fifth_of_a_second_is_a_shift(start: float, end: float) -> None:
    (found,) = compared([told(10, 14)], [told(start, end)], at(0), at(100))
    assert found.verdict == "shifted"
    assert (found.start_shift_s, found.end_shift_s) == (round(start - 10, 3), round(end - 14, 3))


def test_another_severity_is_a_regrading_whatever_else_moved() -> None:
    assert verdicts([told(10, 14)], [told(10, 16)]) == ["regraded"]


def test_what_does_not_overlap_is_lost_and_new() -> None:
    assert verdicts([told(10, 14)], [told(20, 24)]) == ["lost", "new"]


def test_another_channel_or_type_is_another_occurrence() -> None:
    assert sorted(verdicts([told(10, 14)], [told(10, 14, uid="x", channel="tv2")])) == ["lost", "new"]
    assert sorted(verdicts([told(10, 14)], [told(10, 14, uid="x", type="freeze")])) == ["lost", "new"]


def test_one_that_falls_apart_is_matched_with_its_longest_part() -> None:
    found = compared([told(10, 30)], [told(10.5, 13), told(15, 30)], at(0), at(100))
    assert [(each.verdict, each.at) for each in found] == [("shifted", at(10)), ("new", at(10.5))]


def test_each_is_matched_once() -> None:
    assert verdicts([told(10, 14), told(14.5, 20)], [told(10, 20, uid="x")]) == ["regraded", "lost"]


def test_one_that_goes_on_has_no_end_to_compare() -> None:
    log = told(10, 100, closed=False)
    assert verdicts([log], [told(10, 99, closed=False, severity=log.severity)]) == ["same"]
    assert verdicts([told(10, 90)], [told(10, 89.9, closed=False, severity=log.severity)]) == ["same"]


def test_one_that_ended_while_the_other_goes_on_is_a_shift() -> None:
    # On in the log up to what was read at least, over in the replay at 40; and the other way round.
    assert verdicts([told(10, 100, closed=False)], [told(10, 85)]) == ["shifted"]
    assert verdicts([told(10, 85)], [told(10, 100, closed=False)]) == ["shifted"]


def test_a_start_that_was_not_seen_is_not_compared() -> None:
    seen = told(50, 60, start_unknown=True)
    assert verdicts([told(10, 60)], [seen]) == ["same"]
    assert verdicts([told(55, 60)], [seen]) == ["regraded"]


def test_only_what_touches_the_window_is_told() -> None:
    before, after, across = told(10, 14), told(60, 64), told(18, 22)
    assert verdicts([before, across, after], [], since=20, until=60) == ["lost"]


def test_the_link_shows_the_moment_with_a_roll_before_and_behind() -> None:
    link = difference(told(10, 14), None).link
    assert link == "/hls/tv1/stream.m3u8?from=2026-11-22T12%3A00%3A05Z&to=2026-11-22T12%3A00%3A19Z"


def test_totals_count_every_verdict_by_name() -> None:
    found = compared([told(10, 14), told(20, 24)], [told(10, 14)], at(0), at(100))
    assert counted(found) == Counts(same=1, lost=1)
    assert counted(found).differing == 1
    assert totals_by(found, [each.type for each in found]) == {"fade": Counts(same=1, lost=1)}


def test_neither_is_no_difference() -> None:
    with pytest.raises(ValueError, match="neither"):
        difference(None, None)


def test_a_window_ends_before_what_begins_at_its_end() -> None:
    assert compared([told(60, 64)], [], at(0), at(0) + timedelta(seconds=60)) == ()


@given(
    was=st.lists(st.tuples(st.integers(0, 60), st.integers(1, 20)), max_size=8),
    now=st.lists(st.tuples(st.integers(0, 60), st.integers(1, 20)), max_size=8),
)
def test_nothing_that_overlaps_is_both_lost_and_new(
    was: list[tuple[int, int]], now: list[tuple[int, int]]
) -> None:
    before = [told(start, start + long, uid=f"was {n}") for n, (start, long) in enumerate(was)]
    after = [told(start, start + long, uid=f"now {n}") for n, (start, long) in enumerate(now)]
    found = compared(before, after, at(-100), at(200))

    lost = [each.was for each in found if each.now is None and each.was is not None]
    new = [each.now for each in found if each.was is None and each.now is not None]
    assert not any(one.start < other.end and other.start < one.end for one in lost for other in new)
    assert len(found) - len(new) == len(before) and len(found) - len(lost) == len(after)
