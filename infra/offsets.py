"""Which offsets a partition holds, a moment means and a group has read, also while leaders are chosen."""

from collections.abc import Sequence

import tenacity
from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition

from infra.kafka import reader_config
from schemas.topics import Topic

METADATA_TIMEOUT_S = 10.0
# A topic just made, or a broker just back: its leaders are chosen within a second.
ELECTION_S = 10.0
PAUSE_S = 0.1
_ELECTING = {
    KafkaError.NOT_LEADER_FOR_PARTITION,
    KafkaError.LEADER_NOT_AVAILABLE,
    KafkaError.COORDINATOR_NOT_AVAILABLE,
    KafkaError.COORDINATOR_LOAD_IN_PROGRESS,
    KafkaError.NOT_COORDINATOR,
}


def _is_electing(error: BaseException) -> bool:
    return isinstance(error, KafkaException) and error.args[0].code() in _ELECTING


_patiently = tenacity.retry(
    retry=tenacity.retry_if_exception(_is_electing),
    wait=tenacity.wait_fixed(PAUSE_S),
    stop=tenacity.stop_after_delay(ELECTION_S),
    reraise=True,
)


@_patiently
def watermarks(
    consumer: Consumer, topic: str, partition: int, *, timeout_s: float = METADATA_TIMEOUT_S
) -> tuple[int, int]:
    """Return the first offset that a partition holds and the one behind its last.

    Raises KafkaException: the broker is away, or there is no such partition.
    """
    low, high = consumer.get_watermark_offsets(TopicPartition(topic, partition), timeout=timeout_s)
    return low, high


@_patiently
def offsets_at(
    consumer: Consumer, asked: Sequence[TopicPartition], *, timeout_s: float = METADATA_TIMEOUT_S
) -> list[TopicPartition]:
    """Return for each partition its first record that is no older than asked.

    Asked in the place of the offset, in milliseconds since 1970. A negative offset says that nothing is that
    young. Raises KafkaException: the broker is away.
    """
    found = consumer.offsets_for_times(list(asked), timeout=timeout_s)
    for each in found:
        if each.error is not None:
            raise KafkaException(each.error)
    return found


def committed(bootstrap_servers: str, group: str, topic: Topic) -> dict[int, int]:
    """Return the offset that a consumer group reads next, by partition; 0 where it has committed none.

    Raises KafkaException: the broker is away.
    """
    places = [TopicPartition(topic.name, number) for number in range(topic.partitions)]
    # Asks and does not join. Not by AdminClient: asked again after a broker that still loaded its groups,
    # it takes the process down (confluent-kafka 2.16).
    consumer = Consumer(reader_config(bootstrap_servers, group))
    try:
        found = _committed(consumer, places)
    finally:
        consumer.close()
    # A negative offset: nothing was committed, and so nothing was read.
    return {each.partition: max(0, each.offset) for each in found}


@_patiently
def _committed(consumer: Consumer, places: list[TopicPartition]) -> list[TopicPartition]:
    found = consumer.committed(places, timeout=METADATA_TIMEOUT_S)
    for each in found:
        if each.error is not None:
            raise KafkaException(each.error)
    return found
