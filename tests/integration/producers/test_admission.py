"""What the ingest opens: hosts that are allowed, channels that are not stopped; nothing else hears of it."""

import socket
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from infra.kafka import Publisher
from infra.local.ports import free_port
from schemas.events import StreamConfigured
from schemas.topics import STREAMS
from tests.integration.producers.on_air import Watched, producers, station

SOON_S = 30.0


@pytest.mark.parametrize("scheme", ["http://127.0.0.1:{}/live.m3u8", "rtmp://localhost:{}/app/key-of-mine"])
def test_a_host_that_is_not_allowed_hears_nothing_and_the_status_tells_why(
    topics: str, tmp_path: Path, scheme: str
) -> None:
    channel = Watched(topics, f"refused-{scheme[:4]}")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.0)
        channel.configure(scheme.format(listener.getsockname()[1]))
        try:
            with producers(topics, tmp_path, HORUS_STREAM_HOSTS="10.0.0.0/8"):
                channel.until(lambda: any(each.trouble for each in channel.statuses()), SOON_S)
                told = channel.statuses()[-1]
        finally:
            channel.remove()
            channel.close()
        with pytest.raises(BlockingIOError):
            listener.accept()
    assert (told.state, told.trouble) == ("trouble", "unreachable")
    assert "HORUS_STREAM_HOSTS" in told.reason
    assert "key-of-mine" not in (tmp_path / "producers.log").read_text()


def test_a_channel_that_is_stopped_is_no_longer_watched_and_begins_again_when_started(
    topics: str, tmp_path: Path
) -> None:
    channel = Watched(topics, "stopped-and-started")
    port = free_port(socket.SOCK_DGRAM)
    wanted = StreamConfigured(
        channel=channel.channel,
        url=f"udp://127.0.0.1:{port}",
        configured_at=datetime.now(UTC),
        configured_by="tests",
    )
    publisher = Publisher(topics, "tests")

    def command(*, enabled: bool) -> None:
        event = msgspec.structs.replace(wanted, enabled=enabled, configured_at=datetime.now(UTC))
        publisher.publish(STREAMS, [event])

    try:
        with producers(topics, tmp_path), station(f"udp://127.0.0.1:{port}"):
            command(enabled=True)
            channel.until(lambda: len(channel.segments()) >= 2, SOON_S)
            command(enabled=False)
            channel.until(lambda: channel.statuses()[-1].state == "stopped", SOON_S)
            epochs = {each.segment.epoch for each in channel.segments()}
            command(enabled=True)
            channel.until(lambda: {each.segment.epoch for each in channel.segments()} > epochs, SOON_S)
    finally:
        channel.remove()
        channel.close()
