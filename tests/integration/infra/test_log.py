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
from schemas.events import StreamConfigured, StreamStatusChanged
from schemas.topics import STREAM_STATUS, STREAMS, all_topics

T0 = datetime(2026, 11, 22, 12, tzinfo=UTC)
DEADLINE_S = 20.0


def configured(channel: str, url: str = "udp://127.0.0.1:1") -> StreamConfigured:
    return StreamConfigured(channel=channel, url=url, configured_at=T0, configured_by="test")


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
    publisher.publish(STREAMS, [configured("follow1"), configured("follow2")])
    seen: list[str] = []
    follower = Follower(topics, STREAMS, lambda envelope, _: seen.append(envelope.event.channel))

    follower.start()
    try:
        assert {"follow1", "follow2"} <= set(seen)
        publisher.publish(STREAMS, [configured("follow3")])
        wait_until(lambda: "follow3" in seen)
    finally:
        follower.stop()
    assert not follower.alive


def test_a_follower_passes_over_rubbish_and_says_so(topics: str) -> None:
    raw = Producer({"bootstrap.servers": topics})
    raw.produce(STREAMS.name, key=b"rubbish", value=b"\xff rubbish")
    raw.flush(10)
    Publisher(topics, "test").publish(STREAMS, [configured("after-rubbish")])
    seen: list[Envelope] = []
    rejected: list[bytes | None] = []
    follower = Follower(
        topics,
        STREAMS,
        lambda envelope, _: seen.append(envelope),
        on_reject=lambda message, _: rejected.append(message.value()),
    )

    follower.start()
    follower.stop()

    assert "after-rubbish" in [envelope.event.channel for envelope in seen]
    assert b"\xff rubbish" in rejected


def test_a_failure_of_who_follows_is_raised_at_start(topics: str) -> None:
    Publisher(topics, "test").publish(STREAMS, [configured("failing")])

    def fail(*_: object) -> None:
        raise ArithmeticError("cannot fold")

    with pytest.raises(ArithmeticError, match="cannot fold"):
        Follower(topics, STREAMS, fail).start()


def test_librdkafka_and_faust_choose_the_same_partition_for_a_channel(topics: str) -> None:
    status = StreamStatusChanged(channel="tv1", state="running", since=T0, observed_at=T0)
    Publisher(topics, "test").publish(STREAM_STATUS, [status])

    (partition,) = {
        message.partition()
        for envelope, message in read_all(topics, STREAM_STATUS)
        if envelope.event == status
    }

    # aiokafka's own murmur2, as Faust partitions: independent of librdkafka's, which wrote the record.
    assert partition == (murmur2(b"tv1") & 0x7FFFFFFF) % STREAM_STATUS.partitions


def test_reading_from_a_moment_on_leaves_out_what_is_older(topics: str) -> None:
    publisher = Publisher(topics, "test")
    publisher.publish(STREAMS, [configured("older")])
    time.sleep(0.05)  # Kafka's index of times has a grain of one millisecond
    between = datetime.now(UTC)
    time.sleep(0.05)
    publisher.publish(STREAMS, [configured("younger")])

    seen = [envelope.event.channel for envelope, _ in read_all(topics, STREAMS, since=between)]

    assert "younger" in seen
    assert "older" not in seen


def test_an_absent_broker_is_an_error_and_not_a_silent_loss() -> None:
    publisher = Publisher("127.0.0.1:1", "test")
    publisher.send(STREAMS, configured("lost"))

    with pytest.raises(NotDelivered, match="not confirmed"):
        publisher.flush(0.5)
