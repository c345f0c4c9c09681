"""One class of fault: when it opens, how long it lasts, when it is over."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processors.decisions.rule import Rule
from processors.decisions.track import Change, Closed, Escalated, Opened, Sample, Track, step
from schemas.faults import Category
from schemas.severity import Severity, severity_of
from tests.unit.processors.decisions.deciding import RULES

T0 = datetime(2026, 11, 22, 12, tzinfo=UTC)
PERIOD_S = 0.2
RULE = Rule(
    fault="freeze",
    category=Category.VIDEO,
    threshold=0.6,
    moving_avg_m=3,
    vote_k=3,
    onset_s=1.0,
    clear_s=1.0,
)


def at(seconds: float) -> datetime:
    return T0 + timedelta(seconds=seconds)


def fold(scores: list[float], rule: Rule = RULE, first_at: float = 0.0) -> tuple[Track, list[Change]]:
    track, changes = Track(), list[Change]()
    for index, score in enumerate(scores):
        sample = Sample(at=at(first_at + index * PERIOD_S), period_s=PERIOD_S, score=score)
        track, new = step(track, sample, rule)
        changes += new
    return track, changes


def seconds(good: float = 0, bad: float = 0) -> list[float]:
    return [0.0] * round(good / PERIOD_S) + [1.0] * round(bad / PERIOD_S)


def test_fault_opens_once_and_closes_once_with_the_ends_of_its_bad_samples() -> None:
    _, changes = fold(seconds(good=2, bad=4) + seconds(good=3))

    assert [type(change) for change in changes] == [Opened, Closed]
    assert changes[0].alarm.start == at(2.0)
    assert changes[1].end == at(6.0)


def test_fault_shorter_than_the_onset_is_television() -> None:
    _, changes = fold(seconds(good=2, bad=0.8) + seconds(good=3))

    assert changes == []


def test_fault_opens_as_soon_as_the_onset_has_passed() -> None:
    _, still_waiting = fold(seconds(good=2, bad=0.8))
    _, opened = fold(seconds(good=2, bad=1.0))

    assert still_waiting == []
    assert [type(change) for change in opened] == [Opened]
    assert opened[0].end == at(3.0)


def test_a_single_bad_sample_in_healthy_programme_moves_no_start() -> None:
    _, changes = fold([*seconds(good=2), 1.0, *seconds(good=2), *seconds(bad=3)])

    assert changes[0].alarm.start == at(4.2)


def test_one_good_sample_within_a_fault_does_not_end_it() -> None:
    _, changes = fold([*seconds(bad=2), 0.0, *seconds(bad=2), *seconds(good=2)])

    assert [type(change) for change in changes] == [Opened, Closed]
    assert changes[-1].end == at(4.2)


def test_one_good_sample_before_the_onset_does_not_start_the_count_again() -> None:
    _, changes = fold([1.0, 1.0, 1.0, 0.0, *seconds(bad=3)])

    assert changes[0].alarm.start == at(0.0)


def test_too_few_votes_open_nothing_even_after_the_onset() -> None:
    patient = msgspec.structs.replace(RULE, moving_avg_m=1, vote_k=10)

    _, nine = fold(seconds(bad=1.8), patient)
    _, ten = fold(seconds(bad=2.0), patient)

    assert nine == []
    assert [type(change) for change in ten] == [Opened]


def test_severity_grows_with_duration_a_grade_at_a_time() -> None:
    _, changes = fold(seconds(bad=61))

    grades = [(type(change), change.alarm.severity) for change in changes]
    assert grades == [
        (Opened, Severity.LEVE),
        (Escalated, Severity.MEDIA),
        (Escalated, Severity.GRAVE),
        (Escalated, Severity.GRAVISSIMA),
    ]


def test_a_short_gap_without_samples_does_not_split_a_fault() -> None:
    track, before = fold(seconds(bad=3))
    changes = list(before)
    for index in range(10):
        # Six seconds of nothing: the ingest was restarted.
        sample = Sample(at=at(9 + index * PERIOD_S), period_s=PERIOD_S, score=1.0)
        track, new = step(track, sample, RULE)
        changes += new

    assert [type(change) for change in changes].count(Opened) == 1
    assert not any(isinstance(change, Closed) for change in changes)


def test_first_good_sample_after_a_gap_does_not_close_a_fault_at_once() -> None:
    track, _ = fold(seconds(bad=3))

    _, changes = step(track, Sample(at=at(9), period_s=PERIOD_S, score=0.0), RULE)

    assert changes == ()


def test_bad_samples_on_both_sides_of_a_gap_are_no_fault_that_lasted_through_it() -> None:
    track, _ = fold(seconds(bad=0.6))

    _, changes = step(track, Sample(at=at(12), period_s=PERIOD_S, score=1.0), RULE)

    assert changes == ()


def test_an_epoch_that_begins_before_the_last_one_ended_closes_a_fault_where_it_was_last_seen() -> None:
    track, _ = fold(seconds(bad=10))

    _, changes = step(track, Sample(at=at(2), period_s=PERIOD_S, score=1.0), RULE)

    assert [type(change) for change in changes] == [Closed]
    assert changes[0].end == at(10)


def test_after_a_long_gap_a_fault_is_closed_where_it_was_last_seen() -> None:
    track, _ = fold(seconds(bad=3))

    _, changes = step(track, Sample(at=at(60), period_s=PERIOD_S, score=1.0), RULE)

    assert [type(change) for change in changes] == [Closed]
    assert changes[0].end == at(3.0)


def test_a_high_threshold_opens_later_but_moves_no_end() -> None:
    sure = msgspec.structs.replace(RULE, threshold=0.95)
    scores = [0.0, 0.6, 0.8, *[1.0] * 10, 0.8, 0.6, *[0.0] * 8]

    _, changes = fold(scores, sure)

    assert [(type(change), change.alarm.start, change.end) for change in changes] == [
        (Opened, at(0.2), at(1.6)), (Closed, at(0.2), at(3.0)),
    ]  # fmt: skip


def test_what_never_reaches_the_threshold_opens_nothing() -> None:
    _, changes = fold([0.9] * 100, msgspec.structs.replace(RULE, threshold=0.95))

    assert changes == []


@pytest.mark.parametrize("weak", range(6))
def test_a_picture_fault_of_little_more_than_a_second_opens_even_with_one_sample_in_doubt(weak: int) -> None:
    scores = [0.97] * 6
    scores[weak] = 0.55

    _, changes = fold([*[0.02] * 10, *scores, *[0.02] * 10], msgspec.structs.replace(RULE, threshold=0.75))

    assert [type(change) for change in changes] == [Opened, Closed]
    assert (changes[-1].alarm.start, changes[-1].end) == (at(2.0), at(3.2))


@pytest.mark.parametrize(("bad", "opens"), [(1, False), (2, True), (3, True)])
def test_a_sound_fault_opens_from_two_half_seconds_on(bad: int, opens: bool) -> None:
    rule = RULES.of("ruido_hiss", {"ruido_hiss": 0.8})
    assert rule is not None
    track, changes = Track(), list[Change]()
    for index, score in enumerate([*[0.0] * 6, *[0.9] * bad, *[0.0] * 6]):
        track, new = step(track, Sample(at=at(index / 2), period_s=0.5, score=score), rule)
        changes += new

    ends = [(change.alarm.start, change.end) for change in changes if isinstance(change, Closed)]
    assert ends == ([(at(3), at(3 + bad / 2))] if opens else [])


@settings(deadline=None)
@given(st.lists(st.sampled_from([0.0, 0.3, 0.59, 0.6, 0.8, 1.0]), max_size=400))
def test_openings_and_closings_alternate_and_severity_follows_duration(scores: list[float]) -> None:
    _, changes = fold(scores)

    ends = [change for change in changes if not isinstance(change, Escalated)]
    assert all(isinstance(change, Opened if index % 2 == 0 else Closed) for index, change in enumerate(ends))
    for change in changes:
        lasted = (change.end - change.alarm.start).total_seconds()
        assert lasted >= RULE.onset_s
        assert change.alarm.severity is severity_of(lasted)


@settings(deadline=None)
@given(st.lists(st.floats(0, 1), max_size=200), st.integers(0, 200))
def test_cutting_the_samples_elsewhere_changes_nothing(scores: list[float], cut: int) -> None:
    _, whole = fold(scores)

    track, parts = Track(), list[Change]()
    for index, score in enumerate(scores):
        if index == cut:
            # A snapshot was written and read back here.
            track = msgspec.json.decode(msgspec.json.encode(track), type=Track)
        track, new = step(track, Sample(at=at(index * PERIOD_S), period_s=PERIOD_S, score=score), RULE)
        parts += new

    assert parts == whole
