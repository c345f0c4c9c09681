"""A person at the console during a soak: acknowledges what comes up, and notes which answers said yes."""

import threading
from collections.abc import Sequence

import httpx
import msgspec

from schemas.events import OcorrenciaAcknowledged
from tests.soak.finding import Finding
from tests.soak.harvest import Told

# Between two acknowledgements: often enough that kills fall into the midst of one.
EVERY_S = 0.7
# The API says 503 within ten seconds when the broker is away; a connection that is cut says it at once.
TIMEOUT_S = 15.0


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """What is read of an occurrence."""

    id: int
    uid: str


class Operator:
    """A thread that acknowledges the newest occurrence again and again, each time in other words."""

    def __init__(self, url: str, key: str) -> None:
        """Ask the API at ``url`` with a key."""
        self.answered: list[tuple[str, str]] = []
        """(uid, comment) of each acknowledgement that the API said yes to."""
        self.asked = 0
        self._client = httpx.Client(
            base_url=url, headers={"Authorization": f"Bearer {key}"}, timeout=TIMEOUT_S, trust_env=False
        )
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="operator", daemon=True)

    def start(self) -> None:
        """Begin; returns at once."""
        self._thread.start()

    def stop(self) -> None:
        """Leave the console."""
        self._stopping.set()
        self._thread.join()
        self._client.close()

    def _run(self) -> None:
        while not self._stopping.wait(EVERY_S):
            try:
                self._acknowledge()
            except (httpx.HTTPError, msgspec.DecodeError):
                continue  # Away, or killed in mid-answer: what was not answered may hold or not.

    def _acknowledge(self) -> None:
        listed = self._client.get("/api/v1/ocorrencias", params={"limit": 1}).raise_for_status()
        for newest in msgspec.json.decode(listed.content, type=list[Listed]):
            comment = f"seen, {self.asked}"
            self.asked += 1
            path = f"/api/v1/ocorrencias/{newest.id}/ack"
            self._client.post(path, json={"comment": comment}).raise_for_status()
            self.answered.append((newest.uid, comment))


def acknowledgements_judged(answered: Sequence[tuple[str, str]], events: Sequence[Told]) -> list[Finding]:
    """Return whether every yes is in the log, once."""
    found: dict[tuple[str, str], set[str]] = {}
    for each in events:
        event = each.envelope.event
        if isinstance(event, OcorrenciaAcknowledged):
            # The same command written twice has one id, and counts once.
            found.setdefault((event.uid, event.comment or ""), set()).add(each.envelope.id)
    return [
        Finding(
            asked="acknowledgements answered yes that the log lacks, or has twice",
            looked_at=len(answered),
            breaches=tuple(
                f"{uid}: {comment}" for uid, comment in answered if len(found.get((uid, comment), ())) != 1
            ),
        )
    ]
