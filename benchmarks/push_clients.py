"""Many WebSocket clients in one process, light enough to leave the machine to the server: raw sockets that
parse nothing but the lengths of frames."""

import base64
import os
import select
import socket
import time

CHUNK = 1 << 18


def connected(port: int, path: str, key: str | None = None) -> tuple[socket.socket, bytes]:
    """Return an open WebSocket and what came behind the handshake. Raises OSError when it is refused."""
    link = socket.create_connection(("127.0.0.1", port))
    lines = [
        f"GET {path} HTTP/1.1",
        "Host: 127.0.0.1",
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}",
        *([f"Authorization: Bearer {key}"] if key else []),
    ]
    link.sendall("\r\n".join([*lines, "", ""]).encode())
    answer = b""
    while b"\r\n\r\n" not in answer:
        got = link.recv(CHUNK)
        if not got:
            raise ConnectionRefusedError(answer.decode(errors="replace")[:200])
        answer += got
    head, _, rest = answer.partition(b"\r\n\r\n")
    if b" 101 " not in head.splitlines()[0]:
        raise ConnectionRefusedError(head.decode(errors="replace")[:200])
    return link, rest


class Frames:
    """Cuts a server's bytes into frames."""

    __slots__ = ("_rest",)

    def __init__(self, rest: bytes = b"") -> None:
        """Start with what is at hand."""
        self._rest = rest

    def add(self, data: bytes) -> list[tuple[int, bytes]]:
        """Return (opcode, payload) of the frames that are whole now."""
        data = self._rest + data if self._rest else data
        found: list[tuple[int, bytes]] = []
        at, size = 0, len(data)
        while size - at >= 2:
            length, begin = data[at + 1] & 0x7F, at + 2
            if length == 126:
                length, begin = int.from_bytes(data[at + 2 : at + 4], "big"), at + 4
            elif length == 127:
                length, begin = int.from_bytes(data[at + 2 : at + 10], "big"), at + 10
            if begin > size or begin + length > size:
                break
            found.append((data[at] & 0x0F, data[begin : begin + length]))
            at = begin + length
        self._rest = data[at:]
        return found


class Crowd:
    """Clients that all hear everything, and when each heard each message."""

    def __init__(self, port: int, count: int) -> None:
        """Connect them all."""
        self._poll = select.epoll()
        self._links: dict[int, tuple[socket.socket, Frames]] = {}
        self.heard: dict[int, list[float]] = {}
        for _ in range(count):
            link, rest = connected(port, "/ws/ocorrencias")
            link.setblocking(False)
            self._links[link.fileno()] = (link, Frames(rest))
            self.heard[link.fileno()] = []
            self._poll.register(link, select.EPOLLIN)

    def hear(self, count: int, within_s: float) -> None:
        """Read until each client has heard ``count`` messages in all, or the time is over."""
        waiting = {number for number, times in self.heard.items() if len(times) < count}
        end = time.monotonic() + within_s
        while waiting and time.monotonic() < end:
            for number, _ in self._poll.poll(0.2):
                link, frames = self._links[number]
                data = link.recv(CHUNK)
                if not data:
                    raise ConnectionError("the server closed a client")
                now = time.monotonic()
                times = self.heard[number]
                times.extend(now for opcode, _ in frames.add(data) if opcode == 1)
                if len(times) >= count:
                    waiting.discard(number)

    def close(self) -> None:
        """Leave."""
        for link, _ in self._links.values():
            link.close()
