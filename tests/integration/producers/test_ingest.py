"""The ingest as a process: real SRT in, real Kafka and a real media store out."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import av
import pytest
from confluent_kafka import Producer

from infra.follow import consumer_at
from infra.kafka import headers_of
from infra.local.ports import free_port
from infra.media_store import MediaStore, sha256_of
from schemas.events import AudioIndexed, FramesIndexed
from schemas.events.media import PTS_HZ
from schemas.topics import STREAMS, dead_letters
from tests.integration.producers.on_air import Watched, children, producers, rubbish, station

# Wide, for two cores with other work on them; what matters is that it comes, delays are measured elsewhere.
SOON_S = 30.0


@pytest.fixture
def watched(topics: str, request: pytest.FixtureRequest) -> Iterator[Watched]:
    """A channel named after the test."""
    channel = Watched(topics, str(request.node.name).replace("test_", "")[:60])
    yield channel
    channel.remove()
    channel.close()


def listening(port: int) -> str:
    return f"srt://127.0.0.1:{port}?mode=listener"


def calling(port: int) -> str:
    # An encoder goes on calling while nobody listens: after a cut without a farewell, ours hears a new call
    # only when the old connection has timed out.
    return f"srt://127.0.0.1:{port}?connect_timeout=20000"


def recorded(channel: Watched, number: int) -> Callable[[], bool]:
    return lambda: len(channel.segments()) >= number


def in_trouble(channel: Watched, trouble: str) -> Callable[[], bool]:
    return lambda: any(status.trouble == trouble for status in channel.statuses())


def told_more(channel: Watched, number: int) -> Callable[[], bool]:
    return lambda: len(channel.statuses()) > number


def test_segments_are_whole_and_contiguous_and_told_with_what_they_hold(
    topics: str, tmp_path: Path, watched: Watched
) -> None:
    port = free_port()
    watched.configure(listening(port), fps=10.0)
    with producers(topics, tmp_path), station(calling(port)):
        watched.until(recorded(watched, 4), SOON_S)
        watched.until(lambda: len(watched.told(AudioIndexed)) >= 4, SOON_S)
    segments = [event.segment for event in watched.segments()]
    store = MediaStore(str(tmp_path / "media"))
    assert [segment.seq for segment in segments] == list(range(len(segments)))
    assert len({segment.epoch for segment in segments}) == 1
    for segment, frames in zip(segments, watched.told(FramesIndexed), strict=False):
        file = store.local_path(segment.uri)
        assert file is not None
        assert (file.stat().st_size, sha256_of(file)) == (segment.size, segment.sha256)
        assert frames.segment == segment
        assert (frames.codec, frames.analysis_fps, frames.pts[0], frames.key[0]) == ("h264", 10.0, 0, 0)
        with av.open(str(file)) as container:
            stamps = [packet.pts for packet in container.demux(video=0) if packet.pts is not None]
        assert [stamp - segment.start_pts for stamp in stamps] == list(frames.pts)
    for before, after in pairwise(segments[:-1]):
        assert after.start_pts - before.start_pts == round(before.duration_s * PTS_HZ) == PTS_HZ
        assert abs(after.start - before.end) < timedelta(milliseconds=1)


def test_a_cut_is_a_trouble_and_the_return_a_new_epoch_after_a_gap(
    topics: str, tmp_path: Path, watched: Watched
) -> None:
    port = free_port()
    watched.configure(listening(port))
    with producers(topics, tmp_path):
        with station(calling(port)):
            watched.until(recorded(watched, 2), SOON_S)
        watched.until(lambda: watched.statuses()[-1].state == "trouble", SOON_S)
        with station(calling(port)):
            watched.until(lambda: len(watched.gaps()) == 2, SOON_S)
            watched.until(lambda: watched.statuses()[-1].state == "running", SOON_S)
    first, second = watched.gaps()
    assert (first.reason, first.start, first.previous_epoch) == ("started", None, None)
    assert (second.reason, second.previous_epoch) == ("reconnected", first.epoch)
    old = [event.segment for event in watched.segments() if event.segment.epoch == first.epoch]
    new = [event.segment for event in watched.segments() if event.segment.epoch == second.epoch]
    assert second.start == old[-1].end
    assert second.end == new[0].start > old[-1].end
    assert new[0].seq == 0


def test_killed_ingest_takes_its_ffmpeg_along_and_says_restarted(
    topics: str, tmp_path: Path, watched: Watched
) -> None:
    port = free_port()
    watched.configure(listening(port))
    with producers(topics, tmp_path) as process, station(calling(port)):
        watched.until(recorded(watched, 2), SOON_S)
        orphans = children(process)
        process.kill()
        process.wait()
    assert orphans
    _until(lambda: not any(_alive(orphan) for orphan in orphans), 5.0)
    known = watched.segments()
    with producers(topics, tmp_path), station(calling(port)):
        watched.until(lambda: len(watched.gaps()) == 2, SOON_S)
    gap = watched.gaps()[-1]
    assert gap.reason == "restarted"
    assert gap.previous_epoch == known[0].segment.epoch
    assert gap.start is not None and gap.start >= known[-1].segment.end
    assert not list((tmp_path / "spool").rglob("*.ts"))


def test_sigterm_ends_everything_within_two_seconds_and_tells_of_no_stop(
    topics: str, tmp_path: Path, watched: Watched
) -> None:
    port = free_port()
    watched.configure(listening(port))
    with producers(topics, tmp_path) as process, station(calling(port)):
        watched.until(recorded(watched, 2), SOON_S)
        started = children(process)
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
    assert not any(_alive(child) for child in started)
    assert all(status.state != "stopped" for status in watched.statuses())


def test_removed_channel_is_told_as_stopped(topics: str, tmp_path: Path, watched: Watched) -> None:
    port = free_port()
    watched.configure(listening(port))
    with producers(topics, tmp_path) as process, station(calling(port)):
        watched.until(recorded(watched, 1), SOON_S)
        watched.remove()
        watched.until(lambda: watched.statuses()[-1].state == "stopped", SOON_S)
        _until(lambda: not children(process), 5.0)
    assert all(status.state != "trouble" for status in watched.statuses())


def test_nobody_calling_is_unreachable(topics: str, tmp_path: Path, watched: Watched) -> None:
    watched.configure(listening(free_port()))
    with producers(topics, tmp_path):
        watched.until(in_trouble(watched, "unreachable"), SOON_S)
    assert {status.trouble for status in watched.statuses()} == {None, "unreachable"}


def test_nobody_answering_is_unreachable_and_told_without_the_passphrase(
    topics: str, tmp_path: Path, watched: Watched
) -> None:
    watched.configure(f"srt://127.0.0.1:{free_port()}?passphrase=correct-horse-battery")
    with producers(topics, tmp_path):
        watched.until(in_trouble(watched, "unreachable"), SOON_S)
    status = watched.statuses()[-1]
    assert status.log_tail and status.reason
    assert "correct-horse" not in str(watched.statuses())
    assert "correct-horse" not in (tmp_path / "producers.log").read_text()


def test_a_station_that_falls_silent_is_no_data(topics: str, tmp_path: Path, watched: Watched) -> None:
    port = free_port()
    watched.configure(listening(port))
    with producers(topics, tmp_path), station(calling(port)) as sender:
        watched.until(recorded(watched, 2), SOON_S)
        os.kill(sender.pid, signal.SIGSTOP)
        watched.until(lambda: watched.statuses()[-1].state == "trouble", SOON_S)
        trouble = watched.statuses()[-1]
        os.kill(sender.pid, signal.SIGCONT)
    assert trouble.trouble == "no_data"
    assert trouble.epoch == watched.segments()[0].segment.epoch
    assert watched.segments()[1].segment.end <= trouble.since <= trouble.observed_at


def test_bytes_without_media_are_undecodable(topics: str, tmp_path: Path, watched: Watched) -> None:
    port = free_port()
    watched.configure(listening(port))
    with producers(topics, tmp_path), rubbish(calling(port)):
        watched.until(in_trouble(watched, "undecodable"), SOON_S)
    assert not watched.segments()


def test_a_trouble_is_repeated_while_it_lasts(topics: str, tmp_path: Path, watched: Watched) -> None:
    watched.configure(f"rtmp://127.0.0.1:{free_port()}/live/tv")
    with producers(topics, tmp_path):
        watched.until(lambda: len([1 for each in watched.statuses() if each.trouble]) >= 4, SOON_S)
    troubles = [status for status in watched.statuses() if status.trouble]
    assert {(status.trouble, status.since) for status in troubles} == {("unreachable", troubles[0].since)}
    hurried = [
        after.observed_at - after.since
        for before, after in pairwise(troubles)
        if after.observed_at - before.observed_at < timedelta(seconds=2)
    ]
    # Every two seconds, and once between: the moment it counts as a lost signal.
    assert len(hurried) == 1
    assert hurried[0] >= timedelta(seconds=3)


def test_sound_that_browsers_lack_becomes_aac(topics: str, tmp_path: Path, watched: Watched) -> None:
    port = free_port()
    watched.configure(f"udp://127.0.0.1:{port}")
    url = f"udp://127.0.0.1:{port}?pkt_size=1316"
    with producers(topics, tmp_path), station(url, "-c:a", "mp2"):
        watched.until(recorded(watched, 2), SOON_S)
    assert {track.codec for event in watched.segments() for track in event.audio} == {"aac"}


def test_a_clock_that_steps_back_starts_an_epoch(topics: str, tmp_path: Path, watched: Watched) -> None:
    port = free_port()
    watched.configure(f"udp://127.0.0.1:{port}")
    url = f"udp://127.0.0.1:{port}?pkt_size=1316"
    with producers(topics, tmp_path):
        with station(url, "-output_ts_offset", "1000"):
            watched.until(recorded(watched, 2), SOON_S)
        with station(url):
            watched.until(lambda: len(watched.gaps()) == 2, SOON_S)
    gap = watched.gaps()[-1]
    assert gap.reason == "pts_jump"
    assert gap.start is not None and gap.end - gap.start < timedelta(seconds=SOON_S)
    assert watched.segments()[0].segment.start_pts > 1000 * PTS_HZ > watched.segments()[-1].segment.start_pts


def test_utc_of_the_media_is_that_of_the_wall_clock(topics: str, tmp_path: Path, watched: Watched) -> None:
    port = free_port()
    watched.configure(listening(port))
    with producers(topics, tmp_path), station(calling(port)):
        watched.until(recorded(watched, 4), SOON_S)
        now = datetime.now(UTC)
    # A segment is told when the next begins: its end is just over, and never to come.
    latest = max(event.segment.end for event in watched.segments())
    assert timedelta(seconds=-0.2) < now - latest < timedelta(seconds=5)
    for event in watched.segments():
        assert event.recorded_at >= event.segment.end - timedelta(seconds=0.2)


def test_bad_records_go_to_the_dead_letters_once_and_the_rest_goes_on(
    topics: str, tmp_path: Path, watched: Watched
) -> None:
    bad = Producer({"bootstrap.servers": topics})
    bad.produce(STREAMS.name, key=b"broken", value=b"{", headers=[("ce_type", b"nonsense")])
    assert bad.flush(10) == 0
    forbidden = Watched(topics, "forbidden")
    forbidden.configure("concat:/etc/passwd")
    forbidden.close()
    watched.configure(f"rtmp://127.0.0.1:{free_port()}/live/tv")
    for run in range(2):
        with producers(topics, tmp_path / str(run)):
            watched.until(told_more(watched, len(watched.statuses()) + 1), SOON_S)
    letters = _dead_letters(topics)
    assert sorted(key for key, _ in letters) == ["broken", "forbidden"]
    assert any("concat" in reason for _, reason in letters)
    forbidden.remove()


def _dead_letters(servers: str) -> list[tuple[str, str]]:
    consumer, span = consumer_at(servers, dead_letters(STREAMS))
    end = span[0][1]
    found: list[tuple[str, str]] = []
    while len(found) < end:
        for message in consumer.consume(10, 0.2):
            if message.error() is None:
                reason = dict(headers_of(message))["horus_dlq_reason"]
                assert isinstance(reason, bytes)
                found.append(((message.key() or b"").decode(), reason.decode()))
    consumer.close()
    return found


def _alive(pid: int) -> bool:
    try:
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False


def _until(holds: Callable[[], bool], deadline_s: float) -> None:
    end = time.monotonic() + deadline_s
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.02)
