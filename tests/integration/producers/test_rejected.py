"""Bad records of a topic that is followed: each becomes a dead letter of its reader, once, byte for byte."""

import uuid
from collections.abc import Callable

import pytest
from confluent_kafka import Producer

from infra.follow import Follower
from infra.topics import create_missing
from producers.rejected import Rejected
from schemas.topics import Topic, dead_letters
from tests.soak.harvest import records
from tests.soak.letters_judged import place_of

HEADERS: list[tuple[str, str | bytes | None]] = [("ce_type", b"\xff\xfe"), ("horus_dlq_offset", b"no number")]


@pytest.fixture
def topic(topics: str) -> Topic:
    """A topic of this test alone, with its dead letters."""
    made = Topic(
        name=f"tests.rejected.{uuid.uuid4()}", key="", partitions=2, written_by=(), read_by=("tests",)
    )
    create_missing(topics, topics=(made, dead_letters(made)))
    return made


@pytest.fixture
def followed(topics: str, topic: Topic) -> Callable[[str], None]:
    """Read the topic to its end as a stage does at each start."""

    def follow(stage: str) -> None:
        rejected = Rejected(topics, topic, stage)
        follower = Follower(
            topics,
            topic,
            lambda envelope, message: None,
            on_reject=lambda message, error: rejected.put(message, str(error)),
        )
        follower.start()
        follower.stop()

    return follow


def test_a_bad_record_becomes_one_letter_of_each_stage_however_often_it_is_read(
    topics: str, topic: Topic, followed: Callable[[str], None]
) -> None:
    producer = Producer({"bootstrap.servers": topics})
    for partition in (0, 1):
        producer.produce(topic.name, key=b"k", value=b"\x00rubbish", headers=HEADERS, partition=partition)
    producer.flush()

    for stage in ("one", "one", "other"):
        followed(stage)

    letters = records(topics, dead_letters(topic))
    stages = [dict(letter.headers)["horus_dlq_stage"] for letter in letters]
    assert stages == [b"one", b"one", b"other", b"other"]
    assert {place_of(letter) for letter in letters} == {(topic.name, 0, 0), (topic.name, 1, 0)}
    for letter in letters:
        assert (letter.key, letter.value) == (b"k", b"\x00rubbish")
        assert letter.headers[: len(HEADERS)] == tuple(HEADERS)
