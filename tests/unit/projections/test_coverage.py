"""Which seconds count as healthy, faulty or not observed, without a database."""

import itertools
from collections.abc import Sequence
from datetime import timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from projections.coverage import Coverage
from projections.coverage_faults import fault_of
from projections.coverage_heard import REACH_S, heard
from projections.coverage_minute import first_second, last_second, longest_hole
from projections.coverage_off import Off, off_after
from projections.coverage_seconds import FOREVER, Seconds, at_least_one, lasted, minutes, within
from projections.projection import Placed
from projections.source import Partition
from schemas.events import AudioMeasured, Event, OcorrenciaDeleted, OcorrenciaEdited, VideoMeasured
from schemas.events.ocorrencias import Changes
from schemas.names import analysis_channel
from schemas.ocorrencia import Ocorrencia, fold
from tests.alarms import Alarm
from tests.watching import T0, after, enveloped, gap, measured, recorded, status, watched

SECOND_US = 1_000_000


def placed(events: Sequence[Event]) -> list[Placed]:
    return [
        Placed(partition=Partition("any", 0), offset=offset, envelope=enveloped(event))
        for offset, event in enumerate(events)
    ]


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """What a test looks at."""

    healthy_s: int
    faulty_s: int
    faults: dict[str, int]
    observed_video_s: int
    observed_audio_s: int
    hole_s: int | None


def table(events: Sequence[Event]) -> dict[tuple[str, float], Row]:
    """Return rows by channel and minutes after T0."""
    rows = [
        msgspec.to_builtins(dict(each), builtin_types=(type(T0),))
        for each in Coverage().folded(placed(events))[0]
    ]
    return {
        (row["channel"], (row["minute"] - T0) / timedelta(minutes=1)): msgspec.convert(row, Row)
        for row in rows
    }


def only(events: Sequence[Event]) -> Row:
    """Return the one row of the minute T0 of tv1."""
    return table(events)["tv1", 0.0]


def alarm(first_s: float, kind: str = "fade", channel: str = "tv1") -> Alarm:
    return Alarm(kind=kind, start=after(first_s), channel=channel)


def test_minute_that_was_measured_without_a_fault_is_healthy() -> None:
    row = only([*watched(0, 60)])
    assert (row.healthy_s, row.faulty_s, row.hole_s) == (60, 0, 0)


def test_seconds_without_media_are_not_observed() -> None:
    row = only([*watched(0, 20), gap(30), *watched(30, 60)])
    assert (row.healthy_s, row.hole_s) == (50, 10)


def test_media_that_nobody_measured_is_not_observed() -> None:
    row = only([recorded(at) for at in range(60)])
    assert (row.healthy_s, row.observed_video_s, row.observed_audio_s, row.hole_s) == (0, 0, 0, None)


@pytest.mark.parametrize(("kind", "other"), [(VideoMeasured, AudioMeasured), (AudioMeasured, VideoMeasured)])
def test_second_is_only_healthy_once_both_picture_and_sound_were_measured(
    kind: type[VideoMeasured], other: type[VideoMeasured]
) -> None:
    half = [*(recorded(at) for at in range(60)), *(measured(kind, at) for at in range(60))]
    whole = [*half, *(measured(other, at) for at in range(60))]
    assert only(half).healthy_s == 0
    assert only(whole).healthy_s == 60


def test_channel_without_sound_is_healthy_by_its_picture_alone() -> None:
    row = only(
        [each for at in range(60) for each in (recorded(at, sound=False), measured(VideoMeasured, at))]
    )
    assert (row.healthy_s, row.observed_audio_s) == (60, 0)


def test_radio_is_healthy_by_its_sound_alone() -> None:
    row = only(
        [each for at in range(60) for each in (recorded(at, picture=False), measured(AudioMeasured, at))]
    )
    assert (row.healthy_s, row.observed_video_s) == (60, 0)


def test_what_was_measured_counts_where_the_log_no_longer_knows_the_segments() -> None:
    row = only([measured(VideoMeasured, at) for at in range(60)])
    assert row.healthy_s == 60


def test_fault_takes_the_seconds_that_it_lasts_from_the_healthy_ones() -> None:
    fade = alarm(10.4)
    row = only([*watched(0, 60), fade.opened(), fade.closed(6.0)])
    assert (row.healthy_s, row.faulty_s, row.faults) == (54, 6, {"fade": 6})


