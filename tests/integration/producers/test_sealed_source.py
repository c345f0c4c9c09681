"""Addresses that are sealed in the log: watched where the key is, told as a trouble where it is not."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.follow import read_all
from infra.local.ports import free_port
from schemas.events import StreamConfigured
from schemas.topics import STREAMS
from tests.integration.producers.on_air import Watched, producers, station

SOON_S = 30.0
PASSPHRASE = "correct-horse-battery"


@pytest.fixture
def sealed(topics: str) -> Iterator[Watched]:
    yield from _channel(topics, "sealed-source")


@pytest.fixture
def plain(topics: str) -> Iterator[Watched]:
    yield from _channel(topics, "plain-source")


def _channel(topics: str, name: str) -> Iterator[Watched]:
    channel = Watched(topics, name)
    yield channel
    channel.remove()
    channel.close()


def added(topics: str, home: Path, channel: str, url: str) -> str:
    """Add a channel by the command line; return its address as the log holds it."""
    subprocess.run(
        [sys.executable, "-m", "infra.cli.main", "channels", "add", channel, url],
        env={"PATH": os.environ["PATH"], "HORUS_HOME": str(home), "KAFKA_BOOTSTRAP_SERVERS": topics},
        check=True,
        capture_output=True,
    )
    events = [envelope.event for envelope, _ in read_all(topics, STREAMS)]
    return [each.url for each in events if isinstance(each, StreamConfigured) and each.channel == channel][-1]


def test_a_source_with_a_passphrase_is_watched_though_the_log_does_not_hold_it(
    topics: str, tmp_path: Path, sealed: Watched
) -> None:
    port = free_port(socket.SOCK_DGRAM)
    url = f"srt://127.0.0.1:{port}?mode=listener&passphrase={PASSPHRASE}"
    first = added(topics, tmp_path, sealed.channel, url)
    calling = f"srt://127.0.0.1:{port}?connect_timeout=20000&passphrase={PASSPHRASE}"
    with producers(topics, tmp_path), station(calling):
        sealed.until(lambda: len(sealed.segments()) >= 2, SOON_S)
        again = added(topics, tmp_path, sealed.channel, url)
        sealed.until(lambda: len(sealed.segments()) >= 5, SOON_S)

    assert first.startswith(f"srt://127.0.0.1:{port}?mode=listener&passphrase=sealed:")
    assert PASSPHRASE not in first + again + str(sealed.statuses())
    assert PASSPHRASE not in (tmp_path / "producers.log").read_text()
    # Two seals of one passphrase are two texts, and no other source: the recording goes on.
    assert first != again
    assert len({each.segment.epoch for each in sealed.segments()}) == 1


def test_without_the_key_a_channel_says_what_to_do_and_the_others_go_on(
    topics: str, tmp_path: Path, sealed: Watched, plain: Watched
) -> None:
    port, srt = free_port(socket.SOCK_DGRAM), free_port(socket.SOCK_DGRAM)
    url = f"srt://127.0.0.1:{srt}?mode=listener&passphrase={PASSPHRASE}"
    calling = f"srt://127.0.0.1:{srt}?connect_timeout=20000&passphrase={PASSPHRASE}"
    elsewhere, here = tmp_path / "elsewhere", tmp_path / "here"
    added(topics, elsewhere, sealed.channel, url)
    plain.configure(f"udp://127.0.0.1:{port}")
    with producers(topics, here) as process, station(f"udp://127.0.0.1:{port}"):
        sealed.until(lambda: any(each.trouble for each in sealed.statuses()), SOON_S)
        plain.until(lambda: len(plain.segments()) >= 2, SOON_S)
        told = sealed.statuses()[-1].reason
        assert "HORUS_SEAL_KEY" in told and "configure the channel again" in told
        assert not (here / "secrets").exists()

        # The key is brought: nobody has to start anything anew.
        (here / "secrets").mkdir()
        (here / "secrets" / "seal-key").write_bytes((elsewhere / "secrets" / "seal-key").read_bytes())
        with station(calling):
            sealed.until(lambda: len(sealed.segments()) >= 2, SOON_S)
        assert process.poll() is None
