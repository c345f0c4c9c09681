"""The decisions stage as a real Faust worker on a real broker: under SIGKILL, and fed with poison."""

import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import msgspec
import pytest
from confluent_kafka import Producer

from infra.follow import consumer_at, read_all
from infra.kafka import Publisher
from infra.settings import load
from processors.decisions.channel import ChannelState, decide
from processors.decisions.rules import Rules
from schemas.envelope import event_id
from schemas.events import VideoMeasured
from schemas.topics import DETECTIONS, OCORRENCIAS, dead_letters
from tests.unit.processors.decisions.log_of import picture

SEED = 20261122
# A static member that was killed is back within its session; the rest is a cold start on a busy machine.
DEADLINE_S = 60.0


@contextmanager
def worker(bootstrap: str, home: Path, number: int = 0) -> Iterator[Callable[[], None]]:
    """Run a decisions worker; what is yielded kills it with -9 and starts it again."""
    environment = {
        "PATH": os.environ["PATH"],
        "KAFKA_BOOTSTRAP_SERVERS": bootstrap,
        "HORUS_HOME": str(home),
    }
    log = (home / "decisions.log").open("ab")

    def start() -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "processors.decisions", "--worker", str(number)]
        return subprocess.Popen(command, env=environment, stdout=log, stderr=log)

    running = [start()]

    def kill_and_restart() -> None:
        running[0].kill()
        running[0].wait()
        running[0] = start()

    try:
        yield kill_and_restart
    finally:
        running[0].kill()
        running[0].wait()
        log.close()


def programme(channel: str, seconds: int, rng: random.Random) -> list[VideoMeasured]:
    """Measures of a channel on which faults of 1 to 12 s come and go."""
    events: list[VideoMeasured] = []
    bad, left = False, rng.randint(3, 8)
    for seq in range(seconds):
        if left == 0:
            bad, left = not bad, rng.randint(2, 12)
        left -= 1
        event = picture(seq, freeze=float(bad))
        events.append(
            msgspec.structs.replace(
                event, channel=channel, segment=msgspec.structs.replace(event.segment, channel=channel)
            )
        )
    return events


def expected_ids(events: list[VideoMeasured]) -> list[str]:
    """Return the ids of what the plain fold decides."""
    rules, state, ids = Rules(load({}, dotenv=None)), ChannelState(), list[str]()
    for event in events:
        state, decided = decide(state, event, rules)
        ids += [event_id(each) for each in decided]
    return ids


def decided_ids(bootstrap: str, channel: str) -> list[str]:
    """Return the ids of a channel's occurrence events in the log, repeats dropped as every reader does."""
    ids = [each.id for each, _ in read_all(bootstrap, OCORRENCIAS) if each.event.channel == channel]
    return list(dict.fromkeys(ids))


def more_than(bootstrap: str, channels: list[str], count: int) -> bool:
    return sum(len(decided_ids(bootstrap, channel)) for channel in channels) > count


def wait_until(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + DEADLINE_S
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.2)
    return True


@pytest.mark.timeout(240)
def test_worker_killed_again_and_again_decides_what_the_plain_fold_decides(
    topics: str, tmp_path: Path
) -> None:
    rng = random.Random(SEED)
    programmes = {f"kill{n}": programme(f"kill{n}", 120, rng) for n in range(6)}
    expected = {channel: expected_ids(events) for channel, events in programmes.items()}
    publisher = Publisher(topics, "video")

    with worker(topics, tmp_path) as kill_and_restart:
        for stretch in range(0, 120, 30):
            for events in programmes.values():
                publisher.publish(DETECTIONS, events[stretch : stretch + 30])
            before = sum(len(decided_ids(topics, channel)) for channel in expected)
            # Killed while it is at work on this stretch, not before it has begun.
            assert wait_until(partial(more_than, topics, list(expected), before))
            if stretch < 90:
                kill_and_restart()
        wait_until(lambda: all(decided_ids(topics, each) == ids for each, ids in expected.items()))

    assert {channel: decided_ids(topics, channel) for channel in expected} == expected


@pytest.mark.timeout(120)
def test_poison_goes_to_the_dead_letters_and_the_channel_goes_on(topics: str, tmp_path: Path) -> None:
    events = programme("poisoned", 30, random.Random(SEED))
    poison = b'{"channel": "poisoned", "segment": "\xff\x00 rubbish'
    publisher = Publisher(topics, "video")
    raw = Producer({"bootstrap.servers": topics})

    with worker(topics, tmp_path):
        publisher.publish(DETECTIONS, events[:15])
        raw.produce(
            DETECTIONS.name, key=b"poisoned", value=poison, headers={"ce_type": "horus.VideoMeasured.v1"}
        )
        raw.flush(10)
        publisher.publish(DETECTIONS, events[15:])
        wait_until(lambda: decided_ids(topics, "poisoned") == expected_ids(events))

    assert decided_ids(topics, "poisoned") == expected_ids(events)
    assert poison in rejected(topics)


def rejected(bootstrap: str) -> list[bytes | None]:
    consumer, span = consumer_at(bootstrap, dead_letters(DETECTIONS))
    _, end = span[0]
    try:
        return [message.value() for message in consumer.consume(end, timeout=10) if message.error() is None]
    finally:
        consumer.close()
