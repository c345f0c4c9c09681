"""The desired state as the log tells it: followed for ever, its bad records put aside as dead letters."""

from collections.abc import Callable
from datetime import datetime, timedelta

import msgspec
from confluent_kafka import Message

from infra.follow import Follower, read_all
from infra.sealed_url import NotOpened
from producers.rejected import Rejected
from producers.segments import Before
from producers.sources import source
from schemas.envelope import Envelope
from schemas.events import Event, SegmentRecorded, StreamConfigured
from schemas.topics import SEGMENTS, STREAMS

STAGE = "producers"
# How far back the end of a channel's last media is looked for: longer than a restart of a machine takes,
# and read within a second for 16 channels.
MEMORY = timedelta(minutes=10)


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

    def __init__(
        self, bootstrap_servers: str, opened: Callable[[str], str], on_event: Callable[[Event], None]
    ) -> None:
        """Prepare; nothing is read before `start`. ``opened`` returns a sealed address opened, or raises
        NotOpened: such a channel goes to ``on_event`` with its address sealed."""
        self._bootstrap_servers = bootstrap_servers
        self._opened = opened
        self._on_event = on_event
        self._rejected = Rejected(bootstrap_servers, STREAMS, STAGE)
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
            on_reject=lambda message, error: self._rejected.put(message, str(error)),
        )

    def _take(self, envelope: Envelope, message: Message) -> None:
        event = envelope.event
        if type(event) not in STREAMS.events:
            self._rejected.put(message, f"{envelope.type} does not belong into {STREAMS.name}")
            return
        if isinstance(event, StreamConfigured):
            try:
                # Here and not later: two seals of one secret differ, and are no change of the channel.
                event = msgspec.structs.replace(event, url=self._opened(event.url))
                source(event.url)
            except NotOpened:
                # Nothing is wrong with the event: the ingest tells what is missing, and asks again.
                pass
            except ValueError as error:
                self._rejected.put(message, str(error))
                return
        self._on_event(event)
