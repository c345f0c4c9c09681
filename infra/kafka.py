"""Kafka through confluent-kafka: publishing with confirmed delivery, and the settings of consumers."""

from collections.abc import Iterable

from confluent_kafka import KafkaError, KafkaException, Message, Producer

from infra import clock
from schemas.envelope import WHOLE, Encoded, Envelope, Headers, Reads, decode, encode
from schemas.events import Event
from schemas.topics import LETTER_MAX_BYTES, Topic

# Past this an operator should know that the broker is away; librdkafka retries until then.
DELIVERY_TIMEOUT_MS = 30_000


class NotDelivered(RuntimeError):
    """The broker did not confirm an event in time; nothing may count as done."""


Config = dict[str, str | int | bool | float]


def connection(bootstrap_servers: str) -> Config:
    """Return the settings that every client has in common."""
    return {
        "bootstrap.servers": bootstrap_servers,
        # librdkafka would print twenty lines a second while the broker is away; callers say it once.
        "log_level": 2,
        # A broker that was killed is back in two seconds: looking for it twice a second costs nothing.
        "reconnect.backoff.ms": 250,
        "reconnect.backoff.max.ms": 1000,
    }


def writer_config(bootstrap_servers: str, client: str, *, linger_ms: int) -> Config:
    """Return producer settings: acks=all, idempotence, and murmur2 as the Java and Faust clients have it."""
    return {
        **connection(bootstrap_servers),
        "client.id": client,
        "enable.idempotence": True,
        "acks": "all",
        "partitioner": "murmur2_random",
        "linger.ms": linger_ms,
        "delivery.timeout.ms": DELIVERY_TIMEOUT_MS,
        # Above the topics' own limit: a rejected record carries further headers into its dead letter.
        "message.max.bytes": LETTER_MAX_BYTES,
    }


class Publisher:
    """Writes events with acks=all, idempotence and murmur2, the partitioner of the Java and Faust clients.

    Safe to use from several threads. `send` only queues; an event counts as written once `flush` returned.
    """

    def __init__(self, bootstrap_servers: str, source: str) -> None:
        """Connect lazily; ``source`` is the CloudEvents source of all that is written here."""
        self._source = source
        self._failed: list[str] = []
        self._producer = Producer(writer_config(bootstrap_servers, source, linger_ms=2))

    def send(self, topic: Topic, event: Event) -> Encoded:
        """Queue an event; its delivery is known after `flush`. Raises BufferError when the queue is full."""
        encoded = encode(event, source=self._source, time=clock.now())
        self._producer.produce(
            topic.name,
            key=encoded.key,
            value=encoded.value,
            headers=encoded.headers,
            on_delivery=self._delivered,
        )
        self._producer.poll(0)
        return encoded

    def flush(self, timeout_s: float = DELIVERY_TIMEOUT_MS / 1000) -> None:
        """Wait until everything queued is confirmed by the broker. Raises NotDelivered otherwise."""
        left = self._producer.flush(timeout_s)
        failed, self._failed = self._failed, []
        if failed:
            raise NotDelivered(failed[0])
        if left:
            raise NotDelivered(f"{left} events not confirmed within {timeout_s:g} s: is Kafka up?")

    def publish(self, topic: Topic, events: Iterable[Event]) -> None:
        """Write events and wait for the broker's word. Raises NotDelivered."""
        for event in events:
            self.send(topic, event)
        self.flush()

    def _delivered(self, error: KafkaError | None, message: Message) -> None:
        if error is not None:
            self._failed.append(f"{message.topic()}: {error.str()}")


def reader_config(bootstrap_servers: str, group: str) -> Config:
    """Return consumer settings for reading by own position: nothing is committed, no position is guessed."""
    return {
        **connection(bootstrap_servers),
        "group.id": group,
        "enable.auto.commit": False,
        "enable.auto.offset.store": False,
        "auto.offset.reset": "error",
        "enable.partition.eof": True,
        # A fetch is answered as soon as there is a record, so that no alarm waits for this: it bounds how
        # long one that finds nothing holds up a newly assigned partition. At 20 ms eight idle readers cost
        # the broker 21 % of a core, at 100 ms 7 %, at 500 ms 4 %.
        "fetch.wait.max.ms": 200,
    }


def headers_of(message: Message) -> Headers:
    """Return a record's headers as a list, in order; the client's types leave room for more."""
    headers = message.headers() or []
    return list(headers.items()) if isinstance(headers, dict) else headers


def decoded(message: Message, by: Reads = WHOLE) -> Envelope:
    """Return the event in a record; ``by``: see `schemas.envelope.reads`. Raises its Undecodable."""
    return decode(headers_of(message), message.value(), by)


def why(error: KafkaException | KafkaError) -> str:
    """Return one line that says what Kafka complained of."""
    inner = error.args[0] if isinstance(error, KafkaException) else error
    return inner.str() if isinstance(inner, KafkaError) else str(inner)
