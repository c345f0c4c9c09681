"""The desired state as the log tells it: followed for ever, its bad records put aside as dead letters."""

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from confluent_kafka import KafkaError, KafkaException, Message

from infra import clock
from infra.dead_letter import DeadLetters
from infra.follow import Follower, consumer_at, read_all
from infra.kafka import headers_of, why
from producers.segments import Before
from producers.sources import source
from schemas.envelope import Envelope
from schemas.events import Event, SegmentRecorded, StreamConfigured
from schemas.topics import SEGMENTS, STREAMS, dead_letters

log = structlog.get_logger()

STAGE = "producers"
# How far back the end of a channel's last media is looked for: longer than a restart of a machine takes,
# and read within a second for 16 channels.
MEMORY = timedelta(minutes=10)
_OFFSET_HEADER = "horus_dlq_offset"
_POLL_S = 0.2


def last_media(bootstrap_servers: str, now: datetime) -> dict[str, Before]:
    """Return for each channel the last epoch of the past ten minutes and where its media ended.

    Raises KafkaException when the broker is away.
    """
    found: dict[str, Before] = {}
    for envelope, _ in read_all(bootstrap_servers, SEGMENTS, since=now - MEMORY):
        event = envelope.event
        if isinstance(event, SegmentRecorded):
            known = found.get(event.channel)
            if known is None or known.end < event.segment.end:
                found[event.channel] = Before(event.segment.epoch, event.segment.end)
    return found


class DesiredState:
    """Follows ``horus.streams.v1``: good events go to ``on_event``, bad ones to the dead letters, once."""

    def __init__(self, bootstrap_servers: str, on_event: Callable[[Event], None]) -> None:
        """Prepare; nothing is read before `start`."""
        self._bootstrap_servers = bootstrap_servers
        self._on_event = on_event
        self._letters = DeadLetters(bootstrap_servers, STAGE)
        self._rejected: set[int] | None = None
        self._follower = self._new()
        self._ready = False

    def start(self) -> None:
        """Read all that is desired now, then follow. Raises KafkaException or TimeoutError: broker away."""
        self._ready = False
        self._follower.stop()
        self._follower = self._new()
        self._follower.start()
        self._ready = True

    def stop(self) -> None:
        """Stop following."""
        self._follower.stop()

    @property
    def alive(self) -> bool:
        """Tell whether all that is desired is known and the topic is being followed."""
        return self._ready and self._follower.alive

    def _new(self) -> Follower:
        return Follower(
            self._bootstrap_servers,
            STREAMS,
            self._take,
            on_reject=lambda message, error: self._reject(message, str(error)),
        )

    def _take(self, envelope: Envelope, message: Message) -> None:
        event = envelope.event
        if type(event) not in STREAMS.events:
            self._reject(message, f"{envelope.type} does not belong into {STREAMS.name}")
            return
        if isinstance(event, StreamConfigured):
            try:
                source(event.url)
            except ValueError as error:
                self._reject(message, str(error))
                return
        self._on_event(event)

    def _reject(self, message: Message, reason: str) -> None:
        partition, offset = message.partition() or 0, message.offset() or 0
        log.warning("rejected", topic=STREAMS.name, offset=offset, reason=reason)
        try:
            # The topic is read from its beginning at each start: what was rejected then is not told again.
            if self._rejected is None:
                self._rejected = _told_before(self._bootstrap_servers)
            if offset in self._rejected:
                return
            self._letters.put(
                dlq=STREAMS.dlq,
                topic=STREAMS.name,
                partition=partition,
                offset=offset,
                key=message.key(),
                value=message.value(),
                headers=[
                    (name, word.encode() if isinstance(word, str) else word)
                    for name, word in headers_of(message)
                ],
                reason=reason,
                at=clock.now(),
            )
            self._rejected.add(offset)
        except (KafkaException, RuntimeError) as error:
            # The next start reads the record again; the channels must not wait for it.
            told = why(error) if isinstance(error, KafkaException) else str(error)
            log.error("dead letter not written", offset=offset, error=told)


def _told_before(bootstrap_servers: str) -> set[int]:
    """Return the offsets of ``horus.streams.v1`` that its dead letters already hold."""
    consumer, span = consumer_at(bootstrap_servers, dead_letters(STREAMS))
    behind = {number: end for number, (start, end) in span.items() if start < end}
    found: set[int] = set()
    try:
        while behind:
            for message in consumer.consume(500, _POLL_S):
                number = message.partition() or 0
                if (error := message.error()) is not None:
                    if error.code() == KafkaError._PARTITION_EOF:
                        behind.pop(number, None)
                    continue
                if (message.offset() or 0) + 1 >= behind.get(number, 0):
                    behind.pop(number, None)
                for name, value in headers_of(message):
                    if name == _OFFSET_HEADER and value is not None:
                        found.add(int(value))
    finally:
        consumer.close()
    return found
