"""Clients of the push without a network: a connection that reads when let, and the hub that serves it."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

from starlette.websockets import WebSocket

from api.hub import Hub
from api.message import Filter, Message
from api.push import serve
from api.ring import Ring
from api.wire import Wire
from tests.unit.api.made import ocorrencia

STATE = ocorrencia("one")
FADE = ocorrencia("two", kind="fade")
FREEZE = ocorrencia("three", kind="freeze")


class Socket:
    """A connection by plain ASGI whose client reads only when let."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []
        self.reads = asyncio.Event()
        self.gone = asyncio.Event()

    async def receive(self) -> dict[str, Any]:
        if not hasattr(self, "_greeted"):
            self._greeted = True
            return {"type": "websocket.connect"}
        await self.gone.wait()
        return {"type": "websocket.disconnect", "code": 1000}

    async def send(self, message: Any) -> None:
        if message["type"] == "websocket.send":
            await self.reads.wait()
        self.sent.append(message)

    def said(self) -> list[dict[str, Any]]:
        return [json.loads(each["text"]) for each in self.sent if each["type"] == "websocket.send"]

    def cursors(self) -> list[int]:
        return [each["cursor"] for each in self.said()]

    def close_code(self) -> int | None:
        return next((each["code"] for each in self.sent if each["type"] == "websocket.close"), None)


class Pipe(Wire):
    """A wire that keeps what is written to it; the client takes it when let."""

    __slots__ = ("code", "emptied", "frames", "reason")

    def __init__(self) -> None:
        self.frames: list[bytes] = []
        self.emptied = asyncio.Event()
        self.code: int | None = None
        self.reason = ""

    def write(self, frames: bytes) -> None:
        self.frames.append(frames)

    @property
    def waiting(self) -> int:
        return 0 if self.emptied.is_set() else sum(map(len, self.frames))

    async def drained(self) -> None:
        if self.waiting:
            await self.emptied.wait()

    def close(self, code: int, reason: str) -> None:
        self.code, self.reason = code, reason


async def served(socket: Socket, hub: Hub, cursor: int | None, wire: Wire | None = None, **more: Any) -> None:
    scope: dict[str, Any] = {"type": "websocket", "path": "/", "headers": [], "query_string": b""}
    if wire is not None:
        scope["extensions"] = {"horus.wire": {"wire": wire}}
    accepted = WebSocket(scope, socket.receive, socket.send)
    await accepted.accept()
    await serve(accepted, hub, more.get("wanted", Filter()), cursor, more.get("allowed", lambda: True))


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not condition():
            await asyncio.sleep(0.001)


async def settled() -> None:
    """Let every task go as far as it can without anything happening."""
    for _ in range(20):
        await asyncio.sleep(0)


def put(hub: Hub, *cursors: int) -> None:
    for cursor in cursors:
        hub.put([Message(cursor, "nova_ocorrencia", STATE)], cursor)


def opened(capacity: int = 100, **options: Any) -> Hub:
    hub = Hub(ring=Ring(capacity), **options)
    hub.open()
    hub.caught_up()
    return hub
