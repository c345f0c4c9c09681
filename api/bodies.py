"""What may come in: bodies of a bounded size, in a bounded time, JSON that everything behind can hold."""

import asyncio
import time
from urllib.parse import unquote_to_bytes

import msgspec
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.access import SAFE_METHODS
from api.problems import problem

BODY_MAX = 1_048_576
"""Bytes; a thousand times what a command of ours is long."""
BODY_S = 20.0
"""For the whole of such a body: 1 MiB in 20 s is a modem."""
DEPTH_MAX = 64
"""Levels of JSON; ours are four deep, and parsers that recurse give up near a thousand."""
FIELDS_MAX = 1000
"""Parameters in a query string."""

STREAMED = frozenset({"/api/v1/analysis/upload", "/api/v1/analyze"})
"""Bodies of any size, which their routes read piece by piece and bound themselves."""
IDLE_S = 30.0
"""Between two pieces of such a body; a phone that changes cells is back by then."""
SLOWEST = 16 * 1024
"""Bytes a second over all its time, from `GRACE_S` on: who sends less only holds a connection."""
GRACE_S = 60.0


class Bodies:
    """ASGI middleware that refuses by 408, 413 and 422 before any route sees the request."""

    def __init__(self, app: ASGIApp) -> None:
        """Stand in front of ``app``."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let pass what is fit."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        complaint = address_complaint(scope)
        if scope["type"] == "websocket":
            if complaint is None:
                await self._app(scope, receive, send)
            else:
                await receive()
                await send({"type": "websocket.close", "code": 1008, "reason": complaint})
        elif complaint is not None:
            await problem(422, complaint)(scope, receive, send)
        elif scope["method"] in SAFE_METHODS:
            await self._app(scope, receive, send)
        elif scope["path"] in STREAMED:
            await self._app(scope, Unhurried(receive).receive, send)
        else:
            await self._small(scope, receive, send)

    async def _small(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        try:
            body = await _whole(headers, receive)
        except HTTPException as error:
            await problem(error.status_code, error.detail)(scope, receive, send)
            return
        if body is None:
            return  # Nobody is there any more to be answered.
        if body and "json" in headers.get("content-type", "").lower():
            complaint = json_complaint(body)
            if complaint is not None:
                await problem(422, complaint)(scope, receive, send)
                return
        await self._app(scope, _again(body, receive), send)


class Unhurried:
    """A body that may be long, but not idle."""

    def __init__(self, receive: Receive) -> None:
        """Begin now."""
        self._receive = receive
        self._began = time.monotonic()
        self._bytes = 0
        self._more = True

    async def receive(self) -> Message:
        """Return the next message. Raises HTTPException 408 for a body that does not come."""
        if not self._more:
            return await self._receive()
        try:
            async with asyncio.timeout(IDLE_S):
                message = await self._receive()
        except TimeoutError:
            raise HTTPException(408, f"nothing came for {IDLE_S:g} s") from None
        self._bytes += len(message.get("body", b""))
        self._more = message.get("more_body", False)
        late = time.monotonic() - self._began - GRACE_S
        if self._more and late > 0 and self._bytes < late * SLOWEST:
            raise HTTPException(408, f"this body comes more slowly than {SLOWEST // 1024} KiB a second")
        return message


def address_complaint(scope: Scope) -> str | None:
    """Return what is wrong with path and query: text that is no UTF-8, or NUL, which no database holds."""
    query: bytes = scope.get("query_string", b"")
    raw: bytes = scope.get("raw_path") or scope["path"].encode("utf-8", "surrogatepass")
    for name, part in (("path", raw), ("query", query)):
        plain = unquote_to_bytes(part)
        if b"\0" in plain:
            return f"the {name} holds NUL"
        try:
            plain.decode()
        except UnicodeDecodeError:
            return f"the {name} is not UTF-8"
    if query.count(b"&") >= FIELDS_MAX:
        return f"more than {FIELDS_MAX} parameters"
    return None


def json_complaint(body: bytes) -> str | None:
    """Return what is wrong with JSON for us: not RFC 8259 (NaN, lone surrogates, 1e400), too deep, NUL."""
    try:
        value = msgspec.json.decode(body)
    except RecursionError:
        return f"JSON deeper than {DEPTH_MAX} levels"
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        return f"not JSON: {error}"
    level: list[object] = [value]
    for _ in range(DEPTH_MAX):
        if any(isinstance(each, str) and "\0" in each for each in level):
            return "a text holds NUL"
        level = [
            inner
            for each in level
            if isinstance(each, dict | list)
            for inner in (each if isinstance(each, list) else [*each.keys(), *each.values()])
        ]
        if not level:
            return None
    return f"JSON deeper than {DEPTH_MAX} levels"


async def _whole(headers: Headers, receive: Receive) -> bytes | None:
    """Return a body; None when its sender has gone. Raises HTTPException 408 and 413."""
    too_large = HTTPException(413, f"a body has at most {BODY_MAX} bytes here")
    told = headers.get("content-length", "")
    if told.isdecimal() and int(told) > BODY_MAX:
        raise too_large
    pieces: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(BODY_S):
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    return None
                pieces.append(message.get("body", b""))
                size += len(pieces[-1])
                if size > BODY_MAX:
                    raise too_large
                if not message.get("more_body", False):
                    return b"".join(pieces)
    except TimeoutError:
        raise HTTPException(408, f"the body did not come within {BODY_S:g} s") from None


def _again(body: bytes, receive: Receive) -> Receive:
    """Return a ``receive`` that tells the whole body first."""
    told = False

    async def again() -> Message:
        nonlocal told
        if told:
            return await receive()
        told = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again
