"""Whose turn it is: of all API processes of an installation one sends the webhooks."""

import threading
from collections.abc import Callable

import structlog
from confluent_kafka import Consumer, KafkaException, TopicPartition

from infra.kafka import connection, why
from schemas.topics import WEBHOOK_POSITIONS

log = structlog.get_logger()

# A killed sender is followed by another within this; the broker takes nothing below 6 s.
SESSION_MS = 10_000
HEARTBEAT_MS = 3000
# How long a poll may sleep; bounds how late `stop` is heard.
POLL_S = 0.2
# While the broker is away, how long until the next try.
RETRY_S = 1.0


class Turn:
    """A member of a consumer group that reads nothing: who is given the topic's one partition has the turn.

    ``taken`` and ``lost`` are called from a thread of its own. While a frozen process has not noticed that it
    lost the turn, two believe to have it: deliveries are then made twice, and none is lost.
    """

    def __init__(
        self,
        bootstrap_servers: str,
        group: str,
        taken: Callable[[], None],
        lost: Callable[[], None],
    ) -> None:
        """Prepare; nothing happens before `start`. Of all members of ``group`` one has the turn."""
        self._bootstrap_servers = bootstrap_servers
        self._taken = taken
        self._lost = lost
        self._group = group
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="webhooks-turn", daemon=True)

    def start(self) -> None:
        """Begin to wait for the turn; a broker that is away is waited for."""
        self._thread.start()

    def stop(self) -> None:
        """Give the turn back at once."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._take_part()
            except KafkaException as error:
                log.warning("waiting for the turn to send webhooks", error=why(error))
                self._lost()
                self._stopping.wait(RETRY_S)

    def _take_part(self) -> None:
        consumer = Consumer(
            {
                **connection(self._bootstrap_servers),
                "group.id": self._group,
                "enable.auto.commit": False,
                "auto.offset.reset": "latest",
                "session.timeout.ms": SESSION_MS,
                "heartbeat.interval.ms": HEARTBEAT_MS,
                # A process that joins does not take the turn from the one that has it.
                "partition.assignment.strategy": "cooperative-sticky",
            }
        )
        try:
            consumer.subscribe(
                [WEBHOOK_POSITIONS.name],
                on_assign=self._assigned,
                on_revoke=self._revoked,
                on_lost=self._revoked,
            )
            while not self._stopping.is_set():
                message = consumer.poll(POLL_S)
                if message is not None and (error := message.error()) is not None and error.fatal():
                    raise KafkaException(error)
        finally:
            consumer.close()

    def _assigned(self, consumer: Consumer, partitions: list[TopicPartition]) -> None:
        consumer.incremental_assign(partitions)
        if partitions:
            # The group is for taking turns only; positions are read elsewhere.
            consumer.pause(partitions)
            self._taken()

    def _revoked(self, consumer: Consumer, partitions: list[TopicPartition]) -> None:
        if partitions:
            self._lost()
        consumer.incremental_unassign(partitions)
