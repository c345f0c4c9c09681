"""The last resort: what no route foresaw, and what the framework says in plain words, leave as problems."""

import structlog
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import problem

log = structlog.get_logger()


class Failures:
    """ASGI middleware behind those that lay headers under answers and count them.

    Starlette's own handler of last resort stands in front of all middleware, and would do without both.
    """

    def __init__(self, app: ASGIApp) -> None:
        """Stand in front of ``app``."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the app answer; log what it raises and answer 500."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        answer = _Answer(send)
        try:
            await self._app(scope, receive, answer.send)
            if answer.refused is not None:
                words = answer.words.decode("utf-8", "replace")
                await problem(answer.refused, words, answer.kept)(scope, receive, send)
        except Exception:
            if answer.started:
                # Half an answer is out: only a cut connection tells the client that it is not whole.
                raise
            log.exception("failed", method=scope["method"], path=scope["path"])
            detail = f"{scope['method']} {scope['path']} failed; the server's log says why"
            await problem(500, detail)(scope, receive, send)


class _Answer:
    """What the app answers: passed on, or an error in plain words (a bad ``Range``, say), kept back."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.started = False
        self.refused: int | None = None
        self.words = b""
        self.kept: dict[str, str] = {}

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = Headers(raw=message["headers"])
            if message["status"] >= 400 and headers.get("content-type", "").startswith("text/plain"):
                self.refused = message["status"]
                self.kept = {k: v for k, v in headers.items() if k not in ("content-type", "content-length")}
                return
            self.started = True
        if self.refused is None:
            await self._send(message)
        else:
            self.words += message.get("body", b"")
