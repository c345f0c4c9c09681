"""A log and a table in memory, behind the interface of `api.past.Past`."""

import threading
from collections.abc import Collection, Iterator, Sequence

from api.log_span import Entry, Span
from api.message import Message, kind_of
from api.past import Past, folded
from api.recall import CAPACITY, Kept, Recall
from benchmarks.push_log import Lives
from schemas.events import Event
from schemas.events.ocorrencias import OcorrenciaEvent
from schemas.ocorrencia import Ocorrencia
from tests.unit.api.made import enveloped


def entries_of(events: Sequence[Event]) -> list[Entry]:
    """Return events as they lie in the log from offset 0 on."""
    return [Entry(offset, enveloped(event)) for offset, event in enumerate(events)]


def lived(seed: int, count: int) -> list[Entry]:
    """Return a log of so many events: lives, repeats, refused commands."""
    lives = Lives(seed, ("tv1", "tv2"))
    return entries_of([lives.next() for _ in range(count)])


def folded_purely(log: Sequence[Entry]) -> tuple[list[Message], dict[str, Kept]]:
    """Return all messages of a log, and all states in the end."""
    states: dict[str, Kept] = {}
    messages = []
    for entry in log:
        event = entry.envelope.event
        assert isinstance(event, OcorrenciaEvent)
        before = states[event.uid].state if event.uid in states else None
        after = folded(before, entry)
        if after is not None and after is not before:
            states[event.uid] = Kept(after, entry.offset)
            messages.append(Message(entry.offset, kind_of(before, after), after))
    return messages, states


class Remembered(Past):
    """The whole log, and a table that has come to ``position``; None: there is no database."""

    def __init__(self, log: Sequence[Entry], position: int | None) -> None:
        self.log = log
        self.position = position
        self.read = 0
        """How many records were read again."""

    def bounds(self) -> Span:
        return Span(0, len(self.log))

    def projected(self, held: Span) -> int | None:
        return self.position or None

    def recall(self, offset: int, capacity: int = CAPACITY) -> Recall:
        kept = sorted(self._table().values(), key=lambda each: each.state.id)
        before = [each for each in kept if each.last_offset < offset]
        forgotten = max((each.state.start_ts for each in kept), default=None)
        recall = Recall(forgotten=forgotten, capacity=capacity)
        for each in before[-capacity:]:
            recall.put(each)
        return recall

    def entries(self, span: Span, stopping: threading.Event | None = None) -> Iterator[list[Entry]]:
        for start in range(span.begin, span.end, 5):
            found = list(self.log[start : min(start + 5, span.end)])
            self.read += len(found)
            yield found

    def _rows(self, uids: Collection[str]) -> dict[str, Kept]:
        return {uid: kept for uid, kept in self._table().items() if uid in uids}

    def _table(self) -> dict[str, Kept]:
        return folded_purely(self.log[: self.position or 0])[1]


def told(messages: Sequence[Message]) -> list[tuple[int, str, Ocorrencia]]:
    """Return what messages say."""
    return [(message.cursor, message.kind, message.state) for message in messages]
