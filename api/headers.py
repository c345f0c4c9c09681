"""Headers that every answer carries, whatever route or error it comes from."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADERS = {
    # A clip or a log line must never be taken for a script.
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    # Nothing here needs a sensor of whoever watches.
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
NOTHING = "default-src 'none'; frame-ancestors 'none'"
"""Content-Security-Policy of what is no page: were it ever shown as one, it could load and run nothing."""
# A browser shows a clip opened in a tab by a page of its own making, which that policy would keep empty.
_SHOWN_BY_BROWSER = ("video/", "image/", "audio/")
HSTS = "max-age=31536000"
"""A year, as https://hstspreload.org asks at least. Only over https: over http it is to be ignored
(RFC 6797, section 8.1)."""
FROM_OTHERS = [
    "Authorization",
    "Cache-Control",
    "Content-Type",
    "Idempotency-Key",
    "If-Match",
    "If-None-Match",
    "Last-Event-ID",
    "Pragma",
    "Range",
    "X-API-Key",
    "X-Requested-With",
]
"""What a page of an origin in ``HORUS_CORS_ORIGINS`` may send; some libraries add theirs unasked."""
TO_OTHERS = [
    "Accept-Ranges",
    "Content-Disposition",
    "Content-Range",
    "ETag",
    "Link",
    "Location",
    "Retry-After",
    "X-Next-Cursor",
    "X-Total-Count",
]
"""What such a page may read of an answer."""


class SafeHeaders:
    """ASGI middleware that lays `HEADERS` under each HTTP answer."""

    def __init__(self, app: ASGIApp, *, others_embed: bool = False) -> None:
        """Stand in front of ``app``. ``others_embed``: pages of other sites may show clips and pictures."""
        self._app = app
        # "same-site" lets a page on another port of this host show them, as the original's does.
        self._resources = "cross-origin" if others_embed else "same-site"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the app answer, and add what it has not set."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._lay_under(MutableHeaders(scope=message), scope)
            await send(message)

        await self._app(scope, receive, with_headers)

    def _lay_under(self, headers: MutableHeaders, scope: Scope) -> None:
        for name, value in HEADERS.items():
            headers.setdefault(name, value)
        headers.setdefault("Cross-Origin-Resource-Policy", self._resources)
        if not headers.get("content-type", "").startswith(_SHOWN_BY_BROWSER):
            headers.setdefault("Content-Security-Policy", NOTHING)
        if scope["path"].startswith("/api/"):
            # Answers depend on who asks; and what was true is not for the next one at this machine.
            headers.setdefault("Cache-Control", "no-store")
        if scope["scheme"] == "https":
            headers.setdefault("Strict-Transport-Security", HSTS)
