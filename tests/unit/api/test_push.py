"""Clients that come back, keep up and fall behind, without a network."""

import asyncio
import json
from collections.abc import Callable, Generator
from typing import Any

import pytest
from confluent_kafka import KafkaException
from starlette.websockets import WebSocket

from api import hub as hub_module
from api import push
from api.hub import Hub
from api.log_span import Span
from api.message import Filter, Message
from api.missed import Missed, Part
from api.push import TRY_AGAIN, UNAUTHENTICATED, serve
from api.ring import Ring
from api.wire import TOO_SLOW, Wire
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


def test_new_client_hears_only_what_is_new() -> None:
    async def scene() -> list[int]:
        hub, socket = opened(), Socket()
        socket.reads.set()
        put(hub, 1, 2)
        await until(lambda: hub.ring.head == 2)
        task = asyncio.ensure_future(served(socket, hub, None))
        await settled()
        put(hub, 3)
        await until(lambda: bool(socket.cursors()))
        socket.gone.set()
        await task
        return socket.cursors()

    assert asyncio.run(scene()) == [3]


def test_client_waits_until_the_tail_has_caught_up() -> None:
    async def scene() -> list[int]:
        hub, socket = Hub(ring=Ring(100)), Socket()
        hub.open()
        socket.reads.set()
        task = asyncio.ensure_future(served(socket, hub, 5))
        put(hub, 4, 5, 6)
        await until(lambda: hub.ring.head == 6)
        assert socket.cursors() == []
        hub.caught_up()
        await until(lambda: bool(socket.cursors()))
        socket.gone.set()
        await task
        return socket.cursors()

    assert asyncio.run(scene()) == [6]


def test_client_that_falls_out_of_the_ring_is_closed_and_told_its_cursor() -> None:
    async def scene() -> Socket:
        hub, socket = opened(capacity=10), Socket()
        put(hub, 0)
        await until(lambda: hub.ring.head == 0)
        task = asyncio.ensure_future(served(socket, hub, 0))
        await settled()
        put(hub, 1)
        await until(lambda: hub.ring.head == 1)
        put(hub, *range(2, 400))
        await until(lambda: hub.ring.head == 399)
        socket.reads.set()
        await task
        return socket

    socket = asyncio.run(scene())
    assert socket.close_code() == TOO_SLOW
    cursors = socket.cursors()
    assert cursors == list(range(1, len(cursors) + 1))
    assert f"cursor={cursors[-1]}" in socket.sent[-1]["reason"]


def test_client_that_takes_nothing_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(push, "SEND_TIMEOUT_S", 0.01)

    async def scene() -> Socket:
        hub, socket = opened(), Socket()
        put(hub, 1)
        await until(lambda: hub.ring.head == 1)
        await served(socket, hub, 0)
        return socket

    socket = asyncio.run(scene())
    assert socket.close_code() == TOO_SLOW
    assert "cursor=0" in socket.sent[-1]["reason"]


