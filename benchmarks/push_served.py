"""What `benchmarks.push` measures: one process that pushes made-up alarms, Horus's way or by a plain loop.

``python -m benchmarks.push_served horus|plain PORT``, then a line ``<messages> <a second>`` on its standard
input for each run (0 a second: as fast as they are taken); for each it prints when each message was made.
"""

import asyncio
import json
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import msgspec
import uvicorn
from fastapi import FastAPI, WebSocket, WebSocketDisconnect

from api.hub import Hub
from api.message import Filter, Message
from api.push import serve
from api.wire import PushProtocol
from schemas.events.ocorrencias import Evidence
from schemas.ocorrencia import Ocorrencia
from schemas.severity import severity_of

START = datetime(2026, 11, 22, 3, 12, tzinfo=UTC)
STATE = Ocorrencia(
    id=0,
    uid="0b2a4a3e-58a3-5d5c-9d0e-6a3f6f5d9c11",
    channel="tv1",
    status="aberta",
    type="fade",
    category="video",
    severity=severity_of(5.2),
    confidence=0.97,
    start_ts=START,
    end_ts=START + timedelta(seconds=5.2),
    duration_s=5.2,
    evidence=Evidence(clip_path="0b2a-1.mp4", clip_duration_s=9.5, thumbnail_path="0b2a-1.jpg"),
    created_at=START,
    version=3,
    applied=(),
)
"""What every message tells, but for its number: some 700 bytes of JSON."""
# What a fast sender may have ahead of the clients; beyond it a queue would measure its own length.
AHEAD = 200

Take = Callable[[Message], None]


def made(number: int) -> Message:
    """Return a message, not yet encoded."""
    return Message(number, "nova_ocorrencia", msgspec.structs.replace(STATE, id=number))


def horus() -> tuple[FastAPI, Take, Callable[[], int]]:
    """Return an application that pushes as the API does, what feeds it, and how far it has come."""
    hub = Hub()

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        hub.open()
        hub.caught_up()
        yield

    app = FastAPI(lifespan=lifespan)

    @app.websocket("/ws/ocorrencias")
    async def ocorrencias(socket: WebSocket) -> None:
        await socket.accept()
        await serve(socket, hub, Filter(), None, lambda: True)

    return app, lambda message: hub.put([message], message.cursor), lambda: hub.position


def plain() -> tuple[FastAPI, Take, Callable[[], int]]:
    """Return an application with the loop that FastAPI's users write: for each client, await its send."""
    clients: list[WebSocket] = []
    queue: asyncio.Queue[Message] = asyncio.Queue()
    told = [-1]
    loops: list[asyncio.AbstractEventLoop] = []

    async def broadcast() -> None:
        while True:
            message = await queue.get()
            text = message.text
            for client in clients:
                await client.send_text(text)
            told[0] = message.cursor

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        loops.append(asyncio.get_running_loop())
        task = asyncio.create_task(broadcast())
        yield
        task.cancel()

    app = FastAPI(lifespan=lifespan)

    @app.websocket("/ws/ocorrencias")
    async def ocorrencias(socket: WebSocket) -> None:
        await socket.accept()
        clients.append(socket)
        try:
            while True:
                await socket.receive_text()
        except WebSocketDisconnect:
            clients.remove(socket)

    def take(message: Message) -> None:
        loops[0].call_soon_threadsafe(queue.put_nowait, message)

    return app, take, lambda: told[0]


def feed(take: Take, position: Callable[[], int]) -> None:
    """Make messages as standard input asks for, in a thread of its own, as the tail does."""
    number = 0
    for line in sys.stdin:
        count, rate = map(int, line.split())
        at: list[float] = []
        begin = time.monotonic()
        for each in range(count):
            if rate:
                time.sleep(max(0.0, begin + each / rate - time.monotonic()))
            while number - position() > AHEAD:
                time.sleep(0.001)
            at.append(time.monotonic())
            take(made(number))
            number += 1
        print(json.dumps(at), flush=True)


def main() -> None:
    """Serve until killed."""
    way, port = sys.argv[1:]
    app, take, position = {"horus": horus, "plain": plain}[way]()
    threading.Thread(target=feed, args=(take, position), daemon=True).start()
    uvicorn.run(
        app,
        host="127.0.0.1",
        port=int(port),
        loop="uvloop",
        ws=PushProtocol if way == "horus" else "auto",
        ws_per_message_deflate=False,
        # The clients answer nothing, pings neither.
        ws_ping_interval=None,
        log_level="warning",
    )


if __name__ == "__main__":
    main()
