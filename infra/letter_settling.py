"""Settling dead letters: the record goes back to where it was rejected from, or is given up.

A letter is settled by a mark on its own topic, written once its record is confirmed. A process that is killed
in between leaves the letter open: the next retry writes the record again, and readers drop the second by its
``ce_id``, as they drop any repeat.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence

from confluent_kafka import KafkaError, Message, Producer

from infra import clock, crash_point
from infra.kafka import DELIVERY_TIMEOUT_MS, NotDelivered, writer_config
from infra.letter_box import Rejected
from infra.letters import Fate, Letter, mark_headers, own_headers
from schemas.envelope import Headers
from schemas.topics import Topic

Letters = Mapping[tuple[int, int], Sequence[Letter]]
"""The letters of each record, by its partition and offset."""

BATCH = 200
"""Letters that are settled together: so many at most are written again when a retry is killed."""


class Settler:
    """Settles the letters of one topic."""

    def __init__(self, bootstrap_servers: str, topic: Topic, told: Callable[[int], None]) -> None:
        """Connect lazily; ``told`` hears after each batch how many letters were settled in it."""
        self._topic = topic
        self._told = told
        self._failed: list[str] = []
        # Some thousands of small records a second; none of them is waited for alone.
        self._producer = Producer(writer_config(bootstrap_servers, "horus-dlq", linger_ms=5))

    def retry(self, records: Iterable[Rejected], of: Letters) -> None:
        """Write each record to its topic again, byte for byte, then settle all letters of it.

        ``of`` names them by `Letter.record`: several stages may have rejected one. Raises NotDelivered.
        """
        batch: list[Rejected] = []
        for record in records:
            batch.append(record)
            if len(batch) == BATCH:
                self._retry(batch, of)
                batch = []
        if batch:
            self._retry(batch, of)

    def drop(self, letters: Sequence[Letter]) -> None:
        """Settle letters without writing their records. Raises NotDelivered."""
        for first in range(0, len(letters), BATCH):
            self._mark(letters[first : first + BATCH], "dropped")

    def _retry(self, batch: Sequence[Rejected], of: Letters) -> None:
        for each in batch:
            letter = each.letter
            self._write(
                self._topic.name,
                letter.key,
                each.value,
                own_headers(each.headers),
                # Where it was before, whatever its key says: that is the order it belongs into.
                letter.partition if letter.partition < self._topic.partitions else -1,
            )
        self._confirm()
        crash_point.reached("letters.after-retry")
        self._mark([letter for each in batch for letter in of[each.letter.record]], "retried")

    def _mark(self, letters: Sequence[Letter], fate: Fate) -> None:
        at = clock.now()
        for letter in letters:
            self._write(self._topic.dlq, None, None, mark_headers(letter.number, fate, at), 0)
        self._confirm()
        self._told(len(letters))

    def _write(
        self, topic: str, key: bytes | None, value: bytes | None, headers: Headers, partition: int
    ) -> None:
        self._producer.produce(
            topic, key=key, value=value, headers=headers, partition=partition, on_delivery=self._delivered
        )

    def _delivered(self, error: KafkaError | None, message: Message) -> None:
        if error is not None:
            self._failed.append(f"{message.topic()}: {error.str()}")

    def _confirm(self) -> None:
        left = self._producer.flush(DELIVERY_TIMEOUT_MS / 1000)
        if self._failed:
            raise NotDelivered(self._failed[0])
        if left:
            raise NotDelivered("the broker does not confirm: is Kafka up? What is not settled stays a letter")