def test_live_client_with_more_waiting_than_allowed_is_closed_with_the_cursor_of_the_last_byte(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(push, "SEND_TIMEOUT_S", 0.01)

    async def scene() -> Pipe:
        hub, pipe = opened(queue_bytes=2000), Pipe()
        task = asyncio.ensure_future(served(Socket(), hub, None, pipe))
        await until(lambda: bool(hub._live))
        for cursor in range(20):
            put(hub, cursor)
            await until(lambda cursor=cursor: hub.ring.head == cursor)  # type: ignore[misc]
        await task
        return pipe

    pipe = asyncio.run(scene())
    assert pipe.code == TOO_SLOW
    last = len(pipe.frames) - 1
    assert pipe.reason.endswith(f"cursor={last}")
    assert sum(map(len, pipe.frames)) < 2000 + len(pipe.frames[-1]) + 1


def test_live_client_that_lags_and_then_reads_gets_the_rest_from_the_ring() -> None:
    async def scene() -> bytes:
        hub, pipe, socket = opened(queue_bytes=2000), Pipe(), Socket()
        task = asyncio.ensure_future(served(socket, hub, None, pipe))
        await until(lambda: bool(hub._live))
        put(hub, *range(5))
        await until(lambda: hub.position == 4)
        put(hub, *range(5, 20))
        await until(lambda: hub.position == 19)
        pipe.emptied.set()
        await until(lambda: bool(hub._live))
        put(hub, 20)
        await until(lambda: hub.position == 20)
        socket.gone.set()
        await task
        assert pipe.code is None
        return b"".join(pipe.frames)

    expected = [Message(cursor, "nova_ocorrencia", STATE).frame for cursor in range(21)]
    assert asyncio.run(scene()) == b"".join(expected)


def test_each_live_client_gets_what_its_filter_wants() -> None:
    async def scene() -> list[bytes]:
        hub = opened()
        pipes = [Pipe() for _ in range(3)]
        filters = (Filter(), Filter(types=frozenset({"fade"})), Filter(types=frozenset({"freeze"})))
        sockets = [Socket() for _ in pipes]
        tasks = [
            asyncio.ensure_future(served(socket, hub, None, pipe, wanted=wanted))
            for socket, pipe, wanted in zip(sockets, pipes, filters, strict=True)
        ]
        await until(lambda: len(hub._live) == 3)
        hub.put([Message(1, "nova_ocorrencia", FADE), Message(2, "nova_ocorrencia", FREEZE)], 2)
        await until(lambda: hub.position == 2)
        for socket in sockets:
            socket.gone.set()
        await asyncio.gather(*tasks)
        return [b"".join(pipe.frames) for pipe in pipes]

    fade, freeze = Message(1, "nova_ocorrencia", FADE).frame, Message(2, "nova_ocorrencia", FREEZE).frame
    assert asyncio.run(scene()) == [fade + freeze, fade, freeze]


def test_slow_client_does_not_hold_up_the_others() -> None:
    async def scene() -> tuple[list[int], list[int]]:
        hub, slow, quick = opened(), Socket(), Socket()
        quick.reads.set()
        tasks = [asyncio.ensure_future(served(socket, hub, -1)) for socket in (slow, quick)]
        put(hub, *range(50))
        await until(lambda: len(quick.cursors()) == 50)
        for socket in (slow, quick):
            socket.gone.set()
        await asyncio.gather(*tasks)
        return slow.cursors(), quick.cursors()

    assert asyncio.run(scene()) == ([], list(range(50)))


def replayed(after: int, end: int, size: int) -> Generator[Part, None, None]:
    """A log of which every second event gave a message."""
    while after < end - 1:
        upto = min((after + 1) // size * size + size, end)
        yield (
            [Message(each, "nova_ocorrencia", STATE) for each in range(after + 1, upto) if each % 2],
            upto - 1,
        )
        after = upto - 1


def log_of(begin: int, end: int) -> Missed:
    return Missed(replayed, lambda: Span(begin, end), part=7)


def test_what_the_ring_no_longer_has_comes_from_the_log_without_a_seam() -> None:
    async def scene() -> list[int]:
        hub, socket = opened(capacity=10, missed=log_of(0, 101)), Socket()
        socket.reads.set()
        put(hub, *range(1, 101, 2))
        await until(lambda: hub.position == 99)
        task = asyncio.ensure_future(served(socket, hub, 4))
        await until(lambda: socket.cursors()[-1:] == [99])
        put(hub, 101)
        await until(lambda: socket.cursors()[-1:] == [101])
        socket.gone.set()
        await task
        return socket.cursors()

    assert asyncio.run(scene()) == list(range(5, 102, 2))


@pytest.mark.parametrize("cursor", [400, 2], ids=["of another log", "cut off the log"])
def test_cursor_that_the_log_does_not_know_is_said_to_be_unrecovered(
    cursor: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub_module, "SKEW_S", 0.01)

    async def scene() -> list[dict[str, Any]]:
        hub, socket = opened(capacity=10, missed=log_of(50, 101)), Socket()
        socket.reads.set()
        put(hub, *range(51, 101, 2))
        await until(lambda: hub.position == 99)
        task = asyncio.ensure_future(served(socket, hub, cursor))
        await until(lambda: len(socket.said()) == 1)
        put(hub, 101)
        await until(lambda: len(socket.said()) == 2)
        socket.gone.set()
        await task
        return socket.said()

    first, second = asyncio.run(scene())
    assert first == {"type": "nao_recuperado", "rest": "/api/v1/ocorrencias", "cursor": 99}
    assert second["cursor"] == 101


def test_cursor_of_an_instance_that_is_ahead_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub_module, "SKEW_S", 0.01)

    async def scene() -> list[dict[str, Any]]:
        hub, socket = opened(missed=log_of(0, 10)), Socket()
        socket.reads.set()
        put(hub, 3)
        task = asyncio.ensure_future(served(socket, hub, 7))
        await until(lambda: hub.clients == 1)
        put(hub, 5, 7, 9)
        await until(lambda: bool(socket.said()))
        socket.gone.set()
        await task
        return socket.said()

    assert [said["cursor"] for said in asyncio.run(scene())] == [9]


def test_client_is_told_to_try_again_when_kafka_is_away_and_it_needs_the_log() -> None:
    def away() -> Span:
        raise KafkaException

    async def scene() -> Socket:
        hub, socket = opened(capacity=10, missed=Missed(replayed, away)), Socket()
        put(hub, *range(100))
        await until(lambda: hub.position == 99)
        await served(socket, hub, 1)
        return socket

    assert asyncio.run(scene()).close_code() == TRY_AGAIN


def test_client_beyond_the_bound_is_told_to_try_again_and_counts_no_more_once_it_left() -> None:
    async def scene() -> tuple[int | None, int | None, int]:
        hub, first, second = opened(most_clients=1), Socket(), Socket()
        task = asyncio.ensure_future(served(first, hub, None))
        await until(lambda: hub.clients == 1)
        await served(second, hub, None)
        first.gone.set()
        await task
        return first.close_code(), second.close_code(), hub.clients

    assert asyncio.run(scene()) == (None, TRY_AGAIN, 0)


def test_client_whose_key_is_revoked_is_closed_with_4401(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub_module, "RECHECK_S", 0.01)
    allowed = [True]

    async def scene() -> Socket:
        hub, socket = opened(), Socket()
        task = asyncio.ensure_future(served(socket, hub, None, allowed=lambda: allowed[0]))
        await until(lambda: hub.clients == 1)
        allowed[0] = False
        await task
        return socket

    assert asyncio.run(scene()).close_code() == UNAUTHENTICATED


def test_another_log_under_a_live_client_is_told() -> None:
    async def scene() -> list[dict[str, Any]]:
        hub, socket = opened(missed=log_of(0, 3)), Socket()
        socket.reads.set()
        put(hub, 50)
        await until(lambda: hub.position == 50)
        task = asyncio.ensure_future(served(socket, hub, 50))
        await settled()
        hub.begin(-1)
        put(hub, 2)
        hub.caught_up()
        await until(lambda: bool(socket.said()))
        socket.gone.set()
        await task
        return socket.said()

    (said,) = asyncio.run(scene())
    assert (said["type"], said["cursor"]) == ("nao_recuperado", 2)


def test_a_crowd_leaves_nothing_behind_in_the_hub() -> None:
    async def scene() -> tuple[int, int]:
        hub, sockets = opened(), [Socket() for _ in range(20)]
        tasks = [asyncio.ensure_future(served(each, hub, None, Pipe())) for each in sockets]
        await until(lambda: hub.clients == 20)
        for socket in sockets:
            socket.gone.set()
        await asyncio.gather(*tasks)
        return hub.clients, len(hub._live)

    assert asyncio.run(scene()) == (0, 0)


def test_many_who_come_back_after_long_share_one_reading_of_the_log() -> None:
    read: list[int] = []

    def counted(after: int, end: int, size: int) -> Generator[Part, None, None]:
        for messages, upto in replayed(after, end, size):
            read.append(upto)
            yield messages, upto

    async def scene() -> list[list[int]]:
        hub = opened(capacity=10, missed=Missed(counted, lambda: Span(0, 101), part=7))
        put(hub, *range(1, 101, 2))
        await until(lambda: hub.position == 99)
        sockets = [Socket() for _ in range(20)]
        for socket in sockets:
            socket.reads.set()
        tasks = [asyncio.ensure_future(served(each, hub, number)) for number, each in enumerate(sockets)]
        await until(lambda: all(each.cursors()[-1:] == [99] for each in sockets))
        for socket in sockets:
            socket.gone.set()
        await asyncio.gather(*tasks)
        return [each.cursors() for each in sockets]

    heard = asyncio.run(scene())
    assert heard == [[each for each in range(1, 100, 2) if each > number] for number in range(20)]
    # The last part grows, and may be read more than once.
    whole = [upto for upto in read if (upto + 1) % 7 == 0]
    assert len(whole) == len(set(whole))
