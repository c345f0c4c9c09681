"""The way out for HTTP sources: a proxy on loopback that connects to allowed hosts alone.

A playlist may name other hosts and a server may redirect; ffmpeg follows both by itself. Behind this proxy
each connection that it makes is judged as the first one was, and goes to the address that was judged.
"""

import selectors
import socket
import socketserver
import threading
from urllib.parse import urlsplit

import msgspec
import structlog

from infra.host_policy import HostPolicy, HostRefused, HostUnknown
from producers.sources import READ_TIMEOUT_S

log = structlog.get_logger()

# ffmpeg's own requests have some hundred bytes; an address has at most 3500 (infra/source_url.py).
HEAD_MAX = 16_384
CHUNK = 65_536
# A server that says nothing for so long is one that ffmpeg has given up long before (READ_TIMEOUT_S).
IDLE_S = 30.0
_END = b"\r\n\r\n"


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What a request asks of a proxy (RFC 9112, section 3.2)."""

    host: str
    port: int
    head: bytes
    """What is to be sent to the server; empty for a tunnel."""


class BadRequest(ValueError):
    """No request of a client of proxies."""


def wanted(head: bytes) -> Wanted:
    """Return what a request's head asks for: ``CONNECT host:port``, or another method with a whole address.

    The head for the server asks it to close the connection when it has answered: what comes next is judged
    anew. Raises BadRequest.
    """
    line, _, fields = head.partition(b"\r\n")
    try:
        method, target, version = line.decode("ascii").split(" ")
        parts = urlsplit(f"//{target}" if method == "CONNECT" else target)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise BadRequest("no request") from error
    if method == "CONNECT" and host and port:
        return Wanted(host=host, port=port, head=b"")
    if parts.scheme != "http" or not host:
        raise BadRequest("no whole address")
    place = target.partition("://")[2]
    path = place[len(place.partition("/")[0].partition("?")[0]) :] or "/"
    own = [
        field
        for field in fields.split(b"\r\n")
        if field and not field.lower().startswith((b"connection:", b"proxy-", b"keep-alive:"))
    ]
    origin = f"{method} {path if path.startswith('/') else '/' + path} {version}".encode()
    return Wanted(host=host, port=port or 80, head=b"\r\n".join([origin, *own, b"Connection: close"]) + _END)


class Gate:
    """A running proxy; one for all sources of a process."""

    def __init__(self, policy: HostPolicy) -> None:
        """Listen on a free port of loopback, in threads."""
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.policy = policy
        threading.Thread(target=self._server.serve_forever, name="gate", daemon=True).start()

    @property
    def url(self) -> str:
        """Return the address by which clients know the proxy."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def close(self) -> None:
        """Take no more connections."""
        self._server.shutdown()
        self._server.server_close()


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False
    policy: HostPolicy


class _Handler(socketserver.BaseRequestHandler):
    request: socket.socket

    def handle(self) -> None:
        """Serve one connection: a request, or a tunnel."""
        assert isinstance(self.server, _Server)
        self.request.settimeout(READ_TIMEOUT_S)
        try:
            asked = wanted(_head(self.request))
            there = _connected(asked, self.server.policy)
        except BadRequest as error:
            self._refuse(400, str(error))
        except HostRefused as error:
            log.warning("not opened", why=str(error))
            self._refuse(403, "not among the hosts of HORUS_STREAM_HOSTS")
        except (HostUnknown, OSError):
            self._refuse(502, "no connection")
        else:
            with there:
                self._relay(asked, there)

    def _relay(self, asked: Wanted, there: socket.socket) -> None:
        try:
            if asked.head:
                there.sendall(asked.head)
                _pass_on(there, self.request, both=False)
            else:
                self.request.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                _pass_on(there, self.request, both=True)
        except OSError:
            # Either side has gone: so does the other.
            return

    def _refuse(self, status: int, why: str) -> None:
        answer = f"HTTP/1.1 {status} {why}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        try:
            self.request.sendall(answer.encode())
        except OSError:
            return


def _head(client: socket.socket) -> bytes:
    """Return a request's head. Raises BadRequest, OSError."""
    head = b""
    while _END not in head:
        more = client.recv(CHUNK)
        head += more
        if not more or len(head) > HEAD_MAX:
            raise BadRequest("no request")
    return head.partition(_END)[0]


def _connected(asked: Wanted, policy: HostPolicy) -> socket.socket:
    """Return a connection to a host that is allowed. Raises HostRefused, HostUnknown, OSError."""
    failure: OSError | None = None
    for address in policy.addresses(asked.host):
        try:
            return socket.create_connection((str(address), asked.port), READ_TIMEOUT_S)
        except OSError as error:
            failure = error
    raise failure or OSError("no address")


def _pass_on(there: socket.socket, client: socket.socket, *, both: bool) -> None:
    """Carry bytes until one side closes, or nothing comes for IDLE_S. Raises OSError.

    Without ``both`` the client has said all it has to say: its next word is the end.
    """
    with selectors.DefaultSelector() as selector:
        for each, other in ((there, client), (client, there)):
            each.settimeout(IDLE_S)
            selector.register(each, selectors.EVENT_READ, other)
        while ready := selector.select(IDLE_S):
            for key, _ in ready:
                source, other = (client, there) if key.data is there else (there, client)
                data = source.recv(CHUNK)
                if not data or (source is client and not both):
                    return
                other.sendall(data)
