"""How a channel stands and when that is told."""

from datetime import UTC, datetime, timedelta

from producers.status import Standing, due, resumed, running, stopped, told, troubled
from producers.trouble import Diagnosis

T0 = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)
EPOCH = "20261122T180000.000Z"
SILENT = Diagnosis(trouble="no_data", reason="nothing for 2.6 s")
SUSPECTED = Diagnosis(trouble="unreachable", reason="nobody calls", sure=False)
GONE = Diagnosis(trouble="unreachable", reason="the source hung up")


def at(seconds: float) -> datetime:
    return T0 + timedelta(seconds=seconds)


def tell(standing: Standing, seconds: float) -> Standing:
    return told(standing, now=at(seconds), restarts=0, log_tail=())[0]


def on_air() -> Standing:
    return tell(running(Standing(channel="tv1", since=T0), epoch=EPOCH, start=T0), 1)


def test_a_trouble_is_told_at_once_with_the_end_of_the_last_media() -> None:
    standing = troubled(on_air(), SILENT, since=at(9))
    assert due(standing, at(9.1))
    event = told(standing, now=at(11.6), restarts=2, log_tail=("a", "b"))[1]
    assert (event.state, event.trouble, event.since, event.observed_at) == (
        "trouble",
        "no_data",
        at(9),
        at(11.6),
    )
    assert (event.epoch, event.restarts, event.log_tail) == (EPOCH, 2, ("a", "b"))


def test_a_trouble_is_repeated_every_two_seconds() -> None:
    standing = tell(troubled(on_air(), SILENT, since=at(9)), 12)
    assert not due(standing, at(13.9))
    assert due(standing, at(14))


def test_a_trouble_is_told_again_the_moment_it_becomes_an_alarm() -> None:
    standing = tell(troubled(on_air(), SILENT, since=at(9)), 11.5)
    assert not due(standing, at(11.9))
    assert due(standing, at(12))
    assert not due(tell(standing, 12), at(13.9))


def test_a_trouble_is_not_repeated_once_media_flows_again() -> None:
    standing = tell(troubled(on_air(), SILENT, since=at(9)), 11.5)
    assert not due(standing, at(12), flowing=True)
    assert not due(standing, at(20), flowing=True)
    assert due(standing, at(20), flowing=False)


def test_running_is_repeated_every_half_minute() -> None:
    assert not due(on_air(), at(30))
    assert due(on_air(), at(31))


def test_a_trouble_that_turns_into_another_has_lasted_since_the_first() -> None:
    standing = tell(troubled(on_air(), SILENT, since=at(9)), 12)
    changed = troubled(standing, GONE, since=at(13))
    assert (changed.trouble, changed.since, due(changed, at(12.1))) == ("unreachable", at(9), True)


def test_a_suspicion_does_not_replace_what_is_known() -> None:
    standing = tell(troubled(on_air(), SILENT, since=at(9)), 12)
    assert troubled(standing, SUSPECTED, since=at(9)) == standing


def test_the_same_trouble_again_changes_nothing() -> None:
    standing = tell(troubled(on_air(), SILENT, since=at(9)), 12)
    assert troubled(standing, SILENT, since=at(13)) == standing


def test_each_epoch_is_told_as_running() -> None:
    again = running(on_air(), epoch="20261122T180010.000Z", start=at(10))
    assert (again.since, due(again, at(11))) == (at(10), True)
    assert running(again, epoch=again.epoch or "", start=at(10)) == again


def test_media_that_resumes_within_the_epoch_ends_the_trouble() -> None:
    standing = tell(troubled(on_air(), SILENT, since=at(9)), 12)
    assert (resumed(standing, now=at(13)).state, resumed(standing, now=at(13)).trouble) == ("running", None)
    assert resumed(on_air(), now=at(13)) == on_air()


def test_stopped_on_purpose_is_no_trouble() -> None:
    event = told(stopped(on_air(), since=at(5)), now=at(6), restarts=0, log_tail=())[1]
    assert (event.state, event.trouble, event.since) == ("stopped", None, at(5))
