"""Commands as events: an API process writes to the log first, and answers with what the log then means."""

from collections.abc import Callable

from fastapi import HTTPException

from api.projected import Projected
from infra import clock
from infra.kafka import NotDelivered
from infra.outlet import Outgoing, Outlet
from schemas.envelope import encode
from schemas.events import Event
from schemas.topics import Topic

SOURCE = "api"
"""CloudEvents source of every command."""
# A person waits for the answer. A broker that restarts is back within it (infra/kafka.py); past it the
# producer itself gives the record up, so that what was answered with 503 is not written later.
DELIVERY_MS = 5000
RETRY_S = 2


class LogAway(HTTPException):
    """The log did not take a command; leaves a route as 503 with ``Retry-After``."""

    def __init__(self) -> None:
        """Say what is away, and when to try again."""
        super().__init__(
            503,
            "the log (Kafka) did not confirm it; try again",
            {"Retry-After": str(RETRY_S)},
        )


class Commands:
    """One idempotent acks=all producer for the process. Lives on the event loop that serves the clients."""

    def __init__(self, bootstrap_servers: str, position: Callable[[], int]) -> None:
        """Prepare; ``position`` asks the database how far the occurrences' projection has come."""
        self._bootstrap_servers = bootstrap_servers
        self._projected = Projected(position)
        self._outlet: Outlet | None = None

    def start(self) -> None:
        """Begin; call it on the event loop."""
        self._outlet = Outlet(self._bootstrap_servers, "horus-api", DELIVERY_MS)

    def stop(self) -> None:
        """Let go of the broker; commands under way are given a moment to leave."""
        if self._outlet is not None:
            self._outlet.close()
            self._outlet = None

    async def publish(self, topic: Topic, event: Event) -> int:
        """Write an event and return its offset, confirmed by the broker; takes up to some 6 s.

        Raises LogAway when it was not confirmed: it then was not written, or (a broker that died over it)
        was written whole. The same command given again is the same event and counts once.
        """
        if self._outlet is None:
            raise LogAway
        encoded = encode(event, source=SOURCE, time=clock.now())
        record = Outgoing(topic=topic.name, key=encoded.key, value=encoded.value, headers=encoded.headers)
        try:
            return await self._outlet.write_one(record)
        except NotDelivered as error:
            raise LogAway from error

    async def wait_projected(self, offset: int) -> bool:
        """Return True once the table of occurrences holds what ``horus.ocorrencias.v1`` says up to and with
        ``offset``; False when it does not get there within `api.projected.WITHIN_S`."""
        return await self._projected.reached(offset)
