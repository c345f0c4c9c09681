"""Made-up states for the API's unit tests."""

import itertools
from datetime import UTC, datetime
from typing import Any

from schemas.envelope import Envelope, event_id
from schemas.events import Event
from schemas.ocorrencia import Ocorrencia, fold
from tests.alarms import Alarm

WRITTEN = datetime(2026, 11, 22, 3, 12, 2, tzinfo=UTC)
_offsets = itertools.count()


def enveloped(event: Event) -> Envelope:
    """Return an event as it is read back from the log."""
    return Envelope(id=event_id(event), type=event.TYPE, source="test", time=WRITTEN, event=event)


def ocorrencia(uid: str, *, status: str = "aberta", **alarm: Any) -> Ocorrencia:
    """Return an occurrence that has just opened, or opened and closed."""
    made = Alarm(**alarm)
    made.uid = uid
    state = None
    for event in (made.opened(), made.closed())[: 1 if status == "aberta" else 2]:
        state = fold(state, event, event_id=event_id(event), offset=next(_offsets), time=WRITTEN)
    assert state is not None
    return state
