"""Writing to Kafka from an event loop: queue many, await the broker's word on all of them together."""

import asyncio
import threading
from collections.abc import Sequence

import msgspec
from confluent_kafka import KafkaError, Message, Producer

from infra.kafka import DELIVERY_TIMEOUT_MS, NotDelivered, writer_config
from schemas.envelope import Headers

# How long the delivery thread sleeps when nothing happens; bounds how late `stop` is heard.
POLL_S = 0.2


class Outgoing(msgspec.Struct, frozen=True, kw_only=True):
    """A record to be written; ``partition`` None leaves the choice to murmur2 of the key."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: Headers = []
    partition: int | None = None


class Outlet:
    """An idempotent acks=all producer whose delivery reports arrive as futures of the running loop."""

    def __init__(
        self, bootstrap_servers: str, client: str, delivery_timeout_ms: int = DELIVERY_TIMEOUT_MS
    ) -> None:
        """Connect lazily; starts the thread that hears delivery reports. Call within a running loop.

        ``delivery_timeout_ms`` bounds how long a record is tried; past it the record is given up for good.
        """
        self._loop = asyncio.get_running_loop()
        # A stage awaits its outputs before it goes on: waiting for company would only delay.
        config = writer_config(bootstrap_servers, client, linger_ms=0)
        self._producer = Producer({**config, "delivery.timeout.ms": delivery_timeout_ms})
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._hear, name="delivery-reports", daemon=True)
        self._thread.start()

    async def write(self, records: Sequence[Outgoing]) -> None:
        """Write records and return when the broker has confirmed every one of them.

        Raises NotDelivered; some of the records may then have been written.
        """
        waiting = [self._produce(record) for record in records]
        # All reports are awaited even if one fails, so that a repeat does not overtake a straggler.
        results = await asyncio.gather(*waiting, return_exceptions=True)
        for result in results:
            if isinstance(result, BaseException):
                raise result

    async def write_one(self, record: Outgoing) -> int:
        """Write one record and return its offset once the broker has confirmed it. Raises NotDelivered."""
        return await self._produce(record)

    def close(self) -> None:
        """Stop hearing; records still queued are given a moment to leave."""
        self._producer.flush(2)
        self._stopping.set()
        self._thread.join()

    def _produce(self, record: Outgoing) -> "asyncio.Future[int]":
        future: asyncio.Future[int] = self._loop.create_future()

        def reported(error: KafkaError | None, message: Message) -> None:
            self._loop.call_soon_threadsafe(_settle, future, error, message.offset() or 0)

        try:
            self._producer.produce(
                record.topic,
                key=record.key,
                value=record.value,
                headers=record.headers,
                on_delivery=reported,
                # librdkafka's word for "choose by the key".
                partition=-1 if record.partition is None else record.partition,
            )
        except BufferError:
            future.set_exception(NotDelivered("the queue to Kafka is full: is the broker up?"))
        return future

    def _hear(self) -> None:
        while not self._stopping.is_set():
            self._producer.poll(POLL_S)


def _settle(future: "asyncio.Future[int]", error: KafkaError | None, offset: int) -> None:
    if future.done():
        return
    if error is None:
        future.set_result(offset)
    else:
        future.set_exception(NotDelivered(error.str()))
