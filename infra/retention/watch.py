"""What retention needs to know from the log: the storage as configured, and who needs which media."""

import threading
from datetime import datetime, timedelta

from confluent_kafka import Message

from infra import clock
from infra.follow import Follower
from infra.following import Following
from infra.retention.holds import Held, Holds
from infra.settings import Settings
from infra.storage_config import Storage, storage
from schemas.envelope import Envelope
from schemas.events.storage import StorageConfigured
from schemas.topics import ADMIN, ANALYSES, OCORRENCIAS

# An occurrence that opened longer ago has its first clip, and its media is long past any retention.
BACK = timedelta(days=30)


class Watch:
    """Follows the log in threads of its own. Its methods may be called from any thread."""

    def __init__(self, settings: Settings) -> None:
        """Prepare; nothing is read before `start`."""
        self._settings = settings
        self._lock = threading.Lock()
        self._holds = Holds()
        self._configured: StorageConfigured | None = None
        self._following = Following("storage", self._followers)

    def start(self) -> None:
        """Begin; a broker that is away is waited for."""
        self._following.start()

    def stop(self) -> None:
        """Stop following."""
        self._following.stop()

    @property
    def ready(self) -> bool:
        """Tell whether the log has been read to its end and is followed: before, nothing may be removed."""
        return self._following.ready

    def storage(self) -> Storage:
        """Return the storage as it is to be now."""
        with self._lock:
            return storage(self._settings, self._configured)

    def held(self, now: datetime) -> Held:
        """Return the claims on media that stand now."""
        with self._lock:
            return self._holds.at(now)

    def _followers(self) -> tuple[Follower, ...]:
        servers = self._settings.bootstrap_servers
        return (
            Follower(servers, ADMIN, self._take),
            Follower(servers, OCORRENCIAS, self._take, since=clock.now() - BACK),
            Follower(servers, ANALYSES, self._take),
        )

    def _take(self, envelope: Envelope, _: Message) -> None:
        with self._lock:
            if isinstance(envelope.event, StorageConfigured):
                self._configured = envelope.event
            else:
                self._holds.take(envelope.event, envelope.time)
