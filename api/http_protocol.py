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


class PromptH11(H11Protocol):
    """Closes a connection whose request head does not come within `HEAD_S`; bodies are `api.bodies`' care."""

    _head: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for the first head."""
        super().connection_made(transport)
        self._watch()

    def data_received(self, data: bytes) -> None:
        """Take bytes in, and wait on only where a head is still incomplete."""
        super().data_received(data)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop waiting."""
        self._stop_waiting()
        super().connection_lost(exc)

    def _watch(self) -> None:
        if self.conn.their_state is not h11.IDLE:
            self._stop_waiting()
        elif self._head is None and not self.transport.is_closing():
            self._head = self.loop.call_later(HEAD_S, self.transport.close)

    def _stop_waiting(self) -> None:
        if self._head is not None:
            self._head.cancel()
            self._head = None
