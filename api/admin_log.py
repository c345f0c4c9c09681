"""What ``horus.admin.v1`` says is so now: keys, webhooks, storage. All API processes follow it alike."""

import threading
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

import msgspec
from confluent_kafka import Message

from infra.follow import Follower
from infra.following import Following
from schemas.envelope import Envelope
from schemas.events import (
    Event,
    KeyCreated,
    KeyRevoked,
    StorageConfigured,
    WebhookConfigured,
    WebhookRemoved,
)
from schemas.topics import ADMIN, Topic


class AdminState(msgspec.Struct, frozen=True, kw_only=True):
    """The installation as its administrators have set it."""

    keys: Mapping[str, KeyCreated] = MappingProxyType({})
    """Id -> key, of those that open something."""
    webhooks: Mapping[str, WebhookConfigured] = MappingProxyType({})
    """Id -> webhook, of those that are not removed."""
    storage: StorageConfigured | None = None
    """None: nobody has configured it, the settings hold."""


def fold(state: AdminState, event: Event) -> AdminState:
    """Return the state after an event of the topic; the same state where it changes nothing."""
    match event:
        case KeyCreated():
            return msgspec.structs.replace(state, keys={**state.keys, event.key_id: event})
        case KeyRevoked() if event.key_id in state.keys:
            left = {name: key for name, key in state.keys.items() if name != event.key_id}
            return msgspec.structs.replace(state, keys=left)
        case WebhookConfigured():
            webhooks = {**state.webhooks, event.webhook_id: event}
            return msgspec.structs.replace(state, webhooks=webhooks)
        case WebhookRemoved() if event.webhook_id in state.webhooks:
            rest = {name: each for name, each in state.webhooks.items() if name != event.webhook_id}
            return msgspec.structs.replace(state, webhooks=rest)
        case StorageConfigured():
            return msgspec.structs.replace(state, storage=event)
        case _:
            return state


class AdminLog:
    """Follows the topic in a thread and keeps the state. Its methods may be called from any thread."""

    def __init__(
        self,
        bootstrap_servers: str,
        topic: Topic = ADMIN,
        on_change: Callable[[AdminState], None] = lambda _: None,
    ) -> None:
        """Prepare; nothing is read before `start`. ``on_change`` is called from the following thread."""
        self._bootstrap_servers = bootstrap_servers
        self._topic = topic
        self._on_change = on_change
        self._moved = threading.Condition()
        self._state = AdminState()
        self._cursor = -1
        self._known = False
        self._following = Following("administration", self._followers, self.caught_up)

    def start(self) -> None:
        """Begin to follow; a broker that is away is waited for."""
        self._following.start()

    def stop(self) -> None:
        """Stop following."""
        self._following.stop()

    @property
    def known(self) -> bool:
        """Tell whether the topic has been read to its end once: before, a good key may look unknown.

        Stays true while Kafka is away: nobody can change anything then.
        """
        return self._known

    @property
    def ready(self) -> bool:
        """Tell whether the topic is being followed now."""
        return self._following.ready

    @property
    def state(self) -> AdminState:
        """Return what holds now."""
        return self._state

    def key(self, key_id: str) -> KeyCreated | None:
        """Return a key that opens something."""
        return self._state.keys.get(key_id)

    def wait(self, offset: int, timeout_s: float = 5.0) -> bool:
        """Block until the event at ``offset`` has been taken in; False when it has not come in time."""
        with self._moved:
            return self._moved.wait_for(lambda: self._cursor >= offset, timeout_s)

    def take(self, event: Event, offset: int) -> None:
        """Take in the event at ``offset``. Offsets seen before are passed over: after a lost connection the
        topic is read from its beginning, and no revoked key may hold for that moment."""
        with self._moved:
            if offset <= self._cursor:
                return
            before, self._state = self._state, fold(self._state, event)
            self._cursor = offset
            self._moved.notify_all()
        if self._state is not before:
            self._on_change(self._state)

    def caught_up(self) -> None:
        """Take it that all keys are known now."""
        self._known = True

    def _followers(self) -> Sequence[Follower]:
        return (Follower(self._bootstrap_servers, self._topic, self._take),)

    def _take(self, envelope: Envelope, record: Message) -> None:
        self.take(envelope.event, record.offset() or 0)
