"""Topics, publishing and following on a real broker."""

import time
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from aiokafka.partitioner import murmur2
from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient, ConfigResource

from infra.follow import Follower, read_all
from infra.kafka import NotDelivered, Publisher
from infra.topics import create_missing
from schemas.envelope import Envelope
from schemas.events import StreamStatusChanged
from schemas.topics import STREAM_STATUS, all_topics

T0 = datetime(2026, 11, 22, 12, tzinfo=UTC)
DEADLINE_S = 20.0


def status(channel: str) -> StreamStatusChanged:
    # No StreamConfigured: an ingest of another test would begin to watch the channel.
    return StreamStatusChanged(channel=channel, state="running", since=T0, observed_at=T0)


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while not condition():
        assert time.monotonic() < deadline, "nothing came"
        time.sleep(0.02)


def test_topics_are_made_once_with_the_settings_of_the_contract(topics: str) -> None:
    assert create_missing(topics) == []
    admin = AdminClient({"bootstrap.servers": topics})
    present = admin.list_topics(timeout=10).topics
    for topic in all_topics():
        assert len(present[topic.name].partitions) == topic.partitions
        resource = ConfigResource(ConfigResource.Type.TOPIC, topic.name)
        settings = admin.describe_configs([resource])[resource].result(10)
        for name, value in topic.config().items():
            assert settings[name].value == value, (topic.name, name)


def test_a_follower_reads_what_is_there_and_goes_on_with_what_comes(topics: str) -> None:
    publisher = Publisher(topics, "test")
    publisher.publish(STREAM_STATUS, [status("follow1"), status("follow2")])
    seen: list[str] = []
    follower = Follower(topics, STREAM_STATUS, lambda envelope, _: seen.append(envelope.event.channel))

    follower.start()
    try:
        assert {"follow1", "follow2"} <= set(seen)
        publisher.publish(STREAM_STATUS, [status("follow3")])
        wait_until(lambda: "follow3" in seen)
    finally:
        follower.stop()
    assert not follower.alive


def test_a_follower_passes_over_rubbish_and_says_so(topics: str) -> None:
    raw = Producer({"bootstrap.servers": topics})
    raw.produce(STREAM_STATUS.name, key=b"rubbish", value=b"\xff rubbish")
    raw.flush(10)
    Publisher(topics, "test").publish(STREAM_STATUS, [status("after-rubbish")])
    seen: list[Envelope] = []
    rejected: list[bytes | None] = []
    follower = Follower(
        topics,
        STREAM_STATUS,
        lambda envelope, _: seen.append(envelope),
        on_reject=lambda message, _: rejected.append(message.value()),
    )

    follower.start()
    follower.stop()

    assert "after-rubbish" in [envelope.event.channel for envelope in seen]
    assert b"\xff rubbish" in rejected


def test_a_failure_of_who_follows_is_raised_at_start(topics: str) -> None:
    Publisher(topics, "test").publish(STREAM_STATUS, [status("failing")])

    def fail(*_: object) -> None:
        raise ArithmeticError("cannot fold")

    with pytest.raises(ArithmeticError, match="cannot fold"):
        Follower(topics, STREAM_STATUS, fail).start()


def test_librdkafka_and_faust_choose_the_same_partition_for_a_channel(topics: str) -> None:
    told = status("tv1")
    Publisher(topics, "test").publish(STREAM_STATUS, [told])

    (partition,) = {
        message.partition() for envelope, message in read_all(topics, STREAM_STATUS) if envelope.event == told
    }

    # aiokafka's own murmur2, as Faust partitions: independent of librdkafka's, which wrote the record.
    assert partition == (murmur2(b"tv1") & 0x7FFFFFFF) % STREAM_STATUS.partitions


def test_reading_from_a_moment_on_leaves_out_what_is_older(topics: str) -> None:
    publisher = Publisher(topics, "test")
    publisher.publish(STREAM_STATUS, [status("older")])
    time.sleep(0.05)  # Kafka's index of times has a grain of one millisecond
    between = datetime.now(UTC)
    time.sleep(0.05)
    publisher.publish(STREAM_STATUS, [status("younger")])

    seen = [envelope.event.channel for envelope, _ in read_all(topics, STREAM_STATUS, since=between)]

    assert "younger" in seen
    assert "older" not in seen


def test_an_absent_broker_is_an_error_and_not_a_silent_loss() -> None:
    publisher = Publisher("127.0.0.1:1", "test")
    publisher.send(STREAM_STATUS, status("lost"))

    with pytest.raises(NotDelivered, match="not confirmed"):
        publisher.flush(0.5)
