"""What an API process counts, each figure declared once, and the middleware that counts requests."""

import time

from prometheus_client import Counter, Gauge, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

REQUESTS = Counter("horus_api_requests_total", "HTTP requests answered", ("method", "route", "status"))
"""``route`` is the template, never the path: a name in a path would make a series of its own each."""
DURATION = Histogram(
    "horus_api_request_seconds",
    "from a request's head to the start of its answer",
    ("route",),
    # From a row by its id to an upload that is answered inline.
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 60.0),
)
FAILURES = Counter("horus_api_failures_total", "answers with 5xx", ("route",))
WRONG_KEYS = Counter("horus_api_wrong_keys_total", "keys shown that open nothing")
PUSH_CLIENTS = Gauge("horus_push_clients", "clients on the WebSocket and on SSE")
TAIL_CURSOR = Gauge("horus_tail_cursor", "offset of the last occurrence event that this process has folded")
TAIL_READY = Gauge("horus_tail_ready", "1 while this process follows the log")
PROJECTION_LAG = Gauge(
    "horus_projection_lag_events", "occurrence events that the database does not show yet; -1: it is away"
)

UNROUTED = "(none)"
# A server error of ours that came before any answer is told as 500 by the layer above.
FAILED = 500


class Counted:
    """ASGI middleware, the outermost: counts what leaves."""

    def __init__(self, app: ASGIApp) -> None:
        """Stand in front of ``app``."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the app answer, and count the answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()

        async def counted(message: Message) -> None:
            if message["type"] == "http.response.start":
                _count(scope, message["status"], time.perf_counter() - began)
            await send(message)

        await self._app(scope, receive, counted)


def _count(scope: Scope, status: int, took_s: float) -> None:
    # The router leaves the route that answers in the scope; what never came to it has none.
    route = getattr(scope.get("route"), "path", UNROUTED)
    # Any word may stand where the method does.
    method = scope["method"] if route != UNROUTED else UNROUTED
    REQUESTS.labels(method, route, str(status)).inc()
    DURATION.labels(route).observe(took_s)
    if status >= FAILED:
        FAILURES.labels(route).inc()
