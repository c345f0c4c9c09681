"""The state of the decisions stage on a real broker: killed at each crash point, shared and taken over."""

import random
import signal
import subprocess
import time
import uuid
from collections import Counter
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest
from confluent_kafka import Consumer, ConsumerGroupState, TopicPartition
from confluent_kafka.admin import AdminClient

from infra.crash_point import POINTS
from infra.follow import read_all
from infra.kafka import Publisher, reader_config
from infra.topics import create_missing
from tests.integration.processors.own_decisions import PARTITIONS, OwnTopics, own_topics
from tests.integration.processors.own_worker import DEADLINE_S, own_worker, wait_until
from tests.integration.processors.programme import expected_ids, programme

pytestmark = pytest.mark.long

SEED = 20261123
SECONDS = 180
STRETCH = 20
# One channel for each partition and some more; which lies where is murmur2's choice.
CHANNELS = 12
# A start takes three seconds.
PATIENCE_S = 5.0


class Air:
    """The measures of all channels, put on the log stretch by stretch, and what must be decided of them."""

    def __init__(self, kafka: str, topics: OwnTopics) -> None:
        rng = random.Random(SEED)
        self._kafka, self._topics = kafka, topics
        self._programmes = {f"own{n}": programme(f"own{n}", SECONDS, rng) for n in range(CHANNELS)}
        self._publisher = Publisher(kafka, "video")
        self._sent = 0

    def send(self) -> None:
        """Put the next stretch of every channel on the log."""
        for events in self._programmes.values():
            self._publisher.publish(self._topics.detections, events[self._sent : self._sent + STRETCH])
        self._sent += STRETCH

    def send_again(self) -> None:
        """Put one of the last measures of every channel on the log again: it must change nothing."""
        for events in self._programmes.values():
            self._publisher.publish(self._topics.detections, events[self._sent - 1 : self._sent])

    def expected(self) -> dict[str, list[str]]:
        """Return the ids of what the plain fold decides of all that was sent, by channel."""
        return {name: expected_ids(events[: self._sent]) for name, events in self._programmes.items()}

    def decided(self) -> tuple[dict[str, list[str]], int]:
        """Return the ids in the log, by channel and without repeats, and how many repeats there are."""
        found = [(each.event.channel, each.id) for each, _ in read_all(self._kafka, self._topics.ocorrencias)]
        once = dict.fromkeys(found)
        by_channel: dict[str, list[str]] = {name: [] for name in self._programmes}
        for channel, identity in once:
            by_channel[channel].append(identity)
        return by_channel, len(found) - len(once)

    def wait(self) -> float:
        """Return how long it took until all that must be decided by now was, in seconds."""
        began, expected = time.monotonic(), self.expected()
        # What is missing after the deadline is told by the comparison at the end.
        wait_until(lambda: self.decided()[0] == expected)
        return time.monotonic() - began


def skip_in_group(kafka: str, group: str, topics: OwnTopics, offset: int) -> None:
    """Have the group begin past what lies at the start of each partition, as Faust at times does."""
    consumer = Consumer(reader_config(kafka, group))
    places = [TopicPartition(topics.detections.name, number, offset) for number in range(PARTITIONS)]
    consumer.commit(offsets=places, asynchronous=False)
    consumer.close()


def members(admin: AdminClient, group: str) -> int:
    """Return how many members of a group have work; 0 while it is being shared out."""
    (described,) = admin.describe_consumer_groups([group]).values()
    found = described.result(10)
    stable = found.state == ConsumerGroupState.STABLE
    return sum(bool(each.assignment.topic_partitions) for each in found.members) if stable else 0


@pytest.mark.timeout(300)
def test_workers_killed_at_every_point_shared_and_taken_over_decide_what_the_plain_fold_decides(
    kafka: str, topics: str, tmp_path: Path
) -> None:
    name = f"own-{uuid.uuid4().hex[:8]}"
    own = own_topics(name)
    create_missing(kafka, topics=own.all())
    air = Air(kafka, own)
    admin = AdminClient({"bootstrap.servers": kafka})
    points = [point for point in POINTS if point.startswith("fold.")]
    died, stalls = Counter[str](), dict[str, float]()

    def dies_at(point: str, process: subprocess.Popen[bytes]) -> None:
        air.send()
        deadline = time.monotonic() + DEADLINE_S
        # The other worker may have done it all before this one has joined.
        while process.poll() is None and time.monotonic() < deadline:
            with suppress(subprocess.TimeoutExpired):
                process.wait(PATIENCE_S)
            air.send_again()
        assert process.returncode == -signal.SIGKILL
        died[point] += 1

    air.send()
    skip_in_group(kafka, f"horus-{name}", own, offset=3)
    with ExitStack() as other:
        for point in points:
            with own_worker(kafka, tmp_path, name, 0, HORUS_CRASH_AT=point) as doomed:
                dies_at(point, doomed)
            if point == points[1]:
                second = other.enter_context(own_worker(kafka, tmp_path, name, 1))
        with own_worker(kafka, tmp_path, name, 0):
            stalls["started again and shared"] = air.wait()
            second.kill()
            air.send()
            stalls["taken over"] = air.wait()
            other.enter_context(own_worker(kafka, tmp_path, name, 1))
            assert wait_until(lambda: members(admin, f"horus-{name}") == 2)
            air.send()
            stalls["joined"] = air.wait()
            decided, repeats = air.decided()

    print(f"died at {dict(died)}; {repeats} repeats; seconds until caught up: {stalls}")
    assert died == Counter(points)
    assert decided == air.expected()
