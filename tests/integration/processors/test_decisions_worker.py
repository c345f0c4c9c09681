"""The decisions stage as a real Faust worker on a real broker, fed with poison."""

import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from confluent_kafka import Producer

from infra.follow import consumer_at, read_all
from infra.kafka import Publisher
from schemas.topics import DETECTIONS, OCORRENCIAS, dead_letters
from tests.integration.processors.programme import expected_ids, programme

SEED = 20261122
# A static member that was killed is back within its session; the rest is a cold start on a busy machine.
DEADLINE_S = 60.0


@contextmanager
def worker(bootstrap: str, home: Path) -> Iterator[None]:
    """Run a decisions worker while the block lasts."""
    environment = {
        "PATH": os.environ["PATH"],
        "KAFKA_BOOTSTRAP_SERVERS": bootstrap,
        "HORUS_HOME": str(home),
    }
    with (home / "decisions.log").open("ab") as log:
        command = [sys.executable, "-m", "processors.decisions", "--worker", "0"]
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        yield
    finally:
        process.kill()
        process.wait()


def decided_ids(bootstrap: str, channel: str) -> list[str]:
    """Return the ids of a channel's occurrence events in the log, repeats dropped as every reader does."""
    ids = [each.id for each, _ in read_all(bootstrap, OCORRENCIAS) if each.event.channel == channel]
    return list(dict.fromkeys(ids))


def wait_until(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + DEADLINE_S
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.2)
    return True


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
