"""A partition's offsets are asked for again while its leader is being chosen, and only then."""

from collections.abc import Callable

import pytest
from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition

from infra.offsets import offsets_at, watermarks


class Asked(Consumer):
    """A consumer that meets errors before it answers; it never connects."""

    def __init__(self, *errors: int) -> None:
        super().__init__({"group.id": "unit"})
        self.left = list(errors)

    def get_watermark_offsets(self, *_: object, **__: object) -> tuple[int, int]:
        if self.left:
            raise KafkaException(KafkaError(self.left.pop(0)))
        return 3, 9

    def offsets_for_times(
        self, partitions: list[TopicPartition], *_: object, **__: object
    ) -> list[TopicPartition]:
        if self.left:
            raise KafkaException(KafkaError(self.left.pop(0)))
        return [TopicPartition(each.topic, each.partition, 5) for each in partitions]


Ask = Callable[[Consumer], object]
ASKS: list[Ask] = [
    lambda consumer: watermarks(consumer, "t", 0),
    lambda consumer: offsets_at(consumer, [TopicPartition("t", 0, 1000)]),
]


@pytest.mark.parametrize("ask", ASKS)
def test_a_leader_that_is_being_chosen_is_waited_for(ask: Ask) -> None:
    consumer = Asked(KafkaError.NOT_LEADER_FOR_PARTITION, KafkaError.LEADER_NOT_AVAILABLE)

    ask(consumer)

    assert consumer.left == []


@pytest.mark.parametrize("ask", ASKS)
def test_any_other_error_is_told_at_once(ask: Ask) -> None:
    consumer = Asked(KafkaError.UNKNOWN_TOPIC_OR_PART, KafkaError.UNKNOWN_TOPIC_OR_PART)

    with pytest.raises(KafkaException):
        ask(consumer)

    assert len(consumer.left) == 1
