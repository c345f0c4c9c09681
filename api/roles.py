"""The least role for every route, WebSocket and file: the one table that the door goes by.

``python -m api.roles`` prints it.
"""

import re
from collections.abc import Iterator, Sequence
from typing import get_args

from fastapi import FastAPI
from fastapi.routing import APIRoute, APIWebSocketRoute
from starlette.routing import BaseRoute, Match, Mount, Route, WebSocketRoute
from starlette.types import Scope

from infra.settings import BadSettings, Role

RANKS: tuple[Role, ...] = get_args(Role)
"""From the least to the most."""

WEBSOCKET = "WS"
"""Stands for a method in the table."""
ANY = "ANY"
"""All methods of a static mount."""

LEAST: dict[tuple[str, str], Role] = {
    # Monitors, load balancers and whoever has yet to show his key.
    ("GET", "/healthz"): "none",
    ("GET", "/readyz"): "none",
    ("POST", "/api/v1/session"): "none",
    # The page, the documentation, the figures.
    ("GET", "/"): "viewer",
    ("GET", "/page/faults.json"): "viewer",
    ("GET", "/page/hls.min.js"): "viewer",
    ("GET", "/page/{name}"): "viewer",
    ("GET", "/docs"): "viewer",
    ("GET", "/docs/{name}"): "viewer",
    ("GET", "/api/v1/openapi.json"): "viewer",
    ("GET", "/metrics"): "viewer",
    ("GET", "/api/v1/session"): "viewer",
    ("DELETE", "/api/v1/session"): "viewer",
    ("GET", "/api/v1/docs/list"): "viewer",
    ("GET", "/api/v1/docs/file"): "viewer",
    # Occurrences: everybody reads, operators command.
    ("GET", "/api/v1/ocorrencias"): "viewer",
    ("GET", "/api/v1/ocorrencias/count"): "viewer",
    ("GET", "/api/v1/ocorrencias/export"): "viewer",
    ("GET", "/api/v1/ocorrencias/stats"): "viewer",
    ("GET", "/api/v1/ocorrencias/{number}"): "viewer",
    ("GET", "/api/v1/ocorrencias/{number}/history"): "viewer",
    ("POST", "/api/v1/ocorrencias"): "operator",
    ("PATCH", "/api/v1/ocorrencias/{number}"): "operator",
    ("DELETE", "/api/v1/ocorrencias/{number}"): "operator",
    ("POST", "/api/v1/ocorrencias/{number}/ack"): "operator",
    # What was watched, and how it was.
    ("GET", "/api/v1/coverage"): "viewer",
    ("GET", "/api/v1/availability"): "viewer",
    # Push, pictures, evidence.
    (WEBSOCKET, "/ws/ocorrencias"): "viewer",
    ("GET", "/api/v1/events"): "viewer",
    ("GET", "/hls/stream.m3u8"): "viewer",
    ("GET", "/hls/{channel}/stream.m3u8"): "viewer",
    ("GET", "/hls/{channel}/{epoch}/{seq}.ts"): "viewer",
    ("GET", "/clips/{name}"): "viewer",
    # Files that somebody has analysed.
    ("POST", "/api/v1/analysis/upload"): "operator",
    ("POST", "/api/v1/analyze"): "operator",
    ("GET", "/api/v1/analysis/{id}"): "viewer",
    ("GET", "/api/v1/analysis/{id}/file"): "viewer",
    # Streams. Their URLs are shown without what opens them.
    ("GET", "/api/v1/streams"): "viewer",
    ("GET", "/api/v1/streams/status"): "viewer",
    ("GET", "/api/v1/streams/devices"): "viewer",
    ("GET", "/api/v1/streams/{channel}"): "viewer",
    ("POST", "/api/v1/streams/start"): "operator",
    ("POST", "/api/v1/streams/stop"): "operator",
    ("POST", "/api/v1/streams/cleanup"): "operator",
    ("PUT", "/api/v1/streams/{channel}"): "operator",
    ("DELETE", "/api/v1/streams/{channel}"): "operator",
    # The past decided again: it reads much, and may write a topic of its own.
    ("GET", "/api/v1/replays"): "viewer",
    ("GET", "/api/v1/replays/{id}"): "viewer",
    ("POST", "/api/v1/replays"): "operator",
    ("DELETE", "/api/v1/replays/{id}"): "operator",
    # The installation itself.
    ("GET", "/api/v1/admin/keys"): "admin",
    ("POST", "/api/v1/admin/keys"): "admin",
    ("DELETE", "/api/v1/admin/keys/{key_id}"): "admin",
    ("GET", "/api/v1/admin/audit"): "admin",
    ("GET", "/api/v1/admin/disk-usage"): "admin",
    ("GET", "/api/v1/admin/storage-config"): "admin",
    ("POST", "/api/v1/admin/storage-config"): "admin",
    ("POST", "/api/v1/admin/sync-clips"): "admin",
    ("GET", "/api/v1/webhooks"): "admin",
    ("POST", "/api/v1/webhooks"): "admin",
    ("GET", "/api/v1/webhooks/{id}"): "admin",
    ("PUT", "/api/v1/webhooks/{id}"): "admin",
    ("DELETE", "/api/v1/webhooks/{id}"): "admin",
    ("POST", "/api/v1/webhooks/{id}/test"): "admin",
    ("GET", "/api/v1/webhooks/{id}/dead-letters"): "admin",
    ("POST", "/api/v1/webhooks/{id}/resend"): "admin",
    ("DELETE", "/api/v1/webhooks/{id}/dead-letters"): "admin",
}
"""(method, path template) -> least role. Names of parameters do not matter; HEAD goes with GET."""

