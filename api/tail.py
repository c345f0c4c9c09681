"""The tail: each API process folds ``horus.ocorrencias.v1`` from its own position and tells what changed."""

from collections.abc import Callable

import structlog
from confluent_kafka import Message as Record
from sqlalchemy.exc import SQLAlchemyError

from api.message import Message, kind_of
from api.recall import Recall
from infra.follow import Follower
from infra.following import Following
from schemas.envelope import Envelope
from schemas.events.ocorrencias import OcorrenciaEvent, OcorrenciaOpened
from schemas.ocorrencia import Ocorrencia, fold
from schemas.topics import OCORRENCIAS, Topic

log = structlog.get_logger()


class Fold:
    """Folds events into messages; repeated events and repeated offsets give none."""

    def __init__(self, recall: Recall) -> None:
        """Start before the first event."""
        self._recall = recall
        self.cursor = -1

    def take(self, envelope: Envelope, offset: int) -> Message | None:
        """Return what to tell of an event, None when it changes nothing."""
        event = envelope.event
        if offset <= self.cursor or not isinstance(event, OcorrenciaEvent):
            return None
        self.cursor = offset
        try:
            # What opens has no past; the table may already know it, and would make it old news.
            opens = isinstance(event, OcorrenciaOpened)
            before = self._recall.at_hand(event.uid) if opens else self._recall.get(event.uid)
        except SQLAlchemyError as error:
            # Alarms do not wait for the database; whoever needs this old occurrence reads it by REST.
            log.error("old occurrence not at hand", uid=event.uid, offset=offset, error=str(error))
            return None
        after = fold(before, event, event_id=envelope.id, offset=offset, time=envelope.time)
        if after is None or after is before:
            return None
        self._recall.put(after)
        return Message(offset, kind_of(before, after), after)


class Tail:
    """Follows the topic in a thread.

    From that thread, ``on_message`` gets each message, and ``on_caught_up`` is called each time that the end
    of the log has been reached after a start.
    """

    def __init__(
        self,
        bootstrap_servers: str,
        on_message: Callable[[Message], None],
        on_caught_up: Callable[[], None],
        older: Callable[[str], Ocorrencia | None],
        topic: Topic = OCORRENCIAS,
    ) -> None:
        """Prepare; ``older`` finds an occurrence that was forgotten, by uid."""
        self._on_message = on_message
        self._fold = Fold(Recall(older))
        self._following = Following(
            "alarms", lambda: (Follower(bootstrap_servers, topic, self._take),), on_caught_up
        )

    def start(self) -> None:
        """Begin, in a thread; a broker that is away is waited for."""
        self._following.start()

    def stop(self) -> None:
        """Stop following."""
        self._following.stop()

    @property
    def ready(self) -> bool:
        """Tell whether the tail has caught up with the log and follows it."""
        return self._following.ready

    @property
    def cursor(self) -> int:
        """Return the offset of the last event taken in, -1 before the first."""
        return self._fold.cursor

    def _take(self, envelope: Envelope, record: Record) -> None:
        message = self._fold.take(envelope, record.offset() or 0)
        if message is not None:
            self._on_message(message)
