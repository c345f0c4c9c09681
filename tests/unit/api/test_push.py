"""Clients that keep up and fall behind, without a network."""

import asyncio

import pytest

from api import hub as hub_module
from api import push
from api.hub import Hub
from api.message import Filter, Message
from api.push import TRY_AGAIN, UNAUTHENTICATED
from api.ring import Ring
from api.wire import TOO_SLOW
from tests.unit.api.push_clients import FADE, FREEZE, STATE, Pipe, Socket, opened, put, served, settled, until


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
