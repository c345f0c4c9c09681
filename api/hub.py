"""Where all clients of one process meet: the ring of messages, and those who hear each one as it comes."""

import asyncio
import threading
from collections import deque
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import aclosing, contextmanager

import structlog

from api.message import Filter, Message
from api.missed import Away, Missed, Part
from api.ring import Ring
from api.spoken import Batch
from api.wire import Wire

log = structlog.get_logger()

# The defaults of HORUS_PUSH_CLIENTS and HORUS_PUSH_QUEUE_BYTES.
CLIENTS = 1000
QUEUE_BYTES = 512 * 1024
# Messages joined into one write; between two of them other clients get their turn.
TAKE = 100
# Another instance may be this much ahead of us; of a cursor still ahead then Kafka is asked.
SKEW_S = 1.0
# Two of these and a burst stay below the 100 ms in which a message has to be with 500 clients.
LONGEST_REST_S = 0.02
# How soon a revoked key takes effect on an open connection.
RECHECK_S = 2.0


class TooMany(Exception):
    """As many clients follow as this process takes."""


class Live:
    """A client that hears each message the moment it comes, as long as it keeps up."""

    __slots__ = ("at", "lagging", "wire")

    def __init__(self, wire: Wire) -> None:
        """Write to ``wire``."""
        self.wire = wire
        self.at = -1
        self.lagging = asyncio.Event()


