"""Clients that fall behind, without a network."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest
from starlette.websockets import WebSocket

from api import push
from api.message import Filter, Message
from api.push import TOO_SLOW, Hub, serve
from api.ring import Ring
from tests.unit.api.made import ocorrencia

STATE = ocorrencia("one")


class Wire:
    """A connection whose client reads only when let."""

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

    def cursors(self) -> list[int]:
        return [json.loads(each["text"])["cursor"] for each in self.sent if each["type"] == "websocket.send"]

    def close_code(self) -> int | None:
        return next((each["code"] for each in self.sent if each["type"] == "websocket.close"), None)


async def served(wire: Wire, hub: Hub, cursor: int | None) -> None:
    socket = WebSocket(
        {"type": "websocket", "path": "/", "headers": [], "query_string": b""}, wire.receive, wire.send
    )
    await socket.accept()
    await serve(socket, hub, Filter(), cursor)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0)


def put(hub: Hub, *cursors: int) -> None:
    for cursor in cursors:
        hub.put(Message(cursor, "nova_ocorrencia", STATE))


def opened(capacity: int = 100) -> Hub:
    hub = Hub(Ring(capacity))
    hub.open()
    hub.caught_up()
    return hub


def test_new_client_hears_only_what_is_new() -> None:
    async def scene() -> list[int]:
        hub, wire = opened(), Wire()
        wire.reads.set()
        put(hub, 1, 2)
        await until(lambda: hub.ring.head == 2)
        task = asyncio.ensure_future(served(wire, hub, None))
        await until(lambda: bool(wire.sent))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        put(hub, 3)
        await until(lambda: bool(wire.cursors()))
        wire.gone.set()
        await task
        return wire.cursors()

    assert asyncio.run(scene()) == [3]


def test_client_waits_until_the_tail_has_caught_up() -> None:
    async def scene() -> list[int]:
        hub, wire = Hub(Ring(100)), Wire()
        hub.open()
        wire.reads.set()
        task = asyncio.ensure_future(served(wire, hub, 5))
        put(hub, 4, 5, 6)
        await until(lambda: hub.ring.head == 6)
        assert wire.cursors() == []
        hub.caught_up()
        await until(lambda: bool(wire.cursors()))
        wire.gone.set()
        await task
        return wire.cursors()

    assert asyncio.run(scene()) == [6]


def test_client_that_falls_out_of_the_ring_is_closed_and_told_its_cursor() -> None:
    async def scene() -> Wire:
        hub, wire = opened(capacity=10), Wire()
        put(hub, 0)
        await until(lambda: hub.ring.head == 0)
        task = asyncio.ensure_future(served(wire, hub, -1))
        await until(lambda: len(wire.sent) == 1)
        put(hub, *range(1, 400))
        await until(lambda: hub.ring.head == 399)
        wire.reads.set()
        await task
        return wire

    wire = asyncio.run(scene())
    assert wire.close_code() == TOO_SLOW
    cursors = wire.cursors()
    assert cursors == list(range(len(cursors)))
    assert f"cursor={cursors[-1]}" in wire.sent[-1]["reason"]


def test_client_that_takes_nothing_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(push, "SEND_TIMEOUT_S", 0.01)

    async def scene() -> Wire:
        hub, wire = opened(), Wire()
        put(hub, 1)
        await until(lambda: hub.ring.head == 1)
        await served(wire, hub, 0)
        return wire

    wire = asyncio.run(scene())
    assert wire.close_code() == TOO_SLOW
    assert "cursor=0" in wire.sent[-1]["reason"]


def test_slow_client_does_not_hold_up_the_others() -> None:
    async def scene() -> tuple[list[int], list[int]]:
        hub, slow, quick = opened(), Wire(), Wire()
        quick.reads.set()
        tasks = [asyncio.ensure_future(served(wire, hub, -1)) for wire in (slow, quick)]
        put(hub, *range(50))
        await until(lambda: len(quick.cursors()) == 50)
        for wire in (slow, quick):
            wire.gone.set()
        await asyncio.gather(*tasks)
        return slow.cursors(), quick.cursors()

    assert asyncio.run(scene()) == ([], list(range(50)))
