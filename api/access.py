"""Who may ask: a key or a session on everything but health, checked once, in front of all routes."""

import hmac
import os
import secrets
from datetime import datetime, timedelta
from hashlib import sha256
from http.cookies import CookieError, SimpleCookie
from pathlib import Path
from typing import get_args
from urllib.parse import urlsplit

import msgspec
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from api import login_page
from api.problems import problem
from infra import clock
from infra.settings import Role, Settings

OPEN = frozenset({"/healthz", "/readyz"})
"""Answered without a key: monitors and load balancers have none."""
SESSION = "/api/v1/session"
"""Takes the key itself, and says whether it holds."""
COOKIE = "horus_session"
# A wall of monitors must not log itself out in the middle of a shift, nor over a holiday.
SESSION_LASTS = timedelta(days=30)
UNAUTHENTICATED_CLOSE = 4401
"""WebSocket close code for a missing or wrong key, after HTTP's 401 (4000 to 4999 are free for applications,
RFC 6455 section 7.4.2)."""
RANKS: tuple[Role, ...] = get_args(Role)


def admin_key(settings: Settings) -> str:
    """Return the admin's key: the one set, else that in ``<home>/secrets/admin-key``, made if not there."""
    if settings.horus_admin_key is not None:
        return settings.horus_admin_key.get_secret_value()
    file = settings.home / "secrets" / "admin-key"
    if not file.exists():
        _make(file)
    return file.read_text().strip()


def _make(file: Path) -> None:
    """Write a new key in one step: of several processes that start at once, all get the same one."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    beside = file.with_name(f"{file.name}.{os.getpid()}.{secrets.token_hex(4)}")
    beside.touch(mode=0o600, exist_ok=False)
    beside.write_text(secrets.token_urlsafe(32) + "\n")
    try:
        os.link(beside, file)
    except FileExistsError:
        pass
    finally:
        beside.unlink()


class Access(msgspec.Struct, frozen=True, kw_only=True):
    """The key, and what is allowed without one."""

    key: str
    anonymous: Role = "none"
    origins: frozenset[str] = frozenset()
    """Other origins whose pages may call."""

    def key_holds(self, given: str) -> bool:
        """Compare a key in constant time."""
        return hmac.compare_digest(given.encode(), self.key.encode())

    def session(self, now: datetime) -> str:
        """Return a token for the cookie: until when it holds, signed with the key, so that it outlives a
        restart and dies with the key."""
        until = str(int((now + SESSION_LASTS).timestamp()))
        return f"{until}.{self._signature(until)}"

    def session_holds(self, token: str, now: datetime) -> bool:
        """Tell whether a token is ours and not yet over."""
        until, _, signature = token.partition(".")
        return (
            hmac.compare_digest(signature.encode(), self._signature(until).encode())
            and until.isdecimal()
            and now.timestamp() < int(until)
        )

    def role(self, headers: Headers, host: str, now: datetime) -> Role:
        """Return the role of a request by its headers; a wrong key is worse than none and gets none."""
        given = headers.get("x-api-key") or _bearer(headers.get("authorization", ""))
        if given is not None:
            return "admin" if self.key_holds(given) else "none"
        token = _cookie(headers.get("cookie", ""))
        if (
            token is not None
            and self._own_page(headers.get("origin"), host)
            and self.session_holds(token, now)
        ):
            return "admin"
        return self.anonymous

    def _signature(self, until: str) -> str:
        return hmac.new(self.key.encode(), f"session until {until}".encode(), sha256).hexdigest()

    def _own_page(self, origin: str | None, host: str) -> bool:
        # A page of another site, or of another port of this host, must not ride on the operator's cookie.
        return origin is None or urlsplit(origin).netloc == host or origin in self.origins


def access(settings: Settings) -> Access:
    """Return the access rules of an installation."""
    return Access(
        key=admin_key(settings),
        anonymous=settings.horus_anonymous_role,
        origins=frozenset(origins(settings)),
    )


def origins(settings: Settings) -> list[str]:
    """Return who may call from a browser."""
    return [origin.strip().rstrip("/") for origin in settings.horus_cors_origins.split(",") if origin.strip()]


def _bearer(header: str) -> str | None:
    scheme, _, key = header.partition(" ")
    return key.strip() if scheme.lower() == "bearer" else None


def _cookie(header: str) -> str | None:
    try:
        morsel = SimpleCookie(header).get(COOKIE)
    except CookieError:
        return None
    return morsel.value if morsel is not None else None


class Door:
    """ASGI middleware at the root: what has no role goes no further, whatever route it asked for."""

    def __init__(self, app: ASGIApp, rules: Access) -> None:
        """Stand in front of ``app``."""
        self._app = app
        self._rules = rules

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let pass, or answer 401 (HTTP) or 4401 (WebSocket)."""
        if scope["type"] == "lifespan" or self._open(scope):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        role = self._rules.role(headers, headers.get("host", ""), clock.now())
        if role != "none":
            scope.setdefault("state", {})["role"] = role
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await _close(receive, send)
        elif scope["path"] == "/" and "text/html" in headers.get("accept", ""):
            await login_page.answer(wrong=False)(scope, receive, send)
        else:
            detail = "a key is needed: Authorization: Bearer <key>, X-API-Key: <key>, or log in at /"
            await problem(401, detail, {"WWW-Authenticate": "Bearer"})(scope, receive, send)

    @staticmethod
    def _open(scope: Scope) -> bool:
        if scope["type"] != "http":
            return False
        return scope["path"] in OPEN or (scope["path"] == SESSION and scope["method"] == "POST")


async def _close(receive: Receive, send: Send) -> None:
    # Accepted first: a browser cannot see why a handshake was refused, but it sees a close code.
    await receive()
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.close", "code": UNAUTHENTICATED_CLOSE, "reason": "a key is needed"})
