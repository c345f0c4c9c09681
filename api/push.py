"""Handing messages to WebSocket clients: each has a place in the ring, none can hold the others up."""

import asyncio
import contextlib
import threading
from collections import deque

import structlog
from starlette.websockets import WebSocket, WebSocketDisconnect

from api.message import Filter, Message, NotRecovered
from api.ring import Ring

log = structlog.get_logger()

TOO_SLOW = 4008
"""WebSocket close code for a client that does not keep up, after HTTP's 408. Its cursor makes it lossless."""
# A client that takes nothing for so long is gone or drowning, however much the ring still holds for it.
SEND_TIMEOUT_S = 5.0
# The close frame waits behind what the client has not read yet; past the keepalive of api/__main__.py,
# two pings of 20 s, there is nobody left to read it.
CLOSE_TIMEOUT_S = 60.0
# Messages taken from the ring at once; between two takes other clients get their turn.
TAKE = 100


class Hub:
    """The ring and those who wait for it to grow; lives on one event loop, but `put` is for other threads."""

    def __init__(self, ring: Ring | None = None) -> None:
        """Start with an empty ring."""
        self.ring = ring or Ring()
        self._grown = asyncio.Event()
        self._caught_up = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._inbox: deque[Message] = deque()
        self._lock = threading.Lock()
        self._waking = False

    def open(self) -> None:
        """Take the running event loop as the one that clients live on."""
        self._loop = asyncio.get_running_loop()
        self._wake()

    def put(self, message: Message) -> None:
        """Add a message, from any thread; a burst wakes the loop once."""
        with self._lock:
            self._inbox.append(message)
            waking, self._waking = self._waking, self._loop is not None
        if not waking and self._loop is not None:
            try:
                self._loop.call_soon_threadsafe(self._wake)
            except RuntimeError:
                # The loop has ended: the process is on its way out, and the log keeps the message.
                log.debug("message after the end", cursor=message.cursor)

    def caught_up(self) -> None:
        """Say, from any thread, that the ring holds what the log held at the start; clients wait for it."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._let_in)

    async def ready(self) -> None:
        """Return once the ring has caught up with the log."""
        await self._caught_up.wait()

    async def grown(self, cursor: int) -> None:
        """Return once there is a message after a cursor."""
        while self.ring.head <= cursor:
            await self._grown.wait()

    def _let_in(self) -> None:
        self._wake()
        self._caught_up.set()

    def _wake(self) -> None:
        with self._lock:
            messages, self._inbox = self._inbox, deque()
            self._waking = False
        for message in messages:
            self.ring.append(message)
        grown, self._grown = self._grown, asyncio.Event()
        grown.set()


class TooSlow(Exception):
    """The client does not keep up; the text is the reason given at closing."""


async def serve(socket: WebSocket, hub: Hub, wanted: Filter, cursor: int | None) -> None:
    """Push to an accepted client until it leaves: all after ``cursor`` first; None: only what is new.

    Closes with `TOO_SLOW` a client that falls out of the ring or takes nothing for `SEND_TIMEOUT_S`.
    """
    sender = asyncio.ensure_future(_send(socket, hub, wanted, cursor))
    listener = asyncio.ensure_future(_listen(socket))
    try:
        await asyncio.wait((sender, listener), return_when=asyncio.FIRST_COMPLETED)
        if sender.done():
            sender.result()
    except TooSlow as slow:
        log.info("client closed", reason=str(slow), client=str(socket.client))
        with contextlib.suppress(TimeoutError, WebSocketDisconnect):
            # One that does not even take this is cut off without a close frame.
            async with asyncio.timeout(CLOSE_TIMEOUT_S):
                await socket.close(TOO_SLOW, str(slow))
    finally:
        for task in (sender, listener):
            task.cancel()
        await asyncio.gather(sender, listener, return_exceptions=True)


async def _listen(socket: WebSocket) -> None:
    """Pass over whatever the client says, until it leaves."""
    while (await socket.receive())["type"] != "websocket.disconnect":
        pass


async def _send(socket: WebSocket, hub: Hub, wanted: Filter, cursor: int | None) -> None:
    await hub.ready()
    at = hub.ring.head if cursor is None else cursor
    if not hub.ring.reaches(at) or at > hub.ring.head:
        # Behind the ring, or from another log: either way this process cannot tell what was missed.
        at = hub.ring.head
        await _give(socket, NotRecovered(cursor=at).model_dump_json())
    while True:
        await hub.grown(at)
        if not hub.ring.reaches(at):
            raise TooSlow(f"too slow; come back with ?cursor={at}")
        for message in hub.ring.after(at, TAKE):
            if wanted.wants(message.state):
                await _give(socket, message.text, at)
            at = message.cursor


async def _give(socket: WebSocket, text: str, at: int = -1) -> None:
    try:
        async with asyncio.timeout(SEND_TIMEOUT_S):
            await socket.send_text(text)
    except TimeoutError as error:
        raise TooSlow(f"takes nothing; come back with ?cursor={at}") from error
    except WebSocketDisconnect:
        # It left while we spoke; the listener ends the connection.
        await asyncio.Event().wait()
