"""Which offsets a partition holds and which a moment means, also while its leader is being chosen."""

from collections.abc import Sequence

import tenacity
from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition

METADATA_TIMEOUT_S = 10.0
# A topic just made, or a broker just back: its leaders are chosen within a second.
ELECTION_S = 10.0
PAUSE_S = 0.1
_ELECTING = {KafkaError.NOT_LEADER_FOR_PARTITION, KafkaError.LEADER_NOT_AVAILABLE}


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
