"""Channels as clients read them."""

from datetime import UTC, datetime, timedelta

import pytest

from api.stream_read import ChannelRead, channel_read, streams_status
from api.watched import Watched
from schemas.events import SegmentRecorded, StreamConfigured, StreamStatusChanged
from schemas.events.media import AudioTrack, SegmentRef, VideoTrack

NOW = datetime(2026, 11, 22, 3, 12, tzinfo=UTC)
CONFIGURED = StreamConfigured(
    channel="tv1", url="srt://host:9000?passphrase=hush", fps=5.0, configured_at=NOW, configured_by="test"
)


def segment(**tracks: object) -> SegmentRecorded:
    reference = SegmentRef(
        channel="tv1",
        epoch="20261122T031150.000Z",
        seq=7,
        uri="media://tv1/20261122T031150.000Z/00000007.ts",
        size=250_000,
        sha256="0" * 64,
        start=NOW - timedelta(seconds=3),
        start_pts=0,
        duration_s=2.0,
    )
    return SegmentRecorded(channel="tv1", segment=reference, recorded_at=NOW, **tracks)  # type: ignore[arg-type]


def named(channel: str, state: str) -> ChannelRead:
    return ChannelRead(
        channel=channel, title=channel, url="", state=state, analysis_fps=2.0, enabled=state != "stopped"
    )


def test_channel_of_which_nothing_is_known_yet_is_unknown() -> None:
    found = channel_read(Watched(configured=CONFIGURED, status=None), None, NOW)
    assert (found.state, found.title, found.url) == ("unknown", "tv1", "srt://host:9000")
    assert found.segment is None


def test_newest_segment_tells_rate_lag_and_tracks() -> None:
    recorded = segment(
        video=VideoTrack(codec="h264", width=1920, height=1080, fps=25.0),
        audio=(AudioTrack(codec="aac", sample_rate=48000, channels=2),),
    )
    found = channel_read(Watched(configured=CONFIGURED, status=None), recorded, NOW)
    assert found.segment is not None
    assert (found.segment.seq, found.segment.bitrate_kbps, found.lag_s) == (7, 1000.0, 1.0)
    assert (found.resolution, found.audio) == ("1920x1080", ["aac 48000 Hz, 2 ch"])


def test_channel_of_sound_alone_has_no_resolution() -> None:
    found = channel_read(Watched(configured=CONFIGURED, status=None), segment(), NOW)
    assert found.resolution is None


def test_trouble_is_told_with_its_reason_and_lines() -> None:
    status = StreamStatusChanged(
        channel="tv1",
        state="trouble",
        trouble="undecodable",
        since=NOW,
        observed_at=NOW,
        reason="bytes, yet no media",
        log_tail=("one", "two"),
        restarts=3,
    )
    found = channel_read(Watched(configured=CONFIGURED, status=status), None, NOW)
    assert (found.trouble, found.restarts, found.log_tail) == ("undecodable", 3, ["one", "two"])


@pytest.mark.parametrize(
    ("states", "running"),
    [
        ({}, False),
        ({"tv1": "trouble", "tv2": "running"}, True),
        ({"tv1": "stopped", "tv2": "connecting"}, True),
        ({"tv1": "stopped"}, False),
        ({"default": "trouble", "tv2": "stopped"}, True),
        ({"default": "stopped", "tv2": "running"}, False),
        ({"default": "running", "tv2": "trouble"}, True),
    ],
)
def test_clients_of_one_channel_are_told_of_the_default_one(states: dict[str, str], running: bool) -> None:
    assert streams_status([named(*each) for each in states.items()]).running is running
