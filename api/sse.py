"""The same as the WebSocket tells, as server-sent events: for clients that only read, and for proxies."""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress

import structlog
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from api.hub import Hub, TooMany
from api.message import Filter
from api.missed import Away
from api.problems import problem
from api.push import SEND_TIMEOUT_S, Allowed, Stuck, TooSlow, follow
from api.spoken import Batch
from api.wire import CLOSE_TIMEOUT_S

log = structlog.get_logger()

# Proxies cut a connection that is silent for a minute or half; the comment keeps it, and finds dead clients.
PING_S = 15.0
PING = b": ping\n\n"
# How long an EventSource waits before it comes back; its own default is a few seconds, by browser.
RETRY = b"retry: 1000\n\n"
RETRY_AFTER_S = 5
HEADERS = {
    # A cached or buffered alarm is none.
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",
}


class EventStream(Response):
    """An answer that goes on until the client leaves, is too slow or may no longer listen.

    There is no close code: the stream says ``event: fim`` with the reason and ends, and an EventSource comes
    back with its ``Last-Event-ID``.
    """

    media_type = "text/event-stream"

    def __init__(self, hub: Hub, wanted: Filter, cursor: int | None, allowed: Allowed) -> None:
        """Prepare to follow; see `api.push.follow`."""
        super().__init__(headers=HEADERS)
        del self.headers["content-length"]
        self._hub, self._wanted, self._cursor, self._allowed = hub, wanted, cursor, allowed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Follow, or answer 503 where this process takes no more clients."""
        over = asyncio.Event()
        try:
            with self._hub.admitted(self._allowed, over.set):
                await self._stream(receive, send, over)
        except TooMany:
            detail = "as many clients follow as this server takes; try again later"
            await problem(503, detail, {"Retry-After": str(RETRY_AFTER_S)})(scope, receive, send)

    async def _stream(self, receive: Receive, send: Send, over: asyncio.Event) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        writing = asyncio.Lock()

        async def write(data: bytes) -> None:
            async with writing:
                try:
                    async with asyncio.timeout(SEND_TIMEOUT_S):
                        await send({"type": "http.response.body", "body": data, "more_body": True})
                except TimeoutError as error:
                    raise Stuck from error

        async def give(batch: Batch) -> None:
            await write(batch.sse)

        async def following() -> str:
            await write(RETRY)
            if self._cursor is None:
                await self._hub.ready()
                # A block without data is no event, but it sets the id that the client comes back with.
                self._cursor = self._hub.position
                await write(f"id: {self._cursor}\n\n".encode())
            try:
                await follow(self._hub, self._wanted, self._cursor, give)
            except TooSlow as slow:
                return str(slow)
            except Away:
                return "the log does not answer; try again later"
            return ""

        async def pinging() -> str:
            while True:
                await asyncio.sleep(PING_S)
                await write(PING)

        async def expelled() -> str:
            await over.wait()
            return "the key was revoked, or the session is over"

        async def leaving() -> str:
            while (await receive())["type"] != "http.disconnect":
                pass
            return ""

        reason = await _first(following(), pinging(), expelled(), leaving())
        if reason:
            log.info("client closed", reason=reason)
            last = f"event: fim\ndata: {reason}\n\n".encode()
            with suppress(TimeoutError):
                async with asyncio.timeout(CLOSE_TIMEOUT_S):
                    await send({"type": "http.response.body", "body": last, "more_body": False})


async def _first(*parts: Coroutine[None, None, str]) -> str:
    """Run until one part ends; return why the stream is over, empty when the client left."""
    tasks = [asyncio.ensure_future(part) for part in parts]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        return next(iter(done)).result()
    except Stuck:
        return "takes nothing; come back with the last id"
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
