"""uvicorn with our protocol on a socket of its own: what becomes of clients that only hold a connection."""

import asyncio
import socket
from collections.abc import Callable, Coroutine
from contextlib import suppress

import pytest
import uvicorn
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from api import http_protocol
from api.http_protocol import HEAD_MAX, PromptH11

# Nothing here takes that long; a test that hangs ends.
PATIENCE_S = 20.0
INSIDE = PlainTextResponse("inside")
Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Coroutine[None, None, bytes]]


def said(talk: Talk, app: ASGIApp = INSIDE) -> bytes:
    """Return what a client makes of a server."""

    async def run() -> bytes:
        listening = socket.create_server(("127.0.0.1", 0))
        config = uvicorn.Config(
            app,
            http=PromptH11,
            h11_max_incomplete_event_size=HEAD_MAX,
            lifespan="off",
            log_config=None,
        )
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        try:
            reader, writer = await asyncio.open_connection(*listening.getsockname())
            async with asyncio.timeout(PATIENCE_S):
                return await talk(reader, writer)
        finally:
            writer.close()
            server.should_exit = True
            await serving

    return asyncio.run(run())


@pytest.fixture(autouse=True)
def short_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_protocol, "HEAD_S", 0.2)
    monkeypatch.setattr(http_protocol, "REST_S", 0.2)


def test_connection_that_says_nothing_is_closed() -> None:
    async def silent(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> bytes:
        return await reader.read()

    assert said(silent) == b""


def test_head_that_trickles_is_cut_off_however_lively() -> None:
    async def trickle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        ended = asyncio.create_task(reader.read())
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n")
        while not ended.done():
            writer.write(b"X-A: b\r\n")
            await asyncio.wait([ended], timeout=0.01)
        return ended.result()

    assert said(trickle) == b""


def test_second_request_on_a_connection_has_to_come_as_promptly() -> None:
    async def again(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        first = await reader.readuntil(b"inside")
        writer.write(b"GET / HT")
        return first[-6:] + await reader.read()

    assert said(again) == b"inside"


def test_request_that_comes_promptly_is_answered_though_its_body_takes_longer() -> None:
    async def slow_body(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        writer.write(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nConnection: close\r\n\r\n")
        return (await reader.read())[-6:]

    assert said(slow_body) == b"inside"


ENDLESS = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"


def test_body_without_an_end_is_hung_up_on_after_its_answer() -> None:
    async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        writer.write(ENDLESS)
        answer = await reader.readuntil(b"inside")
        ended = asyncio.create_task(reader.read())
        while not ended.done():
            writer.write(b"5\r\nwords\r\n")
            await asyncio.wait([ended], timeout=0.01)
        # Whoever goes on writing to a closed socket is reset.
        with suppress(ConnectionResetError):
            answer += await ended
        return answer

    assert said(endless).endswith(b"inside")


def test_connection_whose_body_ends_soon_after_its_answer_is_used_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(http_protocol, "REST_S", PATIENCE_S)

    async def late(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        writer.write(ENDLESS)
        first = await reader.readuntil(b"inside")
        writer.write(b"5\r\nwords\r\n0\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        return first[-6:] + (await reader.read())[-6:]

    assert said(late) == b"insideinside"


def test_head_beyond_all_measure_is_refused() -> None:
    async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\nX-A: " + b"a" * 2 * HEAD_MAX)
        return await reader.readline()

    assert said(endless).startswith(b"HTTP/1.1 400")


def test_websocket_stays_open_though_it_says_nothing() -> None:
    async def much_later(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        await asyncio.sleep(http_protocol.HEAD_S * 3)
        await send({"type": "websocket.send", "text": "still here"})
        await send({"type": "websocket.close", "code": 1000})

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        writer.write(
            b"GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        )
        return await reader.readuntil(b"still here")

    assert said(listen, much_later).endswith(b"still here")
