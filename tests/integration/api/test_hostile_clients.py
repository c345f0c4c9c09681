"""Clients that hold on: connections that say nothing, heads and bodies that trickle, beside one that asks."""

import socket
from contextlib import ExitStack

from tests.integration.api.conftest import KEY, Api

# More than the API has threads, and than it takes uploads at once.
MANY = 300
BEGINNINGS = (
    b"",
    b"GET / HTTP/1.1\r\nHost: x\r\nX-A: ",
    f"POST /api/v1/ocorrencias HTTP/1.1\r\nHost: x\r\nX-API-Key: {KEY}\r\n"
    "Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{".encode(),
    f"POST /api/v1/streams/start HTTP/1.1\r\nHost: x\r\nX-API-Key: {KEY}\r\n"
    "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{".encode(),
    f"GET /ws/ocorrencias HTTP/1.1\r\nHost: x\r\nX-API-Key: {KEY}\r\nUpgrade: websocket\r\n".encode(),
    f"POST /api/v1/analysis/upload HTTP/1.1\r\nHost: x\r\nX-API-Key: {KEY}\r\n"
    "Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 100000\r\n\r\n--x".encode(),
)


def test_connections_that_trickle_hold_up_nobody_else(api: Api) -> None:
    with ExitStack() as held:
        for number in range(MANY):
            line = held.enter_context(socket.create_connection(("127.0.0.1", api.port), timeout=60))
            line.sendall(BEGINNINGS[number % len(BEGINNINGS)])
        with api.client() as http:
            for path in ("/readyz", "/api/v1/ocorrencias", "/api/v1/streams", "/metrics"):
                assert http.get(path).status_code == 200, path
            assert http.post("/api/v1/streams/stop", json={"channel": "nobody"}).status_code == 200
    assert api.is_ready()
