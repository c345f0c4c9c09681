"""What `horus replay` takes for a moment, and how it tells what it found."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from infra.cli.exits import BadUse
from infra.cli.moments import moment
from infra.cli.replay import window
from infra.cli.replay_shown import report
from infra.settings.changes import BadChange, changes
from processors.replay.difference import compared, counted
from processors.replay.result import Result, totals_by
from tests.unit.processors.decisions.log_of import at
from tests.unit.processors.replay.test_difference import told

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("2026-11-22T03:00:00-03:00", datetime(2026, 11, 22, 6, tzinfo=UTC)),
        ("2026-11-22T06:00Z", datetime(2026, 11, 22, 6, tzinfo=UTC)),
        ("-2h", NOW - timedelta(hours=2)),
        ("-90m", NOW - timedelta(minutes=90)),
        ("-7d", NOW - timedelta(days=7)),
        (" now ", NOW),
    ],
)
def test_moments_are_understood(text: str, meant: datetime) -> None:
    assert moment("--since", text, NOW) == meant


def test_yesterday_ends_where_today_begins() -> None:
    today, yesterday = (moment("--since", word, NOW).astimezone() for word in ("today", "yesterday"))
    assert (today.hour, today.minute, yesterday.hour) == (0, 0, 0)
    assert today.date() - yesterday.date() == timedelta(days=1)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("2026-11-22T03:00:00", "without an offset"),
        ("2026-11-22", "without an offset"),
        ("soon", "no moment"),
        ("2h", "no moment"),
        ("1969-12-31T00:00Z", "1970 to 2100"),
        ("0001-01-01T00:00+14:00", "1970 to 2100"),
        ("-999999w", "1970 to 2100"),
    ],
)
def test_what_is_no_moment_is_refused_with_the_forms_there_are(text: str, complaint: str) -> None:
    with pytest.raises(BadUse, match=complaint) as refused:
        moment("--since", text, NOW)
    assert str(refused.value).startswith(f"--since {text!r}")


def test_a_window_must_not_be_empty_and_channels_must_be_channels() -> None:
    with pytest.raises(BadUse, match="not before"):
        window("now", "-2h", [])
    with pytest.raises(BadUse, match="horus channels list"):
        window("-2h", "now", ["TV 1"])
    assert window("-2h", "now", ["tv1", "tv1"]).channels == ("tv1",)


def test_what_was_set_is_told_in_capitals() -> None:
    assert changes(["video_thresh_fade = 0.6", "ONSET_S_FADE=2"]) == {
        "VIDEO_THRESH_FADE": "0.6",
        "ONSET_S_FADE": "2",
    }
    with pytest.raises(BadChange, match="no setting of the decisions"):
        changes(["HORUS_PORT=1"])


def result(**changed: object) -> Result:
    found = compared([told(10, 14), told(30, 36)], [told(10.4, 14, uid="x")], at(0), at(3600))
    made = Result(
        since=at(0),
        until=at(3600),
        channels=("tv1",),
        settings={},
        model=None,
        totals=counted(found),
        by_type=totals_by(found, [each.type for each in found]),
        by_channel=totals_by(found, [each.channel for each in found]),
        differences=found,
        truncated=False,
        notes=("tv1: something",),
        segments=7200,
        samples=32400,
        measured_again=0,
        missing=0,
        published=0,
        took_s=0.44,
    )
    return msgspec.structs.replace(made, **changed)


def test_people_read_a_line_a_difference_with_a_link_and_the_totals() -> None:
    head, shifted, lost, _, *rest = report(result(), "http://h:8000").splitlines()
    assert head.split()[:3] == ["VERDICT", "CHANNEL", "FAULT"]
    assert shifted.startswith("shifted  tv1      Black (fade)  2026-11-22 12:00:10.0")
    assert "3.6 s, Leve (C), start +0.4 s" in shifted
    assert "http://h:8000/hls/tv1/stream.m3u8?from=" in shifted
    assert lost.split()[0] == "lost" and "6.0 s, Média (B)" in lost
    assert rest[0].split() == ["SAME", "NEW", "LOST", "SHIFTED", "REGRADED"]
    assert rest[1].split() == ["fade", "0", "0", "1", "1", "0"]
    assert rest[-2] == "note: tv1: something"
    assert rest[-1] == "1.00 h of 1 channel, 32,400 samples in 7,200 segments; took 0.4 s"


def test_a_replay_without_differences_still_tells_what_it_did() -> None:
    same = compared([told(10, 14)], [told(10, 14)], at(0), at(3600))
    text = report(result(differences=(), totals=counted(same), by_type=totals_by(same, ["fade"])), "")
    assert text.splitlines()[1].split() == ["fade", "1", "0", "0", "0", "0"]


def test_what_is_left_out_is_counted() -> None:
    cut = result(differences=(), truncated=True)
    assert "... and 2 more" in report(cut, "")
