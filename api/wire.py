"""The way to a WebSocket client's transport: frames that are made once go to all clients as they are.

An ASGI server takes one message a call and makes a frame of it for each client anew. Uvicorn lets an
installation choose its WebSocket protocol class; this one is uvicorn's own, which besides hands the route a
`Wire` as an ASGI extension.
"""

import asyncio

from starlette.websockets import WebSocket
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

EXTENSION = "horus.wire"
TOO_SLOW = 4008
"""WebSocket close code for a client that does not keep up, after HTTP's 408. Its cursor makes it lossless."""
# A close frame waits behind what the client has not read yet; past this nobody is left to read it.
CLOSE_TIMEOUT_S = 60.0
# The reason in a close frame has 125 bytes less two for the code (RFC 6455, section 5.5.1).
REASON_BYTES = 123


class Wire:
    """The sending side of one accepted connection; only for its event loop."""

    __slots__ = ("_protocol",)

    def __init__(self, protocol: "PushProtocol") -> None:
        """Send by ``protocol``."""
        self._protocol = protocol

    def write(self, frames: bytes) -> None:
        """Queue whole frames, made by `api.spoken`; nothing happens on a connection that is going."""
        protocol = self._protocol
        if not (protocol.close_sent or protocol.transport.is_closing()):
            protocol.transport.write(frames)

    @property
    def waiting(self) -> int:
        """Return how many bytes wait for the client; what the kernel has taken does not count."""
        return self._protocol.transport.get_write_buffer_size()

    @property
    def gone(self) -> bool:
        """Tell whether nothing more can be sent."""
        return self._protocol.close_sent or self._protocol.transport.is_closing()

    async def drained(self) -> None:
        """Return once little waits for the client (uvloop's low mark, 16 KiB), or it has gone."""
        await self._protocol.writable.wait()

    def close(self, code: int, reason: str) -> None:
        """Put a close frame behind what waits, at once: a slow client must not get another code first."""
        self._protocol.close_behind(code, reason)


class PushProtocol(WebSocketsSansIOProtocol):
    """Uvicorn's protocol with a `Wire` in the scope, and one code for all who do not keep up."""

    async def run_asgi(self) -> None:
        """Run the application, with the wire among the scope's extensions."""
        extensions: dict[str, dict[object, object]] = self.scope["extensions"] or {}
        extensions[EXTENSION] = {"wire": Wire(self)}
        await super().run_asgi()

    def data_received(self, data: bytes) -> None:
        """Take bytes in. A handshake that the parser refuses (a line past 8 KiB, too many headers) gets its
        answer and no more; uvicorn 0.54 gives none, and anybody could hold connections open for ever."""
        super().data_received(data)
        if self.conn.handshake_exc is not None and not self.handshake_initiated:
            self.handshake_initiated = self.handshake_complete = self.close_sent = True
            self.transport.write(b"".join(self.conn.data_to_send()))
            self.transport.close()

    def keepalive_timeout(self) -> None:
        """Close a client that left a ping unanswered; uvicorn would say 1011, which is a server's failure."""
        self.pong_timer = None
        self.pending_ping_payload = None
        self.close_behind(TOO_SLOW, "no answer to a ping; come back with the last cursor")

    def close_behind(self, code: int, reason: str) -> None:
        """Write a close frame without waiting for room, and cut the connection when it is not taken."""
        if self.close_sent or self.transport.is_closing():
            return
        self.stop_keepalive()
        self.queue.put_nowait({"type": "websocket.disconnect", "code": code, "reason": reason})
        self.conn.send_close(code, reason[:REASON_BYTES])
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        if self.read_paused:
            # The client's own close frame comes this way.
            self.read_paused = False
            self.transport.resume_reading()
        self.close_timer = self.loop.call_later(CLOSE_TIMEOUT_S, self.transport.abort)


def wire_of(socket: WebSocket) -> Wire | None:
    """Return the wire of an accepted WebSocket; None under another server than ours."""
    extension = socket.scope.get("extensions", {}).get(EXTENSION)
    wire = extension.get("wire") if extension else None
    return wire if isinstance(wire, Wire) else None


async def flushed(wire: Wire, within_s: float) -> bool:
    """Return True once little waits for the client; False when it has taken nothing for ``within_s``."""
    while True:
        before = wire.waiting
        try:
            async with asyncio.timeout(within_s):
                await wire.drained()
        except TimeoutError:
            if wire.waiting >= before:
                return False
        else:
            return True
