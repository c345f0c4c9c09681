"""The channels as they are now: how each is configured, and how its ingest fares."""

import threading
from collections.abc import Sequence
from datetime import timedelta

import msgspec
from confluent_kafka import Message

from infra import clock
from infra.follow import Follower
from infra.following import Following
from schemas.envelope import Envelope
from schemas.events import Event, StreamConfigured, StreamRemoved, StreamStatusChanged
from schemas.topics import STREAM_STATUS, STREAMS

# The ingest repeats its status at least twice a minute: what is older than this is from another life.
STATUS_BACK = timedelta(minutes=5)
# A follower hears of a record within milliseconds; a client does not wait longer for a slow one.
SEEN_S = 5.0


class Watched(msgspec.Struct, frozen=True, kw_only=True):
    """One channel: its configuration and its last status, if the ingest has said any."""

    configured: StreamConfigured
    version: int = 0
    """Offset of the configuration in ``horus.streams.v1``; the same in every API process."""
    status: StreamStatusChanged | None


class Board:
    """Follows configuration and status of all channels. Its methods may be called from any thread."""

    def __init__(self, bootstrap_servers: str) -> None:
        """Prepare; nothing is read before `start`."""
        self._bootstrap_servers = bootstrap_servers
        self._moved = threading.Condition()
        self._configured: dict[str, tuple[StreamConfigured, int]] = {}
        self._status: dict[str, StreamStatusChanged] = {}
        self._cursor = -1
        self._known = False
        self._following = Following("channels", self._followers, self._caught_up)

    def start(self) -> None:
        """Begin to follow, in a thread; a broker that is away is waited for."""
        self._following.start()

    def stop(self) -> None:
        """Stop following."""
        self._following.stop()

    @property
    def ready(self) -> bool:
        """Tell whether both topics have been read to their end and are followed."""
        return self._following.ready

    @property
    def known(self) -> bool:
        """Tell whether the topics have been read to their end once. Stays true while Kafka is away."""
        return self._known

    def channels(self) -> tuple[Watched, ...]:
        """Return the channels that are configured, in the order of their names."""
        with self._moved:
            return tuple(self._watched(name) for name in sorted(self._configured))

    def channel(self, name: str) -> Watched | None:
        """Return one channel; None when it is not configured."""
        with self._moved:
            return self._watched(name) if name in self._configured else None

    def wait(self, offset: int, timeout_s: float = SEEN_S) -> bool:
        """Block until the configuration at ``offset`` is taken in; False when it does not come in time."""
        with self._moved:
            return self._moved.wait_for(lambda: self._cursor >= offset, timeout_s)

    def take(self, event: Event, offset: int) -> None:
        """Take in an event. Configurations seen before are passed over: after a lost connection the topic is
        read from its beginning, and nothing may be shown as it was long ago for that moment."""
        with self._moved:
            if isinstance(event, StreamStatusChanged):
                known = self._status.get(event.channel)
                if known is None or known.observed_at <= event.observed_at:
                    self._status[event.channel] = event
                return
            if offset <= self._cursor:
                return
            self._cursor = offset
            if isinstance(event, StreamConfigured):
                self._configured[event.channel] = (event, offset)
            elif isinstance(event, StreamRemoved):
                self._configured.pop(event.channel, None)
                self._status.pop(event.channel, None)
            self._moved.notify_all()

    def _watched(self, name: str) -> Watched:
        configured, version = self._configured[name]
        return Watched(configured=configured, version=version, status=self._status.get(name))

    def _followers(self) -> Sequence[Follower]:
        return (
            Follower(self._bootstrap_servers, STREAMS, self._take),
            Follower(self._bootstrap_servers, STREAM_STATUS, self._take, since=clock.now() - STATUS_BACK),
        )

    def _take(self, envelope: Envelope, record: Message) -> None:
        self.take(envelope.event, record.offset() or 0)

    def _caught_up(self) -> None:
        self._known = True
