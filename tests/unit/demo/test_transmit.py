import io
import os
import select
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import av
import imageio_ffmpeg
import psutil
import pytest

from infra.clock import now
from infra.demo.programme import Fault
from infra.demo.transmit import Transmitter

DEADLINE_S = 20.0


class Listener:
    """A receiver that takes the stream in byte by byte, as it comes."""

    def __init__(self, port: int) -> None:
        url = f"srt://127.0.0.1:{port}?mode=listener"
        ffmpeg = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-nostdin", "-f", "data", "-i", url]
        self.process = subprocess.Popen(
            [*ffmpeg, "-map", "0", "-c", "copy", "-flush_packets", "1", "-f", "data", "pipe:1"],
            stdout=subprocess.PIPE,
        )
        self.received = b""

    def poll(self) -> None:
        assert self.process.stdout is not None
        while select.select([self.process.stdout], [], [], 0.02)[0]:
            data = os.read(self.process.stdout.fileno(), 1 << 16)
            if not data:
                return
            self.received += data

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def key_frames(self) -> list[float]:
        """Return the times of the key frames received, seconds since the programme first began."""
        whole = self.received[: len(self.received) // 188 * 188]
        with av.open(io.BytesIO(whole), "r", format="mpegts") as stream:
            return [
                float(packet.pts * packet.time_base) - 10.0
                for packet in stream.demux(video=0)
                if packet.is_keyframe and packet.pts is not None
            ]


@pytest.fixture
def port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def listen(port: int) -> Iterator[Callable[[], Listener]]:
    begun: list[Listener] = []

    def begin() -> Listener:
        begun.append(Listener(port))
        return begun[-1]

    yield begin
    for listener in begun:
        listener.kill()


@pytest.fixture
def on_air(short_file: Path, port: int) -> Iterator[Callable[..., Transmitter]]:
    begun: list[Transmitter] = []

    def begin(*cuts: Fault) -> Transmitter:
        begun.append(Transmitter(short_file, 4.0, f"srt://127.0.0.1:{port}", now(), cuts))
        begun[-1].start()
        return begun[-1]

    yield begin
    for transmitter in begun:
        transmitter.stop()


def _wait(listener: Listener, what: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while not what():
        assert time.monotonic() < deadline, "did not happen in time"
        listener.poll()


def test_a_listener_that_dies_is_found_again_and_television_has_gone_on(
    listen: Callable[[], Listener], on_air: Callable[..., Transmitter]
) -> None:
    first, transmitter = listen(), on_air()
    _wait(first, lambda: len(first.received) > 100_000)
    seen = first.key_frames()
    first.kill()
    second = listen()
    _wait(second, lambda: len(second.received) > 100_000)
    assert transmitter.connections == 2
    assert second.key_frames()[0] > seen[-1]


def test_nothing_of_a_scripted_cut_is_sent_and_a_key_frame_ends_it(
    listen: Callable[[], Listener], on_air: Callable[..., Transmitter]
) -> None:
    first = listen()
    # The whole programme is cut but for its first two seconds.
    transmitter = on_air(Fault("sem_sinal", 2.3, 4.0))
    _wait(first, lambda: bool(first.received) and not transmitter.connected)
    first.kill()
    second = listen()
    _wait(second, lambda: len(second.received) > 50_000)
    assert all(position % 4.0 < 2.3 for position in first.key_frames() + second.key_frames())
    assert second.key_frames()[0] % 4.0 == pytest.approx(0.0, abs=0.01)


def test_a_cut_by_hand_lasts_until_restored(
    listen: Callable[[], Listener], on_air: Callable[..., Transmitter]
) -> None:
    first, transmitter = listen(), on_air()
    _wait(first, lambda: len(first.received) > 50_000)
    transmitter.cut()
    _wait(first, lambda: not transmitter.connected)
    first.kill()
    second = listen()
    transmitter.restore()
    _wait(second, lambda: len(second.received) > 50_000)
    assert transmitter.connections == 2


def test_stop_leaves_nothing_running(
    listen: Callable[[], Listener], on_air: Callable[..., Transmitter]
) -> None:
    listener, transmitter = listen(), on_air()
    _wait(listener, lambda: transmitter.connected)
    transmitter.stop()
    left = [child.pid for child in psutil.Process().children() if "ffmpeg" in child.name()]
    assert left == [listener.process.pid]


def test_without_a_listener_it_keeps_trying_and_says_why(
    listen: Callable[[], Listener], on_air: Callable[..., Transmitter]
) -> None:
    transmitter = on_air()
    deadline = time.monotonic() + DEADLINE_S
    while not transmitter.last_words and time.monotonic() < deadline:
        transmitter.position(now())
    assert "error" in transmitter.last_words.lower()
    listener = listen()
    _wait(listener, lambda: len(listener.received) > 0)


def test_position_is_the_wall_clocks_not_the_lines(short_file: Path) -> None:
    start = now()
    transmitter = Transmitter(short_file, 4.0, "srt://127.0.0.1:9", start)
    assert transmitter.position(start + timedelta(seconds=9.5)) == pytest.approx(1.5)


def test_an_address_that_is_not_srt_is_refused(short_file: Path) -> None:
    with pytest.raises(ValueError, match="SRT"):
        Transmitter(short_file, 4.0, "udp://127.0.0.1:9", now())
