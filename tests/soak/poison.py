"""Records that are no events, or lie: written to a topic, and remembered byte for byte."""

import random
import threading
from collections.abc import Callable, Sequence

import msgspec
from confluent_kafka import KafkaError, Message, Producer

from infra.kafka import writer_config
from schemas.topics import (
    ADMIN,
    ANALYSES,
    AUDIO_CHUNKS,
    DETECTIONS,
    FRAMES,
    OCORRENCIAS,
    SEGMENTS,
    STREAM_STATUS,
    STREAMS,
    Topic,
)

# The broker takes a megabyte; this much of it is rubbish, with room for key and headers.
HUGE_BYTES = 1_000_000
# Between two of them: a stage that meets a long run of poison stops on purpose, and these are single drops.
BATCH = 2
# Longer than any broker is away, so that what was sent is in the log in the end and known to be.
DELIVERY_TIMEOUT_MS = 300_000
POISONED: tuple[Topic, ...] = (
    STREAMS,
    STREAM_STATUS,
    SEGMENTS,
    FRAMES,
    AUDIO_CHUNKS,
    DETECTIONS,
    OCORRENCIAS,
    ADMIN,
    ANALYSES,
)

Headers = tuple[tuple[str, bytes | None], ...]


class Poison(msgspec.Struct, frozen=True, kw_only=True):
    """A record as it lies in the log."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Headers


class Drop(msgspec.Struct, frozen=True):
    """A record to be."""

    key: bytes | None
    value: bytes | None
    headers: Headers


def drops(rng: random.Random, topic: Topic, channels: Sequence[str]) -> list[Drop]:
    """Return one of each kind of poison for a topic; bytes and keys by chance."""
    kind = topic.events[0].TYPE

    def headers(**other: bytes) -> Headers:
        attributes = {
            "ce_specversion": b"1.0",
            "ce_id": rng.randbytes(16).hex().encode(),
            "ce_type": kind.encode(),
            "ce_source": b"soak",
            "ce_time": b"2026-11-23T03:12:00+00:00",
            **other,
        }
        return tuple(attributes.items())

    # On the real channels' keys, so that poison stands between their events.
    key = rng.choice(channels).encode()
    return [
        Drop(key, rng.randbytes(rng.randint(1, 400)), ()),
        # A compacted topic takes nothing without a key: the broker itself refuses it.
        Drop(key if topic.compacted else None, rng.randbytes(64), headers()),
        Drop(key, b"{}", headers(ce_type=b"horus.FromTheFuture.v9")),
        Drop(key, b'{"channel": 5, "uid": [], "segment": null}', headers()),
        Drop(key, None, headers()) if not topic.compacted else Drop(key, b"", headers()),
        Drop(key, b'{"channel": "soak0"}', headers(ce_time=b"yesterday")),
        Drop(key, b"[" * 5000, headers(ce_source=b"\xff\xfe")),
        Drop(key, rng.randbytes(HUGE_BYTES), headers()),
    ]


class Poisoner:
    """Writes poison, a few drops at a time, each kind in its turn; safe to ask what was delivered later."""

    def __init__(self, bootstrap_servers: str, seed: int, channels: Sequence[str]) -> None:
        """Connect lazily."""
        self._rng = random.Random(f"poison {seed}")
        self._channels = channels
        self._turn = 0
        self._lock = threading.Lock()
        self._delivered: list[Poison] = []
        self._failed: list[str] = []
        config = writer_config(bootstrap_servers, "soak-poison", linger_ms=0)
        self._producer = Producer({**config, "delivery.timeout.ms": DELIVERY_TIMEOUT_MS})

    def send(self, topic_name: str) -> None:
        """Queue the next drops for a topic; returns at once."""
        (topic,) = (each for each in POISONED if each.name == topic_name)
        kinds = drops(self._rng, topic, self._channels)
        for _ in range(BATCH):
            drop = kinds[self._turn % len(kinds)]
            self._turn += 1
            self._producer.produce(
                topic.name,
                key=drop.key,
                value=drop.value,
                headers=list(drop.headers),
                on_delivery=self._noted(drop),
                # A key of its own kind may be empty; where it lands is then of no matter.
                partition=self._rng.randrange(topic.partitions) if drop.key is None else -1,
            )
        self.poll()

    def poll(self) -> None:
        """Hear of deliveries; to be called now and then."""
        self._producer.poll(0)

    def delivered(self, timeout_s: float) -> list[Poison]:
        """Return everything that lies in the log. Raises RuntimeError when something queued does not."""
        left = self._producer.flush(timeout_s)
        if left or self._failed:
            raise RuntimeError(f"poison not delivered: {left} left, {self._failed[:1]}")
        with self._lock:
            return list(self._delivered)

    def _noted(self, drop: Drop) -> Callable[[KafkaError | None, Message], None]:
        def noted(error: KafkaError | None, message: Message) -> None:
            with self._lock:
                if error is not None:
                    self._failed.append(error.str())
                    return
                self._delivered.append(
                    Poison(
                        topic=message.topic() or "",
                        partition=message.partition() or 0,
                        offset=message.offset() or 0,
                        key=drop.key,
                        value=drop.value,
                        headers=drop.headers,
                    )
                )

        return noted
