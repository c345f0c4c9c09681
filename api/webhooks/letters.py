"""Dead letters: what could not be delivered, until it is sent again by hand or thrown away."""

import threading
from datetime import datetime

import msgspec
from confluent_kafka import KafkaError, KafkaException, Message, TopicPartition

from infra.follow import POLL_S, Follower, consumer_at
from infra.following import Following
from infra.kafka import decoded
from schemas.envelope import Envelope, Undecodable
from schemas.events import WebhookGaveUp, WebhookLetterSettled, WebhookRemoved
from schemas.topics import ADMIN, WEBHOOK_DLQ

# A letter is read from a broker that has just been asked about the topic.
READ_TRIES = 25


class GoneLetter(LookupError):
    """A letter that the log no longer has."""


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """A dead letter without its body, which stays in the log: there may be very many."""

    webhook_id: str
    delivery: str
    cursor: int
    kind: str
    reason: str
    attempts: int
    gave_up_at: datetime
    offset: int
    """Where it lies in ``horus.webhooks.dlq.v1``."""


class Letters:
    """Follows the topic in a thread and keeps the list. Its methods may be called from any thread."""

    def __init__(self, bootstrap_servers: str) -> None:
        """Prepare; nothing is read before `start`."""
        self._bootstrap_servers = bootstrap_servers
        self._moved = threading.Condition()
        self._open: dict[str, dict[str, Letter]] = {}
        self._settled: set[str] = set()
        self._cursor = -1
        self._following = Following("dead letters", self._followers)

    def start(self) -> None:
        """Begin to follow; a broker that is away is waited for."""
        self._following.start()

    def stop(self) -> None:
        """Stop following."""
        self._following.stop()

    def of(self, webhook_id: str) -> list[Letter]:
        """Return a webhook's letters in the order of the log that they tell of."""
        with self._moved:
            return sorted(self._open.get(webhook_id, {}).values(), key=lambda letter: letter.cursor)

    def wait(self, offset: int, timeout_s: float = 5.0) -> bool:
        """Block until the event at ``offset`` has been taken in; False when it has not come in time."""
        with self._moved:
            return self._moved.wait_for(lambda: self._cursor >= offset, timeout_s)

    def forget(self, letter: Letter) -> None:
        """Drop a letter that the log no longer has."""
        with self._moved:
            self._open.get(letter.webhook_id, {}).pop(letter.delivery, None)

    def body(self, letter: Letter) -> str:
        """Return what was to be sent. Raises GoneLetter, and KafkaException when the broker is away."""
        consumer, span = consumer_at(self._bootstrap_servers, WEBHOOK_DLQ)
        try:
            if not span[0][0] <= letter.offset < span[0][1]:
                raise GoneLetter(letter.delivery)
            consumer.assign([TopicPartition(WEBHOOK_DLQ.name, 0, letter.offset)])
            for _ in range(READ_TRIES):
                message = consumer.poll(POLL_S)
                if message is None:
                    continue
                if message.error() is not None:
                    break
                event = decoded(message).event
                if isinstance(event, WebhookGaveUp) and event.delivery == letter.delivery:
                    return event.body
                break
        except Undecodable as error:
            raise GoneLetter(letter.delivery) from error
        finally:
            consumer.close()
        raise KafkaException(KafkaError(KafkaError._TIMED_OUT, "the letter was not read in time"))

    def _followers(self) -> tuple[Follower, ...]:
        return (
            Follower(self._bootstrap_servers, WEBHOOK_DLQ, self._take),
            Follower(self._bootstrap_servers, ADMIN, self._take_removal),
        )

    def _take(self, envelope: Envelope, record: Message) -> None:
        event, offset = envelope.event, record.offset() or 0
        with self._moved:
            if isinstance(event, WebhookGaveUp) and event.delivery not in self._settled:
                letter = Letter(
                    webhook_id=event.webhook_id,
                    delivery=event.delivery,
                    cursor=event.cursor,
                    kind=event.kind,
                    reason=event.reason,
                    attempts=event.attempts,
                    gave_up_at=event.gave_up_at,
                    offset=offset,
                )
                self._open.setdefault(event.webhook_id, {})[event.delivery] = letter
            elif isinstance(event, WebhookLetterSettled):
                # Repeats of the giving-up may follow; what is settled stays so.
                self._settled.add(event.delivery)
                self._open.get(event.webhook_id, {}).pop(event.delivery, None)
            self._cursor = max(self._cursor, offset)
            self._moved.notify_all()

    def _take_removal(self, envelope: Envelope, _: Message) -> None:
        if isinstance(envelope.event, WebhookRemoved):
            with self._moved:
                self._open.pop(envelope.event.webhook_id, None)
