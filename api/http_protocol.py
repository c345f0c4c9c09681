"""HTTP as uvicorn speaks it, for clients that must not hold a connection by saying nothing."""

import asyncio

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_S = 10.0
"""From the connection, or from the first byte of a further request, to the end of its head. A browser that
connects ahead of need is cut off after it and connects again unseen."""
HEAD_MAX = 32 * 1024
"""Bytes of a request's line and headers; browsers send some 2 KiB, and cookies of other applications on this
host come on top."""
REST_S = 2.0
"""From an answer to the end of a body that was refused before it was all there. Closed at once, it would be
reset under a client that has not read its answer; left open, a body without end would be read for ever."""


class PromptH11(H11Protocol):
    """Closes a connection whose head does not come within `HEAD_S`, or whose body goes on for `REST_S`
    after its answer; what a body may be before that is `api.bodies`' care."""

    _head: asyncio.TimerHandle | None = None
    _rest: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for the first head."""
        super().connection_made(transport)
        self._watch()

    def data_received(self, data: bytes) -> None:
        """Take bytes in, and wait on only where a head is still incomplete."""
        super().data_received(data)
        self._watch()

    def on_response_complete(self) -> None:
        """Wait no longer than `REST_S` for what is left of the request."""
        super().on_response_complete()
        if self._answered_early() and not self.transport.is_closing():
            self._rest = self.loop.call_later(REST_S, self.transport.close)

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop waiting."""
        self._stop_waiting()
        if self._rest is not None:
            self._rest.cancel()
        super().connection_lost(exc)

    def _answered_early(self) -> bool:
        return self.conn.our_state is h11.DONE and self.conn.their_state is h11.SEND_BODY

    def _watch(self) -> None:
        if self._rest is not None and not self._answered_early():
            self._rest.cancel()
            self._rest = None
        if self.conn.their_state is not h11.IDLE:
            self._stop_waiting()
        elif self._head is None and not self.transport.is_closing():
            self._head = self.loop.call_later(HEAD_S, self.transport.close)

    def _stop_waiting(self) -> None:
        if self._head is not None:
            self._head.cancel()
            self._head = None
