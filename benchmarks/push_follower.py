"""One client of the stress: comes, follows for a while, leaves without a word, comes back with its cursor."""

import asyncio
import random
import socket
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import cast
from urllib.parse import urlencode

from api.message import Filter
from benchmarks.push_clients import Frames

# What a slow client's own kernel takes for it, so that the server's side fills up.
NARROW = 8192
# Longer than the server lets a client take nothing.
NAP_S = 9.0
TEXT, CLOSE, PING = 1, 8, 9
# A masked pong with an empty mask: the server looks at the payload alone.
PONG = 0x8A
CHUNK = 1 << 16


@dataclass(frozen=True)
class Plan:
    """How a client is."""

    wanted: Filter
    cursor: int
    sse: bool
    slow: bool


@dataclass
class Heard:
    """What a client got, over all its connections."""

    messages: list[tuple[int, int]] = field(default_factory=list)
    """(cursor, hash of the text), as they came."""
    not_recovered: int = 0
    broken: list[str] = field(default_factory=list)
    """What a server may not do."""


class Follower:
    """A client with a cursor."""

    def __init__(self, plan: Plan, ports: list[int], key: str, rng: random.Random) -> None:
        """Prepare; ``ports`` are those of the API processes."""
        self.plan = plan
        self.heard = Heard()
        self.cursor = plan.cursor
        self.codes: Counter[str] = Counter()
        self.arrivals: list[tuple[int, float]] = []
        """(cursor, monotonic time) of what came on a connection opened before."""
        self.sessions: list[tuple[float, float]] = []
        self._ports = ports
        self._key = key
        self._random = rng
        self._napped = False

    async def run(self, until: float) -> None:
        """Come and go until a moment of the loop's clock."""
        loop = asyncio.get_running_loop()
        while loop.time() < until:
            # A slow one stays until it is closed: that is what it is for.
            stays = 60.0 if self.plan.slow and not self._napped else self._random.uniform(1.0, 8.0)
            await self.session(min(until, loop.time() + stays))
            await asyncio.sleep(self._random.uniform(0.0, 0.5))

    async def finish(self, last: int, until: float) -> None:
        """Follow until the cursor is at ``last``, coming back as often as it takes."""
        loop = asyncio.get_running_loop()
        while self.cursor < last and loop.time() < until:
            await self.session(until, last)
            await asyncio.sleep(0.1)

    async def session(self, until: float, last: int | None = None) -> None:
        """Connect to one of the processes and follow; a refused or cut connection is part of life."""
        port = self._random.choice(self._ports)
        began = time.monotonic()
        try:
            async with asyncio.timeout_at(until):
                reader, writer = await self._connect(port)
                try:
                    await (
                        self._events(reader, last) if self.plan.sse else self._socket(reader, writer, last)
                    )
                finally:
                    writer.transport.abort()
        except TimeoutError:
            self.codes["left"] += 1
        except (OSError, asyncio.IncompleteReadError):
            self.codes["cut or refused"] += 1
        self.sessions.append((began, time.monotonic()))

    async def _connect(self, port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        wanted = self.plan.wanted
        query = [("cursor", str(self.plan.cursor if self.plan.sse else self.cursor))]
        query += [("channel", each) for each in sorted(wanted.channels)]
        query += [("type", each) for each in sorted(wanted.types)]
        query += [("severity", each) for each in sorted(wanted.severities)]
        lines = [
            f"GET {'/api/v1/events' if self.plan.sse else '/ws/ocorrencias'}?{urlencode(query)} HTTP/1.1",
            "Host: 127.0.0.1",
            f"Authorization: Bearer {self._key}",
        ]
        if self.plan.sse:
            lines += [f"Last-Event-ID: {self.cursor}"]
        else:
            lines += ["Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13"]
            lines += ["Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=="]
        link = socket.socket()
        if self.plan.slow:
            link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, NARROW)
        link.setblocking(False)
        await asyncio.get_running_loop().sock_connect(link, ("127.0.0.1", port))
        reader, writer = await asyncio.open_connection(sock=link, limit=CHUNK)
        writer.write("\r\n".join([*lines, "", ""]).encode())
        head = await reader.readuntil(b"\r\n\r\n")
        status = head.split(b" ", 2)[1]
        if status != (b"200" if self.plan.sse else b"101"):
            self.codes[f"HTTP {status.decode()}"] += 1
            raise ConnectionRefusedError
        return reader, writer

    async def _socket(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, last: int | None
    ) -> None:
        frames = Frames()
        if self.plan.slow and not self._napped and last is None:
            transport = cast(asyncio.Transport, writer.transport)
            transport.pause_reading()
            await asyncio.sleep(NAP_S)
            self._napped = True
            transport.resume_reading()
        while data := await reader.read(CHUNK):
            now = time.monotonic()
            for opcode, payload in frames.add(data):
                if opcode == TEXT:
                    self._take(payload, now)
                elif opcode == PING:
                    writer.write(bytes((PONG, 0x80 | len(payload), 0, 0, 0, 0)) + payload)
                elif opcode == CLOSE:
                    self.codes[f"close {int.from_bytes(payload[:2], 'big')}"] += 1
                    return
            if last is not None and self.cursor >= last:
                return
        raise ConnectionResetError

    async def _events(self, reader: asyncio.StreamReader, last: int | None) -> None:
        block = b""
        while size := int(await reader.readline() or b"0", 16):
            block += await reader.readexactly(size)
            await reader.readexactly(2)
            now = time.monotonic()
            *whole, block = block.split(b"\n\n")
            for each in whole:
                if each.startswith(b"id: "):
                    self._take(each.partition(b"\ndata: ")[2], now)
                elif each.startswith(b"event: fim"):
                    self.codes["SSE fim"] += 1
            if last is not None and self.cursor >= last:
                return
        raise ConnectionResetError

    def _take(self, payload: bytes, now: float) -> None:
        cursor = int(payload[payload.rindex(b":") + 1 : -1])
        if payload.startswith(b'{"type":"nao_recuperado"'):
            self.heard.not_recovered += 1
        else:
            self.heard.messages.append((cursor, hash(payload)))
            self.arrivals.append((cursor, now))
        self.cursor = cursor
