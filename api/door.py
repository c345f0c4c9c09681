"""The door: in front of all routes, checked once; what has too low a role goes no further."""

import time
from functools import cached_property

import structlog
from fastapi import FastAPI
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from api import login_page, roles
from api.access import Access, Asking, ForeignPage, KeysUnknown, Who, WrongKey, shown_key
from api.attempts import Attempts
from api.metrics import WRONG_KEYS
from api.problems import problem
from infra import clock
from infra.settings import Role

log = structlog.get_logger()

# WebSocket close codes after HTTP's statuses (RFC 6455, section 7.4.2: 4000 to 4999 are for applications).
UNAUTHENTICATED_CLOSE = 4401
FORBIDDEN_CLOSE = 4403
TRY_LATER_CLOSE = 1013
"""RFC 6455's registry: try again later."""
NEEDED = "a key is needed: Authorization: Bearer <key>, X-API-Key: <key>, or log in at /"
BEARER = {"WWW-Authenticate": "Bearer"}
"""What 401 has to carry (RFC 9110, section 11.6.1)."""
RETRY_S = 2
"""Seconds until keys that are not known yet may be: a start of Kafka takes two."""


class Refusal(Exception):
    """Why somebody stays outside."""

    def __init__(self, status: int, detail: str, close: int, headers: dict[str, str] | None = None) -> None:
        """Say it as HTTP and as a WebSocket."""
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.close = close
        self.headers = headers or {}


class Door:
    """ASGI middleware that sets ``state.who``, or answers 401, 403, 429, 503 (HTTP) or closes (WebSocket)."""

    def __init__(self, app: ASGIApp, application: FastAPI, rules: Access, attempts: Attempts) -> None:
        """Stand in front of ``app``, the inside of ``application``."""
        self._app = app
        self._application = application
        self._rules = rules
        self._attempts = attempts

    @cached_property
    def _routes(self) -> list[roles.AnyRoute]:
        # Not at the start: the middleware is built before the last route is there.
        return roles.routes_of(self._application)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let pass or refuse."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        try:
            who = self._let_in(scope, roles.asked(self._routes, scope))
        except Refusal as refusal:
            await _refuse(refusal, scope, receive, send)
            return
        # A server without a lifespan gives no state at all.
        scope["state"] = {**(scope.get("state") or {}), "who": who}
        await self._app(scope, receive, send)

    def _let_in(self, scope: Scope, least: Role) -> Who:
        if least == "none":
            return Who(role="none")
        headers = Headers(scope=scope)
        who = self._who(scope, headers)
        if roles.enough(who.role, least):
            return who
        if who.key_id:
            raise Refusal(403, f"this takes the role {least}; yours is {who.role}", FORBIDDEN_CLOSE)
        raise Refusal(401, NEEDED, UNAUTHENTICATED_CLOSE, BEARER)

    def _who(self, scope: Scope, headers: Headers) -> Who:
        address = address_of(scope)
        shown = shown_key(headers)
        counted_as = self._rules.counted_as(shown) if shown is not None else ""
        if shown is not None and (wait_s := self._attempts.wait_s(address, counted_as, time.monotonic())):
            raise too_often(wait_s)
        method = roles.WEBSOCKET if scope["type"] == "websocket" else scope["method"]
        try:
            return self._rules.who(Asking(headers=headers, method=method, now=clock.now()))
        except WrongKey:
            if shown is not None:
                self._attempts.failed(address, counted_as, time.monotonic())
                WRONG_KEYS.inc()
                log.warning("wrong key", address=address)
            raise Refusal(
                401,
                f"this key does not hold; {NEEDED}",
                UNAUTHENTICATED_CLOSE,
                BEARER,
            ) from None
        except KeysUnknown:
            raise keys_unknown() from None
        except ForeignPage:
            detail = "a page of another origin may act only when HORUS_CORS_ORIGINS names it"
            raise Refusal(403, detail, FORBIDDEN_CLOSE) from None


def address_of(scope: Scope) -> str:
    """Return the address that asks: the connection's own, or what a trusted proxy says."""
    client = scope.get("client")
    return client[0] if client else ""


def too_often(wait_s: float) -> Refusal:
    """Return the refusal of an address that has shown too many wrong keys."""
    seconds = str(int(wait_s) + 1)
    return Refusal(
        429, f"too many wrong keys: try again in {seconds} s", UNAUTHENTICATED_CLOSE, {"Retry-After": seconds}
    )


def keys_unknown() -> Refusal:
    """Return the refusal while keys cannot be judged."""
    detail = "Kafka has not told yet which keys there are; try again"
    return Refusal(503, detail, TRY_LATER_CLOSE, {"Retry-After": str(RETRY_S)})


async def _refuse(refusal: Refusal, scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        # Accepted first: a browser cannot see why a handshake was refused, but it sees a close code.
        await receive()
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.close", "code": refusal.close, "reason": refusal.detail[:120]})
    elif _for_a_person(refusal, scope):
        await login_page.answer(wrong=False)(scope, receive, send)
    else:
        await problem(refusal.status, refusal.detail, refusal.headers)(scope, receive, send)


def _for_a_person(refusal: Refusal, scope: Scope) -> bool:
    html = "text/html" in Headers(scope=scope).get("accept", "")
    return refusal.status == 401 and html and scope["path"] in ("/", "/docs")
