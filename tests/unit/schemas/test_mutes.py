"""When a channel is muted: once, weekly, over midnight, and on the two nights a year when clocks are set."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.events.streams import Day, MuteOnce, MuteWeekly, StreamConfigured
from schemas.mutes import muted_until

BERLIN = ZoneInfo("Europe/Berlin")
DAYS: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def weekly(start: str, end: str, *days: Day, zone: str = "America/Sao_Paulo") -> MuteWeekly:
    return MuteWeekly(days=days or DAYS, start=start, end=end, zone=zone)


def test_a_mute_holds_from_its_first_instant_up_to_its_last() -> None:
    mute = MuteOnce(start=utc("2026-11-23T01:00"), end=utc("2026-11-23T02:00"))
    second = timedelta(seconds=1)
    assert muted_until([mute], mute.start - second) is None
    assert muted_until([mute], mute.start) == mute.end
    assert muted_until([mute], mute.end - second) == mute.end
    assert muted_until([mute], mute.end) is None


def test_weekly_times_are_those_of_the_zones_clocks_and_days() -> None:
    mondays = [weekly("02:00", "05:00", "mon")]
    # 2026-11-23 is a Monday; Brazil is three hours behind UTC.
    assert muted_until(mondays, utc("2026-11-23T04:59:59")) is None
    assert muted_until(mondays, utc("2026-11-23T05:00")) == utc("2026-11-23T08:00")
    assert muted_until(mondays, utc("2026-11-24T05:00")) is None


def test_a_window_over_midnight_belongs_to_the_day_on_which_it_begins() -> None:
    fridays = [weekly("23:00", "01:30", "fri")]
    saturday_00_15 = utc("2026-11-28T03:15")
    assert muted_until(fridays, saturday_00_15) == utc("2026-11-28T04:30")
    assert muted_until(fridays, saturday_00_15 - timedelta(days=1)) is None


def test_a_window_from_a_time_to_itself_is_a_whole_day() -> None:
    assert muted_until([weekly("06:00", "06:00", "mon")], utc("2026-11-24T08:59")) == utc("2026-11-24T09:00")


def test_mutes_that_touch_count_as_one() -> None:
    one = MuteOnce(start=utc("2026-11-23T01:00"), end=utc("2026-11-23T02:00"))
    two = MuteOnce(start=utc("2026-11-23T02:00"), end=utc("2026-11-23T03:00"))
    assert muted_until([two, one], utc("2026-11-23T01:30")) == two.end


@pytest.mark.parametrize(
    ("start", "end", "first", "over"),
    [
        # 2026-03-29: clocks go from 02:00 to 03:00, at 01:00 UTC.
        ("01:00", "04:00", "2026-03-29T00:00", "2026-03-29T02:00"),
        ("02:30", "04:00", "2026-03-29T01:00", "2026-03-29T02:00"),
        ("01:00", "02:30", "2026-03-29T00:00", "2026-03-29T01:00"),
        # 2026-10-25: clocks go from 03:00 back to 02:00, at 01:00 UTC.
        ("01:00", "04:00", "2026-10-24T23:00", "2026-10-25T03:00"),
        ("02:30", "02:45", "2026-10-25T00:30", "2026-10-25T01:45"),
        ("01:00", "02:30", "2026-10-24T23:00", "2026-10-25T01:30"),
    ],
)
def test_windows_follow_the_wall_clock_when_it_is_set(start: str, end: str, first: str, over: str) -> None:
    sundays = [weekly(start, end, "sun", zone="Europe/Berlin")]
    begins, ends = utc(first), utc(over)
    assert muted_until(sundays, begins - timedelta(seconds=1)) is None
    assert muted_until(sundays, begins) == ends
    assert muted_until(sundays, ends - timedelta(seconds=1)) == ends
    assert muted_until(sundays, ends) is None


def test_a_window_wholly_within_the_skipped_hour_does_not_happen() -> None:
    sundays = [weekly("02:15", "02:45", "sun", zone="Europe/Berlin")]
    around = [utc("2026-03-29T00:00") + timedelta(minutes=each) for each in range(180)]
    assert all(muted_until(sundays, moment) is None for moment in around)


minutes = st.integers(0, 24 * 60 - 1).map(lambda minute: f"{minute // 60:02}:{minute % 60:02}")

moments = st.integers(0, 365 * 86_400).map(lambda second: utc("2026-01-01T00:00") + timedelta(seconds=second))


@given(
    start=minutes,
    end=minutes,
    days=st.sets(st.sampled_from(DAYS), min_size=1),
    at=moments,
)
def test_away_from_changes_of_the_clock_a_mute_is_what_the_wall_says(
    start: str, end: str, days: set[Day], at: datetime
) -> None:
    local = at.astimezone(BERLIN)
    near = [at + timedelta(days=each) for each in (-2, 2)]
    if len({moment.astimezone(BERLIN).utcoffset() for moment in near}) > 1:
        return
    clock = local.strftime("%H:%M:%S.%f")
    today, yesterday = (DAYS[(local.weekday() - back) % 7] for back in (0, 1))
    if end > start:
        expected = today in days and start <= clock < end
    else:
        expected = (today in days and clock >= start) or (yesterday in days and clock < end)
    assert (
        muted_until([weekly(start, end, *sorted(days), zone="Europe/Berlin")], at) is not None
    ) == expected


@given(moments, minutes, minutes)
def test_the_end_of_a_mute_is_later_than_the_moment(at: datetime, start: str, end: str) -> None:
    until = muted_until([weekly(start, end, zone="Europe/Berlin")], at)
    assert until is None or until > at


def test_mutes_are_told_apart_in_json_by_their_kind() -> None:
    now = utc("2026-11-23T00:00")
    configured = StreamConfigured(
        channel="tv1",
        url="srt://h:1",
        mutes=(MuteOnce(start=now, end=now + timedelta(hours=1)), weekly("23:00", "05:00", "sun")),
        configured_at=now,
        configured_by="test",
    )
    encoded = msgspec.json.encode(configured)
    assert b'"kind":"once","from":' in encoded and b'"kind":"weekly"' in encoded
    assert msgspec.json.decode(encoded, type=StreamConfigured) == configured


def test_a_configuration_of_before_there_were_rules_is_read_with_defaults() -> None:
    old = (
        b'{"channel":"tv1","url":"srt://h:1","fps":5.0,"title":"","configured_by":"cli",'
        b'"configured_at":"2026-11-22T00:00:00Z"}'
    )
    read = msgspec.json.decode(old, type=StreamConfigured)
    assert read.enabled and not read.mutes and not read.thresholds and not read.disabled
