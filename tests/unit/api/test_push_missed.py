"""Clients that come back for what they missed, without a network."""

import asyncio
from collections.abc import Generator
from typing import Any

import pytest
from confluent_kafka import KafkaException

from api import hub as hub_module
from api.log_span import Span
from api.message import Message
from api.missed import Missed, Part
from api.push import TRY_AGAIN
from tests.unit.api.push_clients import STATE, Socket, opened, put, served, settled, until


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
