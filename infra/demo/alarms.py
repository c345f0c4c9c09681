"""Hearing the alarms as any client would: over the WebSocket, with the key, back after every break."""

import queue
import threading
from datetime import datetime
from urllib.parse import urlencode

import msgspec
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException
from websockets.sync.client import connect

from infra.clock import now
from infra.demo.score import Told

# Between tries while the API is away: it is back within a few seconds.
AGAIN_S = 0.3
# The close code of a socket without a valid key.
NO_KEY = 4401
# How often a silent connection is looked at; bounds how late `stop` is heard.
LOOK_S = 0.5


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """What the demo reads of an occurrence's evidence."""

    clip_path: str | None = None


class Occurrence(msgspec.Struct, frozen=True, kw_only=True):
    """What the demo reads of an OcorrenciaRead."""

    uid: str
    channel: str
    type: str
    severity: str
    start_ts: datetime
    end_ts: datetime
    evidence: Evidence = Evidence()


class Pushed(msgspec.Struct, frozen=True, kw_only=True):
    """A message of the WebSocket."""

    type: str
    cursor: int
    data: Occurrence | None = None
    """None in what is no alarm, such as ``nao_recuperado``."""


class Refused(RuntimeError):
    """The API does not let us listen; the text says why."""


class Alarms:
    """A thread that listens and puts each alarm into ``told``, once, however often the API is killed."""

    def __init__(self, url: str, key: str, cursor: int) -> None:
        """Listen at ``url`` (ws://.../ws/ocorrencias) for what comes after ``cursor`` (an offset)."""
        self.told: queue.SimpleQueue[Told] = queue.SimpleQueue()
        self.failure: Refused | None = None
        self._url = url
        self._key = key
        self._cursor = cursor
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="alarms", daemon=True)

    def start(self) -> None:
        """Begin; returns at once."""
        self._thread.start()

    def stop(self) -> None:
        """Stop listening and wait for the thread."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._listen()
            except InvalidStatus as error:
                if error.response.status_code in (401, 403):
                    self.failure = Refused("the API does not accept the demo's key")
                    return
            except ConnectionClosed as error:
                if error.rcvd is not None and error.rcvd.code == NO_KEY:
                    self.failure = Refused("the API does not accept the demo's key")
                    return
            except (OSError, WebSocketException, TimeoutError):
                pass  # Away: it comes back, and the cursor makes up for what was missed.
            self._stopping.wait(AGAIN_S)

    def _listen(self) -> None:
        address = f"{self._url}?{urlencode({'cursor': self._cursor})}"
        headers = {"Authorization": f"Bearer {self._key}"}
        with connect(address, additional_headers=headers, open_timeout=5, proxy=None) as socket:
            while not self._stopping.is_set():
                try:
                    text = socket.recv(timeout=LOOK_S)
                except TimeoutError:
                    continue
                self._take(msgspec.json.decode(text, type=Pushed))

    def _take(self, message: Pushed) -> None:
        if message.data is None:
            self._cursor = message.cursor
            return
        if message.cursor <= self._cursor:
            return
        self._cursor = message.cursor
        self.told.put(
            Told(
                kind=message.type,
                arrived_at=now(),
                uid=message.data.uid,
                channel=message.data.channel,
                type=message.data.type,
                severity=message.data.severity,
                start=message.data.start_ts,
                end=message.data.end_ts,
                clip=message.data.evidence.clip_path,
            )
        )
