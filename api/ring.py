"""The last messages, in the order of the log: what clients that come back, and slow ones, catch up from."""

from bisect import bisect_right
from collections.abc import Sequence

from api.message import Message

# Hours of a normal day, minutes of a catastrophe; some 3 KB each.
CAPACITY = 10_000


class Ring:
    """Messages by ascending cursor; the oldest go first. Not safe between threads."""

    def __init__(self, capacity: int = CAPACITY, after: int = -1) -> None:
        """Hold at most ``capacity`` messages (a few more between two trims), those after ``after``."""
        self._capacity = capacity
        self._messages: list[Message] = []
        self._forgotten = after

    @property
    def head(self) -> int:
        """Return the newest cursor; before the first message, the one that it comes after."""
        return self._messages[-1].cursor if self._messages else self._forgotten

    @property
    def begins(self) -> int:
        """Return the first offset whose message, if it gave one, is here."""
        return self._forgotten + 1

    def append(self, message: Message) -> None:
        """Add the newest message. Raises ValueError when it is not the newest."""
        if message.cursor <= self.head:
            raise ValueError(f"cursor {message.cursor} is not past {self.head}")
        self._messages.append(message)
        # In steps of a quarter, so that dropping from the front of a list costs nothing a message.
        if len(self._messages) > self._capacity * 5 // 4:
            dropped = len(self._messages) - self._capacity
            self._forgotten = self._messages[dropped - 1].cursor
            del self._messages[:dropped]

    def reaches(self, cursor: int) -> bool:
        """Tell whether everything after a cursor is still here."""
        return cursor >= self._forgotten

    def after(self, cursor: int, limit: int) -> Sequence[Message]:
        """Return the first messages after a cursor, at most ``limit``."""
        first = bisect_right(self._messages, cursor, key=lambda message: message.cursor)
        return self._messages[first : first + limit]
