"""How far the readers of a topic are, asked of a real broker."""

import time

import msgspec
import pytest
from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

from infra.retention.unread import oldest_unread
from schemas.topics import FRAMES, Topic

GROUP = "horus-test-unread"
FIRST_MS, SECOND_MS = 1_790_000_000_000, 1_790_000_060_000


@pytest.fixture
def topic(topics: str) -> Topic:
    """Two records in one partition, a later one in another, and none in a third."""
    made = msgspec.structs.replace(FRAMES, name=f"test.unread.{time.time_ns()}", partitions=3)
    admin = AdminClient({"bootstrap.servers": topics})
    admin.create_topics([NewTopic(made.name, made.partitions)])[made.name].result(10)
    producer = Producer({"bootstrap.servers": topics})
    producer.produce(made.name, b"1", partition=0, timestamp=FIRST_MS)
    producer.produce(made.name, b"2", partition=0, timestamp=SECOND_MS)
    producer.produce(made.name, b"3", partition=1, timestamp=SECOND_MS + 1000)
    assert producer.flush(10) == 0
    return made


def commit(topics: str, topic: Topic, **read: int) -> None:
    consumer = Consumer({"bootstrap.servers": topics, "group.id": GROUP, "enable.auto.commit": False})
    places = [TopicPartition(topic.name, int(name[1:]), offset) for name, offset in read.items()]
    consumer.commit(offsets=places, asynchronous=False)
    consumer.close()


def test_the_oldest_record_that_a_group_has_not_read_says_since_when(topics: str, topic: Topic) -> None:
    asked = [(GROUP, topic)]

    assert oldest_unread(topics, asked) == FIRST_MS / 1000
    commit(topics, topic, p0=1)
    assert oldest_unread(topics, asked) == SECOND_MS / 1000
    commit(topics, topic, p0=2)
    assert oldest_unread(topics, asked) == (SECOND_MS + 1000) / 1000
    commit(topics, topic, p1=1)
    assert oldest_unread(topics, asked) is None


def test_of_two_groups_the_slower_one_counts(topics: str, topic: Topic) -> None:
    commit(topics, topic, p0=2, p1=1)

    assert oldest_unread(topics, [(GROUP, topic), (f"{GROUP}-that-never-was", topic)]) == FIRST_MS / 1000