class Hub:
    """Lives on one event loop; `begin`, `put` and `caught_up` are for the tail's thread."""

    def __init__(
        self,
        missed: Missed | None = None,
        *,
        ring: Ring | None = None,
        most_clients: int = CLIENTS,
        queue_bytes: int = QUEUE_BYTES,
    ) -> None:
        """``missed`` reads the log where the ring does not reach; without it nobody does."""
        self.ring = ring or Ring()
        self.position = self.ring.head
        """Offset of the last event that is in the ring, or gave no message."""
        self.queue_bytes = queue_bytes
        self._missed = missed
        self._most = most_clients
        self._expels: dict[object, Callable[[], None]] = {}
        self._live: dict[Filter, dict[Live, None]] = {}
        self._grown = asyncio.Event()
        self._caught_up = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._inbox: deque[tuple[Sequence[Message] | None, int]] = deque()
        self._lock = threading.Lock()
        self._waking = False
        self._rests_until = 0.0

    # For the tail's thread.

    def open(self) -> None:
        """Take the running event loop as the one that clients live on."""
        self._loop = asyncio.get_running_loop()
        self._wake()

    def begin(self, cursor: int) -> None:
        """Forget everything: what follows comes after ``cursor``."""
        self._post(None, cursor)

    def put(self, messages: Sequence[Message], cursor: int) -> None:
        """Add the messages of all events up to ``cursor``; a burst wakes the loop once."""
        self._post(messages, cursor)

    def caught_up(self) -> None:
        """Say that the ring holds what the log held at the start; clients wait for it."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._let_in)

    def _post(self, messages: Sequence[Message] | None, cursor: int) -> None:
        with self._lock:
            self._inbox.append((messages, cursor))
            waking, self._waking = self._waking, self._loop is not None
        if not waking and self._loop is not None:
            try:
                self._loop.call_soon_threadsafe(self._wake_in_turn)
            except RuntimeError:
                # The loop has ended: the process is on its way out, and the log keeps the messages.
                log.debug("message after the end", cursor=cursor)

    # For clients.

    @property
    def clients(self) -> int:
        """Return how many follow."""
        return len(self._expels)

    @contextmanager
    def admitted(self, allowed: Callable[[], bool], expel: Callable[[], None]) -> Iterator[None]:
        """Count a client for the time of the block; ``expel`` is called once ``allowed`` no longer holds.

        Raises TooMany.
        """
        if len(self._expels) >= self._most:
            raise TooMany
        client = object()
        self._expels[client] = expel
        handle = asyncio.get_running_loop().call_later(RECHECK_S, self._recheck, client, allowed)
        try:
            yield
        finally:
            self._expels.pop(client, None)
            handle.cancel()

    def _recheck(self, client: object, allowed: Callable[[], bool]) -> None:
        expel = self._expels.get(client)
        if expel is None:
            return
        if allowed():
            asyncio.get_running_loop().call_later(RECHECK_S, self._recheck, client, allowed)
        else:
            expel()

    async def ready(self) -> None:
        """Return once the ring has caught up with the log."""
        await self._caught_up.wait()

    async def passed(self, cursor: int) -> None:
        """Return once the event at an offset has been taken in."""
        while self.position < cursor:
            await self._grown.wait()

    async def grown(self, cursor: int) -> None:
        """Return once something lies after a cursor that was `position`, or the log is another one."""
        while self.position == cursor:
            await self._grown.wait()

    async def knows(self, cursor: int) -> bool:
        """Tell whether a cursor is of this log, and all after it can be told; waits until that is sure.

        Raises Away.
        """
        await self.ready()
        if cursor > self.position:
            try:
                async with asyncio.timeout(SKEW_S):
                    await self.passed(cursor)
            except TimeoutError:
                if self._missed is None or await self._missed.ends_before(cursor, lambda: self.position):
                    return False
                await self.passed(cursor)
        if self.ring.reaches(cursor):
            return True
        return self._missed is not None and cursor + 1 >= await self._missed.begins()

    async def missed(self, cursor: int) -> AsyncGenerator[Part]:
        """Yield what lies between a cursor and where the ring begins, from the log. Raises Away."""
        if self._missed is None:
            raise Away
        async with aclosing(self._missed.after(cursor, lambda: self.ring.begins)) as parts:
            async for part in parts:
                yield part

    async def live(self, wanted: Filter, client: Live) -> int:
        """Let a client that knows all up to `position` hear what comes; return its cursor once it lags."""
        group = self._live.setdefault(wanted, {})
        client.at = self.position
        client.lagging.clear()
        group[client] = None
        try:
            await client.lagging.wait()
        finally:
            group.pop(client, None)
            if not group and self._live.get(wanted) is group:
                del self._live[wanted]
        return client.at

    # On the loop, whenever the tail has something.

    def _let_in(self) -> None:
        self._wake()
        self._caught_up.set()

    def _wake_in_turn(self) -> None:
        # Under load as long a rest as the last burst took: what comes meanwhile leaves in one write a client,
        # and the loop has time for everything else. With few clients or messages nothing is held back.
        loop = asyncio.get_running_loop()
        wait = self._rests_until - loop.time()
        if wait > 0:
            loop.call_later(wait, self._wake)
        else:
            self._wake()

    def _wake(self) -> None:
        with self._lock:
            inbox, self._inbox = self._inbox, deque()
            self._waking = False
        together: list[Message] = []
        for messages, cursor in inbox:
            if messages is None:
                self._burst(together)
                together = []
                self._restart(cursor)
            else:
                together.extend(messages)
        self._burst(together)
        if inbox:
            self.position = max(self.position, inbox[-1][1])
        grown, self._grown = self._grown, asyncio.Event()
        grown.set()

    def _burst(self, messages: Sequence[Message]) -> None:
        loop = asyncio.get_running_loop()
        begun = loop.time()
        for start in range(0, len(messages), TAKE):
            self._tell(messages[start : start + TAKE])
        # The loop writes after this turn: only the next one knows how long that took.
        loop.call_soon(self._rest, begun)

    def _rest(self, begun: float) -> None:
        now = asyncio.get_running_loop().time()
        self._rests_until = now + min(now - begun, LONGEST_REST_S)

    def _restart(self, cursor: int) -> None:
        for group in self._live.values():
            for client in group:
                self._lag(client, self.position)
        self._live.clear()
        if self._missed is not None:
            self._missed.forget()
        self.ring = Ring(after=cursor)
        self.position = cursor
        self._caught_up.clear()

    def _tell(self, messages: Sequence[Message]) -> None:
        for message in messages:
            self.ring.append(message)
        self.position = messages[-1].cursor
        for wanted, group in self._live.items():
            chosen = (
                messages if wanted.everything else [each for each in messages if wanted.wants(each.state)]
            )
            if chosen:
                self._write(group, Batch(chosen).frames)

    def _write(self, group: dict[Live, None], frames: bytes) -> None:
        lagging: list[Live] = []
        for client in group:
            wire = client.wire
            wire.write(frames)
            if wire.waiting > self.queue_bytes:
                lagging.append(client)
        for client in lagging:
            del group[client]
            self._lag(client, self.position)

    @staticmethod
    def _lag(client: Live, at: int) -> None:
        client.at = at
        client.lagging.set()
