"""Real television on loopback for the ingest: ffmpeg as a station, the producers as a process, their log."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from confluent_kafka import KafkaException, Message

from infra.ffmpeg import find_ffmpeg
from infra.follow import Follower
from infra.kafka import Publisher
from infra.local.leash import leashed
from infra.settings import load
from schemas.envelope import Envelope
from schemas.events import (
    Event,
    MediaGap,
    SegmentRecorded,
    StreamConfigured,
    StreamRemoved,
    StreamStatusChanged,
)
from schemas.topics import AUDIO_CHUNKS, FRAMES, SEGMENTS, STREAM_STATUS, STREAMS, Topic

FFMPEG = str(find_ffmpeg(load({}, dotenv=None)))
LEADERS_DEADLINE_S = 20.0
E = TypeVar("E", bound=Event)


@contextmanager
def station(url: str, *options: str, gop: int = 25) -> Iterator[subprocess.Popen[bytes]]:
    """Send a moving picture with a tone to ``url`` for as long as the block lasts; cut without a farewell."""
    command = [
        *(FFMPEG, "-v", "error", "-nostdin", "-re"),
        *(
            "-f",
            "lavfi",
            "-i",
            "testsrc2=size=320x180:rate=25",
            "-f",
            "lavfi",
            "-i",
            "sine=sample_rate=48000",
        ),
        *("-c:v", "libx264", "-preset", "ultrafast", "-g", str(gop), "-keyint_min", str(gop), "-c:a", "aac"),
        *(*options, "-f", "mpegts", url),
    ]
    process = subprocess.Popen(
        leashed(command, parent=os.getpid()), stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@contextmanager
def rubbish(url: str) -> Iterator[subprocess.Popen[bytes]]:
    """Send bytes that are no media, 400 kbit/s, for as long as the block lasts."""
    process = subprocess.Popen(
        [FFMPEG, "-v", "error", "-f", "data", "-i", "pipe:0", "-map", "0", "-c", "copy", "-f", "data", url],
        stdin=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    ending = threading.Event()
    pipe = process.stdin
    assert pipe is not None

    def feed() -> None:
        with suppress(OSError):
            while not ending.wait(0.05):
                pipe.write(os.urandom(2500))
                pipe.flush()

    feeder = threading.Thread(target=feed)
    feeder.start()
    try:
        yield process
    finally:
        ending.set()
        process.kill()
        process.wait()
        feeder.join()
        with suppress(OSError):
            pipe.close()


@contextmanager
def producers(servers: str, home: Path, **settings: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run ``python -m producers`` for as long as the block lasts; end it by SIGTERM."""
    environment = {
        "PATH": os.environ["PATH"],
        "HORUS_HOME": str(home),
        "KAFKA_BOOTSTRAP_SERVERS": servers,
        "PYTHONUNBUFFERED": "1",
        **settings,
    }
    home.mkdir(parents=True, exist_ok=True)
    with (home / "producers.log").open("ab") as out:
        process = subprocess.Popen(
            leashed([sys.executable, "-m", "producers"], parent=os.getpid()), env=environment, stderr=out
        )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            process.wait(10)


def children(process: subprocess.Popen[bytes]) -> list[int]:
    """Return the ids of a process's children."""
    found = []
    for task in Path(f"/proc/{process.pid}/task").iterdir():
        with suppress(OSError):
            found += [int(word) for word in (task / "children").read_text().split()]
    return found


class Watched:
    """A channel and all that the log tells of it, as it grows."""

    def __init__(self, servers: str, channel: str) -> None:
        self.channel = channel
        self._publisher = Publisher(servers, "tests")
        self._grown = threading.Condition()
        self._events: list[tuple[datetime, Event]] = []
        self._followers = [
            self._follow(servers, topic) for topic in (SEGMENTS, FRAMES, AUDIO_CHUNKS, STREAM_STATUS)
        ]

    def configure(self, url: str, fps: float = 5.0) -> None:
        self._publisher.publish(
            STREAMS,
            [
                StreamConfigured(
                    channel=self.channel,
                    url=url,
                    fps=fps,
                    configured_at=datetime.now(UTC),
                    configured_by="tests",
                )
            ],
        )

    def remove(self) -> None:
        self._publisher.publish(
            STREAMS,
            [StreamRemoved(channel=self.channel, removed_at=datetime.now(UTC), removed_by="tests")],
        )

    def close(self) -> None:
        for follower in self._followers:
            follower.stop()

    def told(self, kind: type[E]) -> list[E]:
        """All events of a kind so far, each id once, in the order in which they came."""
        with self._grown:
            events = [event for _, event in self._events if isinstance(event, kind)]
        return list(dict.fromkeys(events))

    def segments(self) -> list[SegmentRecorded]:
        return self.told(SegmentRecorded)

    def gaps(self) -> list[MediaGap]:
        return self.told(MediaGap)

    def statuses(self) -> list[StreamStatusChanged]:
        return self.told(StreamStatusChanged)

    def until(self, holds: Callable[[], bool], deadline_s: float) -> None:
        """Wait until something holds that is asked again at each event; fail after the deadline."""
        end = time.monotonic() + deadline_s
        with self._grown:
            while not holds():
                left = end - time.monotonic()
                assert left > 0, f"not within {deadline_s} s: {self._story()}"
                self._grown.wait(min(left, 0.2))

    def _follow(self, servers: str, topic: Topic) -> Follower:
        end = time.monotonic() + LEADERS_DEADLINE_S
        while True:
            follower = Follower(servers, topic, self._take)
            try:
                follower.start()
            except KafkaException:
                # A topic made this moment has no leader yet.
                assert time.monotonic() < end, f"{topic.name} cannot be read"
                time.sleep(0.1)
                continue
            return follower

    def _story(self) -> str:
        return "\n".join(str(event)[:300] for _, event in self._events[-12:])

    def _take(self, envelope: Envelope, _: Message) -> None:
        if envelope.event.channel == self.channel:
            with self._grown:
                self._events.append((envelope.time, envelope.event))
                self._grown.notify_all()