UNROUTED: Role = "viewer"
"""What it takes to be told that there is no such route or method."""


class UnlistedRoute(BadSettings):
    """A route without a row in `LEAST`: it would be open or closed by accident."""


def _shape(path: str) -> str:
    return re.sub(r"\{[^}]*\}", "{}", path)


_BY_SHAPE: dict[tuple[str, str], Role] = {
    (method, _shape(path)): role for (method, path), role in LEAST.items()
}


def enough(role: Role, least: Role) -> bool:
    """Tell whether a role may do what takes ``least``."""
    return RANKS.index(role) >= RANKS.index(least)


def least_role(method: str, path: str) -> Role:
    """Return the least role for a method and a path template. Raises UnlistedRoute."""
    asked = "GET" if method == "HEAD" else method
    try:
        return _BY_SHAPE[asked, _shape(path)]
    except KeyError:
        raise UnlistedRoute(f"{method} {path} has no row in api/roles.py") from None


AnyRoute = Route | APIRoute | APIWebSocketRoute | WebSocketRoute | Mount


def routes_of(app: FastAPI) -> list[AnyRoute]:
    """Return all routes of the app in the order in which they are tried, included routers unfolded."""
    return list(_unfolded(app.routes))


def _unfolded(routes: Sequence[BaseRoute]) -> Iterator[AnyRoute]:
    for route in routes:
        included = getattr(route, "original_router", None)
        if included is not None:
            yield from _unfolded(included.routes)
        elif isinstance(route, Route | APIRoute | APIWebSocketRoute | WebSocketRoute | Mount):
            yield route
        else:
            raise UnlistedRoute(f"{route!r} is a kind of route that the door does not know")


def methods_of(route: AnyRoute) -> tuple[str, ...]:
    """Return the methods of a route as the table writes them."""
    if isinstance(route, Mount):
        return (ANY,)
    if isinstance(route, WebSocketRoute):
        return (WEBSOCKET,)
    return tuple(sorted(route.methods or ()))


def check(app: FastAPI) -> None:
    """Raise UnlistedRoute for the first route that has no row, so that such an app does not start."""
    for route in routes_of(app):
        for method in methods_of(route):
            least_role(method, route.path)


def asked(routes: Sequence[AnyRoute], scope: Scope) -> Role:
    """Return the least role for a request, by the route that will answer it.

    ``routes`` are those of `routes_of`; the first that matches wholly is the one, as for the router itself.
    """
    for route in routes:
        match, _ = route.matches(scope)
        if match is Match.FULL:
            if isinstance(route, Mount):
                return least_role(ANY, route.path)
            return least_role(WEBSOCKET if scope["type"] == "websocket" else scope["method"], route.path)
    return UNROUTED


def table() -> str:
    """Return the table as Markdown: a row a route, a column a role."""
    lines = ["| method | path | none | viewer | operator | admin |", "|---|---|---|---|---|---|"]
    for (method, path), least in LEAST.items():
        marks = " | ".join("yes" if enough(role, least) else "" for role in RANKS)
        lines.append(f"| {method} | `{path}` | {marks} |")
    return "\n".join(lines)


if __name__ == "__main__":
    print(table())