def test_second_with_two_faults_is_faulty_once() -> None:
    fade, silence = alarm(10), alarm(15, "ausencia_audio")
    row = only([*watched(0, 60), fade.opened(), fade.closed(10), silence.opened(), silence.closed(10)])
    assert (row.healthy_s, row.faulty_s) == (45, 15)
    assert row.faults == {"ausencia_audio": 10, "fade": 10}


def test_fault_shorter_than_any_second_counts_as_one() -> None:
    short = alarm(10.6)
    assert only([*watched(0, 60), short.opened(), short.closed(0.3)]).faults == {"fade": 1}


def test_open_fault_lasts_as_long_as_somebody_watches() -> None:
    rows = table([*watched(0, 70), alarm(50).opened(1.0)])
    assert (rows["tv1", 0.0].faulty_s, rows["tv1", 1.0].faulty_s) == (10, 10)


def test_fault_does_not_fill_a_hole_in_which_nobody_watched() -> None:
    fade = alarm(10)
    row = only([*watched(0, 20), *watched(30, 60), fade.opened(), fade.closed(30)])
    assert (row.healthy_s, row.faulty_s, row.hole_s) == (30, 20, 10)


def test_lost_signal_is_faulty_and_not_unobserved() -> None:
    lost = alarm(20, "sem_sinal")
    told = [status("trouble", 20 + lasted_s, 20) for lasted_s in (2.5, 3, 5, 7, 8.1)]
    back = status("running", 31, 30)
    row = only([*watched(0, 20), *told, lost.opened(3), back, lost.closed(10), *watched(30, 60)])
    assert (row.healthy_s, row.faults, row.hole_s) == (50, {"sem_sinal": 10}, 0)


def test_trouble_too_short_for_an_alarm_is_not_observed() -> None:
    row = only([*watched(0, 20), status("trouble", 22.5, 20), *watched(23, 60)])
    assert (row.healthy_s, row.faulty_s, row.hole_s) == (57, 0, 3)


def test_first_word_of_a_trouble_does_not_tell_of_a_time_when_nobody_watched() -> None:
    marks = list(heard(status("trouble", 3600, 0)))
    assert [mark.seconds.end - mark.seconds.first for mark in marks] == [REACH_S]


def test_deleted_occurrence_gives_its_seconds_back() -> None:
    fade = alarm(10)
    deleted = OcorrenciaDeleted(channel="tv1", uid=fade.uid, command_id="1", by="ana", at=T0)
    row = only([*watched(0, 60), fade.opened(), fade.closed(20), deleted])
    assert (row.healthy_s, row.faults) == (60, {})


def test_edited_occurrence_counts_as_what_it_was_made() -> None:
    fade = alarm(10)
    changes = Changes(type="freeze", duration_s=5, end_ts=after(15))
    edited = OcorrenciaEdited(channel="tv1", uid=fade.uid, command_id="1", by="ana", at=T0, changes=changes)
    row = only([*watched(0, 60), fade.opened(), fade.closed(20), edited])
    assert (row.healthy_s, row.faults) == (55, {"freeze": 5})


def test_end_that_somebody_gave_an_open_occurrence_holds() -> None:
    fade = alarm(10)
    changes = Changes(duration_s=5, end_ts=after(15))
    edited = OcorrenciaEdited(channel="tv1", uid=fade.uid, command_id="1", by="ana", at=T0, changes=changes)
    assert only([*watched(0, 60), fade.opened(), edited]).faults == {"fade": 5}


def test_files_are_left_out() -> None:
    channel = analysis_channel("0" * 32)
    fade = alarm(10, channel=channel)
    assert table([*watched(0, 60, channel), status("trouble", 2, 0, channel), fade.opened()]) == {}


def test_sparse_samples_speak_for_the_time_between_them() -> None:
    pictures = measured(VideoMeasured, 10, duration_s=10, period_s=5.0)
    sounds = measured(AudioMeasured, 30, duration_s=10, period_s=5.0)
    spoken = {
        second for event in (pictures, sounds) for mark in heard(event) for second in seconds(mark.seconds)
    }
    assert sorted(spoken) == [*range(7, 18), *range(30, 40)]


