"""Following the log as a client: what was missed, then each message as it comes; none holds up others."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import aclosing, suppress

import structlog
from starlette.websockets import WebSocket, WebSocketDisconnect

from api.hub import TAKE, Hub, Live, TooMany
from api.message import Filter, Message, NotRecovered
from api.missed import Away
from api.spoken import Batch, Said
from api.wire import CLOSE_TIMEOUT_S, TOO_SLOW, Wire, flushed, wire_of

log = structlog.get_logger()

UNAUTHENTICATED = 4401
"""WebSocket close code when the key was revoked or the session ended, as for a wrong key at the door."""
TRY_AGAIN = 1013
"""WebSocket close code when this process takes no more clients, or Kafka is away (IANA: try again later)."""
# A client that takes nothing for so long is gone or drowning, however much the ring still holds for it.
SEND_TIMEOUT_S = 5.0
# Clients need say nothing; beyond so many words a second they are read no faster, and TCP holds them back.
WORDS_A_SECOND = 20

Give = Callable[[Batch], Awaitable[None]]
"""Hands things said to a client and returns once it takes them. Raises `Stuck`."""
Allowed = Callable[[], bool]


class Stuck(Exception):
    """The client has taken nothing for `SEND_TIMEOUT_S`."""


class TooSlow(Exception):
    """The client does not keep up; the text is the reason given at closing."""


async def follow(
    hub: Hub,
    wanted: Filter,
    cursor: int | None,
    give: Give,
    live: Callable[[int], Awaitable[int]] | None = None,
) -> None:
    """Give a client all after ``cursor``, then all that comes; None: only what comes.

    ``live`` takes over at a cursor where nothing is missed, and returns the one at which the client lags;
    without it all goes by ``give``. Raises TooSlow, Away, and whatever ``give`` raises.
    """
    await hub.ready()
    at = hub.position if cursor is None else cursor
    caught_up = False
    try:
        while True:
            if at == hub.position:
                caught_up = True
                if live is None:
                    await hub.grown(at)
                else:
                    at = await live(at)
            elif at < hub.position and hub.ring.reaches(at):
                messages = hub.ring.after(at, TAKE)
                # After the last one may lie events that gave no message.
                upto = messages[-1].cursor if len(messages) == TAKE else hub.position
                await _give(messages, wanted, give)
                at = upto
            elif at < hub.position and caught_up:
                raise TooSlow(f"too slow; come back with ?cursor={at}")
            elif not await hub.knows(at):
                # The log no longer reaches, or the cursor is of another one: nobody can tell what was missed.
                at = hub.position
                await give(Batch([Said(NotRecovered(cursor=at).model_dump_json(), at)]))
            elif not hub.ring.reaches(at):
                async with aclosing(hub.missed(at)) as parts:
                    async for messages, upto in parts:
                        for start in range(0, len(messages), TAKE):
                            some = messages[start : start + TAKE]
                            await _give(some, wanted, give)
                            at = some[-1].cursor
                        at = upto
    except Stuck as error:
        raise TooSlow(f"takes nothing; come back with ?cursor={at}") from error


async def _give(messages: Sequence[Message], wanted: Filter, give: Give) -> None:
    chosen = [message for message in messages if wanted.wants(message.state)]
    if chosen:
        await give(Batch(chosen))


async def serve(socket: WebSocket, hub: Hub, wanted: Filter, cursor: int | None, allowed: Allowed) -> None:
    """Push to an accepted WebSocket until it leaves; see `follow`.

    Closes with `TOO_SLOW`, `TRY_AGAIN`, or `UNAUTHENTICATED` once ``allowed`` no longer holds.
    """
    expelled = asyncio.Event()
    try:
        with hub.admitted(allowed, expelled.set):
            await _until_it_ends(
                _send(socket, hub, wanted, cursor), _listen(socket), _expelled(expelled, socket)
            )
    except TooMany:
        await _close(socket, TRY_AGAIN, "as many clients follow as this server takes; try again later")
    except Away:
        await _close(socket, TRY_AGAIN, "the log does not answer; try again later")
    except TooSlow as slow:
        log.info("client closed", reason=str(slow), client=str(socket.client))
        await _close(socket, TOO_SLOW, str(slow))


async def _until_it_ends(*parts: Coroutine[None, None, None]) -> None:
    """Run until one part returns; raise what it raised."""
    tasks = [asyncio.ensure_future(part) for part in parts]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _listen(socket: WebSocket) -> None:
    """Pass over whatever the client says, until it leaves."""
    loop = asyncio.get_running_loop()
    second, words = loop.time(), 0
    while (await socket.receive())["type"] != "websocket.disconnect":
        words += 1
        if words >= WORDS_A_SECOND:
            await asyncio.sleep(second + 1 - loop.time())
            second, words = loop.time(), 0


async def _expelled(expelled: asyncio.Event, socket: WebSocket) -> None:
    await expelled.wait()
    await _close(socket, UNAUTHENTICATED, "the key was revoked, or the session is over")


async def _send(socket: WebSocket, hub: Hub, wanted: Filter, cursor: int | None) -> None:
    wire = wire_of(socket)
    if wire is None:
        await follow(hub, wanted, cursor, lambda batch: _by_asgi(socket, batch))
        return
    client = Live(wire)

    async def live(at: int) -> int:
        await _room(wire)
        # What came while the client made room is given from the ring first.
        return await hub.live(wanted, client) if at == hub.position else at

    async def give(batch: Batch) -> None:
        await _room(wire)
        wire.write(batch.frames)

    await follow(hub, wanted, cursor, give, live)


async def _room(wire: Wire) -> None:
    if not await flushed(wire, SEND_TIMEOUT_S):
        raise Stuck


async def _by_asgi(socket: WebSocket, batch: Batch) -> None:
    for each in batch.said:
        try:
            async with asyncio.timeout(SEND_TIMEOUT_S):
                await socket.send_text(each.text)
        except TimeoutError as error:
            raise Stuck from error
        except WebSocketDisconnect:
            # It left while we spoke; the listener ends the connection.
            await asyncio.Event().wait()


async def _close(socket: WebSocket, code: int, reason: str) -> None:
    wire = wire_of(socket)
    if wire is not None:
        wire.close(code, reason)
        return
    with suppress(TimeoutError, WebSocketDisconnect):
        # One that does not even take this is cut off without a close frame.
        async with asyncio.timeout(CLOSE_TIMEOUT_S):
            await socket.close(code, reason)
