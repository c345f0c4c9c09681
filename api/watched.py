"""The channels as they are now: what is wanted, how the ingest fares, which segment came last."""

import threading
from collections.abc import Sequence
from datetime import timedelta

import msgspec
from confluent_kafka import Message

from infra import clock
from infra.follow import Follower
from infra.following import Following
from schemas.envelope import Envelope
from schemas.events import StreamConfigured, StreamRemoved, StreamStatusChanged
from schemas.topics import STREAM_STATUS, STREAMS

# The ingest repeats its status at least twice a minute: what is older than this is from another life.
STATUS_BACK = timedelta(minutes=5)


class Watched(msgspec.Struct, frozen=True, kw_only=True):
    """One channel: its configuration and its last status, if the ingest has said any."""

    configured: StreamConfigured
    status: StreamStatusChanged | None


class Board:
    """Follows configuration and status of all channels. Its methods may be called from any thread."""

    def __init__(self, bootstrap_servers: str) -> None:
        """Prepare; nothing is read before `start`."""
        self._bootstrap_servers = bootstrap_servers
        self._lock = threading.Lock()
        self._configured: dict[str, StreamConfigured] = {}
        self._status: dict[str, StreamStatusChanged] = {}
        self._following = Following("channels", self._followers)

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

    def channels(self) -> tuple[Watched, ...]:
        """Return the channels that are to be watched, in the order of their names."""
        with self._lock:
            return tuple(
                Watched(configured=self._configured[name], status=self._status.get(name))
                for name in sorted(self._configured)
            )

    def _followers(self) -> Sequence[Follower]:
        return (
            Follower(self._bootstrap_servers, STREAMS, self._take),
            Follower(self._bootstrap_servers, STREAM_STATUS, self._take, since=clock.now() - STATUS_BACK),
        )

    def _take(self, envelope: Envelope, _: Message) -> None:
        event = envelope.event
        with self._lock:
            match event:
                case StreamConfigured():
                    self._configured[event.channel] = event
                case StreamRemoved():
                    self._configured.pop(event.channel, None)
                    self._status.pop(event.channel, None)
                case StreamStatusChanged():
                    self._status[event.channel] = event
