"""A log that is read in gulps: for tables that nobody needs within milliseconds of an event."""

import time
from collections.abc import Callable, Sequence

from projections.source import Positions, Raw, Source
from schemas.topics import Topic


class Unhurried:
    """A source that lets records gather for a while before it gives them, as long as few of them come.

    Each batch costs a transaction and a handful of statements, however few its records: with one segment and
    two measurements a second of each channel, a table that is up to date at once costs many times more.
    """

    def __init__(
        self,
        source: Source,
        every_s: float,
        *,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Read ``source``, once in ``every_s`` seconds while there is less in it than was asked for."""
        self._source = source
        self._every_s = every_s
        self._now = now
        self._sleep = sleep
        self._next = now()

    def earliest(self, topic: Topic) -> Positions:
        """Return the first offset that each partition still holds."""
        return self._source.earliest(topic)

    def seek(self, positions: Positions) -> None:
        """Read these partitions from these offsets on."""
        self._source.seek(positions)

    def read(self, limit: int, wait_s: float) -> Sequence[Raw]:
        """Return up to ``limit`` records; none while they gather, after ``wait_s`` seconds or less."""
        left = self._next - self._now()
        if left > 0:
            self._sleep(min(left, wait_s))
            return []
        records = self._source.read(limit, wait_s)
        if records and len(records) < limit:
            self._next = self._now() + self._every_s
        return records

    def tell(self, positions: Positions) -> None:
        """Tell Kafka how far we are, for lag tools only. Never raises."""
        self._source.tell(positions)

    def close(self) -> None:
        """Leave."""
        self._source.close()
