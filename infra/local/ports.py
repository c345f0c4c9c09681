"""Ports: finding free ones, and saying who holds one that is not."""

import errno
import socket
from dataclasses import dataclass

import psutil


@dataclass(frozen=True)
class Wanted:
    """A port that something is going to listen on, and the setting that chooses another."""

    what: str
    host: str
    port: int
    setting: str


def free_port(kind: socket.SocketKind = socket.SOCK_STREAM) -> int:
    """Return a port of the loopback address that nobody listens on now (TCP; UDP by SOCK_DGRAM)."""
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def refusal(host: str, port: int) -> str | None:
    """Return why nobody can listen there, None when one can."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        # As servers do: what is left of closed connections shall not count.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            probe.listen(1)
        except OSError as error:
            return "in use" if error.errno == errno.EADDRINUSE else (error.strerror or str(error))
    return None


def holder(port: int) -> str | None:
    """Return who listens on a TCP port, as ``name (pid n)``; None where that cannot be known."""
    try:
        connections = psutil.net_connections("tcp")
    except psutil.AccessDenied:
        return None
    for connection in connections:
        if connection.status != psutil.CONN_LISTEN or not connection.laddr:
            continue
        if connection.laddr.port == port and connection.pid:
            try:
                return f"{psutil.Process(connection.pid).name()} (pid {connection.pid})"
            except psutil.NoSuchProcess:
                return None
    return None


def complaints(wanted: list[Wanted]) -> list[str]:
    """Return a line for each port that cannot be had: which, by whom it is held, what chooses another."""
    lines = []
    for each in wanted:
        reason = refusal(each.host, each.port)
        if reason is not None:
            by = holder(each.port) if reason == "in use" else None
            lines.append(
                f"port {each.port} for {each.what} is {reason}{f' by {by}' if by else ''}: "
                f"choose another with {each.setting}"
            )
    return lines
