"""Coverage and availability as they are asked for and answered, without a database."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from starlette.testclient import TestClient

from api.availability import Availability, ChannelAvailability, HoleRead, _percent
from api.availability_csv import as_csv, wants_csv
from api.availability_store import Hole, longest
from api.coverage import MOST_MINUTES, TooMuch, bounded, watched
from api.coverage_asked import Period, Stop, edges, off_s, period
from api.coverage_store import NOTHING, Seconds
from infra.settings import Settings
from tests.unit.api.doors import AWAY, closed

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def at(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


@pytest.fixture
def client(settings: Callable[..., Settings]) -> TestClient:
    return closed(settings(**AWAY)).client("viewer")


def test_period_has_whole_minutes_and_leaves_out_what_may_still_be_measured() -> None:
    asked = period(at(-10.4), None, "minute", at(0.2))
    assert asked == Period(since=at(-11), until=at(-1))


def test_period_of_the_past_ends_where_it_was_to_end() -> None:
    assert period(at(-100), at(-40), "minute", NOON) == Period(since=at(-100), until=at(-40))


def test_period_without_a_beginning_is_what_fits_a_chart() -> None:
    assert period(None, at(-60), "day", NOON).since == at(-60) - timedelta(days=31)


@pytest.mark.parametrize(("since", "until"), [(5, 5), (5, 4), (1, None)])
def test_period_the_wrong_way_round_is_refused(since: float, until: float | None) -> None:
    with pytest.raises(ValueError, match="before"):
        period(at(since), None if until is None else at(until), "minute", NOON)


def test_period_that_has_only_begun_is_empty() -> None:
    asked = period(at(-0.3), None, "minute", NOON)
    assert asked.minutes == 0
    assert edges(asked, "minute") == []


def test_last_step_may_be_cut_off() -> None:
    assert edges(Period(since=at(0), until=at(90)), "hour") == [at(0), at(60)]


def test_stops_count_as_far_as_they_lie_within() -> None:
    stops = [Stop(since=at(-5), until=at(1)), Stop(since=at(8), until=None)]
    assert off_s(stops, at(0), at(10)) == 180


def test_seconds_add_up_to_the_stretch() -> None:
    found = watched(Seconds(healthy_s=300, faulty_s=60), [Stop(since=at(6), until=at(8))], at(0), at(10))
    assert (found.seconds, found.off_s, found.not_observed_s) == (600, 120, 120)


def test_what_was_observed_of_a_stopped_channel_was_observed() -> None:
    found = watched(Seconds(healthy_s=590), [Stop(since=at(0), until=None)], at(0), at(10))
    assert (found.off_s, found.not_observed_s) == (10, 0)


def test_nothing_told_is_not_observed() -> None:
    assert watched(NOTHING, [], at(0), at(1)).not_observed_s == 60


def test_hole_is_broken_by_a_stop() -> None:
    hole = Hole(since=at(0), until=at(10))
    stops = [Stop(since=at(9), until=at(20)), Stop(since=at(2), until=at(5))]
    assert longest([hole], stops) == Hole(since=at(5), until=at(9))


def test_hole_of_a_stopped_channel_is_none() -> None:
    assert longest([Hole(since=at(0), until=at(10))], [Stop(since=at(-1), until=None)]) is None


def test_hundred_per_cent_is_said_of_the_whole_alone() -> None:
    assert _percent(9_999_999, 10_000_000) == 99.999
    assert _percent(10, 10) == 100.0
    assert _percent(0, 0) is None


def test_work_of_one_question_is_bounded() -> None:
    with pytest.raises(TooMuch, match="shorter window"):
        bounded(2, Period(since=NOON, until=NOON + timedelta(minutes=MOST_MINUTES // 2 + 1)))


@pytest.mark.parametrize(
    ("accept", "wanted"),
    [
        ("text/csv", True),
        ("text/csv;q=0.9, */*;q=0.1", True),
        ("application/json, text/csv", False),
        ("text/html,*/*", False),
        ("", False),
    ],
)
def test_csv_is_for_who_prefers_it(accept: str, wanted: bool) -> None:
    assert wants_csv(accept) is wanted


def test_spreadsheet_has_a_row_for_each_channel_and_a_column_for_each_fault() -> None:
    channel = ChannelAvailability(
        channel="tv1",
        known_since=at(0),
        seconds=3600,
        healthy_s=3500,
        faulty_s=20,
        faults={"fade": 20, "=cmd|a": 3},
        off_s=0,
        not_observed_s=80,
        observed_percent=97.777,
        healthy_percent=99.431,
        longest_hole=HoleRead(since=at(1), until=at(2), seconds=60),
        alarms=2,
        acknowledged=0,
        mean_time_to_ack_s=None,
    )
    report = Availability(since=at(0), until=at(60), told_until=at(60), channels=[channel])
    head, row = as_csv(report).decode().removeprefix("\ufeff").splitlines()
    cells = dict(zip(head.split(","), row.split(","), strict=True))
    assert (cells["channel"], cells["fade_s"], cells["freeze_s"], cells["mean_time_to_ack_s"]) == (
        "tv1",
        "20",
        "0",
        "",
    )
    # A type that somebody entered, and that a spreadsheet would run.
    assert cells["'=cmd|a_s"] == "3"


@pytest.mark.parametrize("route", ["coverage", "availability"])
@pytest.mark.parametrize(
    "question",
    [
        "from=2026-11-22T03:12:00",
        "from=2026-11-22T03:12:00Z&to=2026-11-22T03:11:00Z",
        "to=10000-01-01T00:00:00Z",
        "channel=TV1",
        "channel=%00",
        "step=week&format=xml",
    ],
)
def test_question_that_makes_no_sense_is_refused(client: TestClient, route: str, question: str) -> None:
    answer = client.get(f"/api/v1/{route}?{question}")
    assert answer.status_code == 422, answer.text
    assert answer.json()["detail"]


@pytest.mark.parametrize("route", ["coverage", "availability"])
def test_database_that_is_away_is_said_to_be(client: TestClient, route: str) -> None:
    answer = client.get(f"/api/v1/{route}")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")
