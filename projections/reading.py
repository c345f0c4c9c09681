"""Reading the log ahead of the database, in pieces that the projection takes in one after another."""

import time
from collections.abc import Mapping

import msgspec

from projections.gathering import Gathering, gathering
from projections.projection import Projection
from projections.source import Partition, Positions, Source
from projections.verdict import Batch, after, judged
from schemas.topics import Topic

# Records decoded at a time. What they are made of, some 4 KB each, then lies in the processor's cache from
# the first look to the last: pieces of 500 cost a third more an event.
PIECE = 100
POLL_S = 0.2
# Where it shall stop there is nothing to wait for: whoever reads hears within this that it is over, and a
# rebuild does not stand still for a poll at the end of the log.
_STOPPED_S = 0.01


class Gathered(msgspec.Struct, frozen=True):
    """A batch without a rejected record, as its projection has taken it in."""

    events: Gathering
    after: Positions
    """Where to go on behind it."""


class Reading:
    """Batches of the log from some positions on.

    A record that is no event comes among those around it as they are, for each of them may decide how much of
    the batch counts; so does what has been asked for once more, `plainly`. Nothing else is kept of a record.
    """

    def __init__(self, source: Source, projection: Projection, topics: Mapping[str, Topic]) -> None:
        """Read what ``projection`` reads; ``topics`` has those by name."""
        self._source = source
        self._projection = projection
        self._topics = topics
        self._until: Positions | None = None
        self._behind: dict[Partition, int] = {}
        self._plainly: Positions = {}
        self._next: Batch | None = None

    def seek(self, at: Positions, *, plainly: Positions | None = None) -> None:
        """Begin at ``at``. ``plainly``: up to there, with all its records."""
        self._next = None
        self._plainly = plainly or {}
        self._behind = dict(at)
        self._source.seek(at)

    def stop_at(self, until: Positions | None) -> None:
        """Give nothing that lies at these offsets or behind them."""
        self._until = until

    def read(self) -> Gathered | Batch | None:
        """Return the next batch; None: there is nothing for now."""
        if self._next is None and self._has_stopped():
            time.sleep(_STOPPED_S)
            return None
        plain, self._next = self._next or self._piece(POLL_S), None
        if plain is None or self._is_plain(plain):
            return plain
        events, behind, count = gathering(self._projection), dict[Partition, int](), 0
        while plain is not None:
            if self._is_plain(plain):
                self._next = plain
                break
            events.add(plain.events())
            behind |= after(plain.records)
            count += len(plain.records)
            plain = self._piece(0) if count < events.most else None
        events.close()
        return Gathered(events, behind)

    def _piece(self, wait_s: float) -> Batch | None:
        if not (records := self._source.read(PIECE, wait_s)):
            return None
        found = judged(records, self._topics)
        if self._until is not None:
            found = found.before(self._until)
            self._behind |= after(found.records)
        return found if found.records else None

    def _has_stopped(self) -> bool:
        return self._until is not None and all(
            self._behind.get(partition, -1) >= offset for partition, offset in self._until.items()
        )

    def _is_plain(self, piece: Batch) -> bool:
        return bool(piece.rejected) or (
            bool(self._plainly)
            and any(each.offset < self._plainly.get(each.partition, 0) for each in piece.records)
        )
