"""How many records do not decode: a few go to the dead letters, many mean that something else is wrong."""

from collections import deque
from collections.abc import Iterable

# Wide enough that one bad producer's burst does not stop the table, small enough that a contract which
# moved on without us does before everything has drained into the dead letters.
WINDOW = 200
AT_LEAST = 100
STOP_ABOVE = 0.5


class TooMuchPoison(RuntimeError):
    """Most of the log does not decode: better to stop than to drain it into the dead letters."""


class Gauge:
    """Watches the share of rejected records among the last ones."""

    def __init__(self) -> None:
        """Start with nothing seen."""
        self._rejected: deque[bool] = deque(maxlen=WINDOW)

    def note(self, rejected: Iterable[bool]) -> None:
        """Take in the verdicts on a batch. Raises TooMuchPoison past the limit, before anything is lost."""
        for verdict in rejected:
            self._rejected.append(verdict)
            bad, seen = sum(self._rejected) if verdict else 0, len(self._rejected)
            if seen >= AT_LEAST and bad > STOP_ABOVE * seen:
                raise TooMuchPoison(
                    f"{bad} of the last {seen} records do not decode: does a newer Horus write this topic?"
                )
