"""Two clients of the WebSocket who write down every message: one goes on by its cursor, one begins anew."""

import random
import threading
import time
from contextlib import suppress
from urllib.parse import urlencode

import msgspec
from websockets.exceptions import WebSocketException
from websockets.sync.client import connect

# Between tries while the API is away.
AGAIN_S = 0.3
# How often a silent connection is looked at; bounds how late `stop` is heard.
LOOK_S = 0.3
# The resuming client also hangs up by itself, in the middle of whatever comes: seconds, at least and at most.
HANG_UP_S = (4.0, 20.0)


class About(msgspec.Struct, frozen=True, kw_only=True):
    """What is compared of an occurrence."""

    id: int
    uid: str
    status: str
    version: int


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """A message as it came."""

    type: str
    cursor: int
    data: About | None = None
    """None in what is no alarm, such as ``nao_recuperado``."""


class Client:
    """A thread that listens until told to stop, whatever happens to the server."""

    def __init__(self, url: str, key: str, *, resumes: bool, seed: int = 0) -> None:
        """``resumes``: after a break it asks for what it missed, from the very beginning of the log on."""
        self.resumes = resumes
        self.connections: list[list[Message]] = []
        """What each connection brought, in order; one that brought nothing is an empty list."""
        self._url = url
        self._key = key
        self._cursor = -1
        self._rng = random.Random(f"client {seed}")
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="recording", daemon=True)

    def start(self) -> None:
        """Begin; returns at once."""
        self._thread.start()

    @property
    def cursor(self) -> int:
        """Return the cursor of the last message, -1 before the first."""
        return self._cursor

    def stop(self) -> None:
        """Hang up for good."""
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopping.is_set():
            # Away, or killed in mid-sentence: it comes back.
            with suppress(OSError, WebSocketException, TimeoutError):
                self._listen()
            self._stopping.wait(AGAIN_S)

    def _listen(self) -> None:
        address = f"{self._url}?{urlencode({'cursor': self._cursor})}" if self.resumes else self._url
        headers = {"Authorization": f"Bearer {self._key}"}
        hang_up_at = time.monotonic() + (self._rng.uniform(*HANG_UP_S) if self.resumes else float("inf"))
        with connect(address, additional_headers=headers, open_timeout=5, proxy=None) as socket:
            heard: list[Message] = []
            self.connections.append(heard)
            while not self._stopping.is_set() and time.monotonic() < hang_up_at:
                try:
                    message = msgspec.json.decode(socket.recv(timeout=LOOK_S), type=Message)
                except TimeoutError:
                    continue
                heard.append(message)
                self._cursor = message.cursor