def test_one_picture_a_second_leaves_no_second_out_when_some_come_late() -> None:
    late = [(at, at + 0.24 * (at % 2)) for at in range(60)]
    pictures = [
        msgspec.structs.replace(measured(VideoMeasured, at, period_s=1.0), times_s=(taken - at - 0.02,))
        for at, taken in late
    ]
    assert only([*pictures, *(recorded(at, sound=False) for at in range(60))]).healthy_s == 60


def seconds(found: Seconds) -> range:
    start = int(T0.timestamp())
    return range(found.first - start, found.end - start)


def test_segment_that_claims_a_century_marks_ten_minutes() -> None:
    marks = list(heard(recorded(0, duration_s=3e9)))
    assert {mark.seconds.end - mark.seconds.first for mark in marks} == {600}


@pytest.mark.parametrize("year", [1, 1969, 2101, 9999])
def test_broken_clocks_leave_no_row(year: int) -> None:
    odd = recorded(0)
    odd = msgspec.structs.replace(
        odd, segment=msgspec.structs.replace(odd.segment, start=T0.replace(year=year, month=12))
    )
    fade = Alarm(start=T0.replace(year=year, month=12))
    assert table([odd, fade.opened(), status("connecting", 0)]) == {}


@given(st.lists(st.integers(0, 10**8), min_size=2, max_size=20, unique=True))
def test_stretches_that_meet_share_no_second_and_leave_none_out(edges: list[int]) -> None:
    edges.sort()
    parts = [lasted(one, other) for one, other in itertools.pairwise(edges)]
    whole = lasted(edges[0], edges[-1])
    assert sum(part.end - part.first for part in parts) == whole.end - whole.first
    assert abs((whole.end - whole.first) * SECOND_US - (edges[-1] - edges[0])) <= SECOND_US


@given(st.integers(0, 10**10), st.integers(0, 10**9))
def test_minutes_of_seconds_hold_each_once(start: int, length: int) -> None:
    span = at_least_one(start, start + length)
    found = list(minutes(span))
    assert sum(mask.bit_count() for _, mask in found) == span.end - span.first >= 1
    assert all(mask == within(span, minute) for minute, mask in found)


@given(st.integers(1, 2**60 - 1))
def test_holes_of_a_mask_are_those_that_one_sees(mask: int) -> None:
    shown = "".join("1" if mask >> second & 1 else "0" for second in range(60))
    assert (first_second(mask), last_second(mask)) == (shown.index("1"), shown.rindex("1"))
    holes = [len(hole) for hole in shown.strip("0").split("1")]
    found = longest_hole(mask)
    assert found is not None
    assert found[1] == max(holes)
    assert set(shown[found[0] :][: found[1]]) <= {"0"}


def test_open_occurrence_has_no_end_for_coverage() -> None:
    fault = fault_of(state_after(alarm(10).opened()))
    assert fault is not None
    assert fault.seconds.end == FOREVER
    assert fault_of(None) is None


def state_after(*events: Event) -> Ocorrencia | None:
    state = None
    for offset, event in enumerate(events):
        state = fold(state, event, event_id=str(offset), offset=offset, time=T0)
    return state


def test_channel_is_off_from_its_stop_to_its_next_beginning() -> None:
    off = off_after(None, status("stopped", 10, 9.2))
    assert off == Off(since=after(9.2))
    assert off_after(off, status("connecting", 100)) == Off(since=after(9.2), until=after(100))


def test_stop_in_an_outage_does_not_hide_the_outage() -> None:
    assert off_after(None, status("stopped", 3600, 0)) == Off(since=after(3600 - REACH_S))


def test_trouble_that_is_older_than_the_stop_begins_with_its_own_word() -> None:
    off = off_after(Off(since=after(10)), status("trouble", 100, 5))
    assert off == Off(since=after(10), until=after(100))


@pytest.mark.parametrize("again", [status("stopped", 10), status("connecting", 100)])
def test_status_that_comes_again_changes_nothing(again: Event) -> None:
    off = Off(since=after(200))
    closed = Off(since=after(10), until=after(100))
    assert off_after(closed, again) is closed  # type: ignore[arg-type]
    assert off_after(off, again) is off  # type: ignore[arg-type]


def test_running_channel_was_never_off() -> None:
    assert off_after(None, status("running", 10)) is None
