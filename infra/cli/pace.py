"""How far something long has come, on standard error: one line that is written over, or one now and then."""

import sys
import time
from collections.abc import Callable

# What takes longer than this says so, and goes on saying so.
SAY_EVERY_S = 2.0
# On a terminal, where the line is written over.
REDRAW_S = 0.2


class Pace:
    """Called with how many of how many are done; says so at times, with the rate and the time left."""

    def __init__(self, doing: str, unit: str, now: Callable[[], float] = time.monotonic) -> None:
        """``doing`` begins the line; ``unit`` is what is counted."""
        self._doing, self._unit, self._now = doing, unit, now
        self._terminal = sys.stderr.isatty()
        self._every_s = REDRAW_S if self._terminal else SAY_EVERY_S
        self._said = self._began = now()
        self._before: int | None = None
        self._drawn = False

    def __call__(self, done: int, total: int) -> None:
        """Take in how far it is."""
        now = self._now()
        if self._before is None:
            # What an earlier run has done says nothing of this one's speed.
            self._before, self._began = done, now
        if now - self._said < self._every_s:
            return
        self._said = now
        line = words(
            self._doing, self._unit, done, total, (done - self._before) / max(now - self._began, 1e-9)
        )
        if self._terminal:
            print(f"\r\033[K{line}", end="", file=sys.stderr, flush=True)
            self._drawn = True
        else:
            print(line, file=sys.stderr, flush=True)

    def end(self) -> None:
        """Take the line off the terminal."""
        if self._drawn:
            print("\r\033[K", end="", file=sys.stderr, flush=True)


def words(doing: str, unit: str, done: int, total: int, rate: float) -> str:
    """Return the line; ``rate`` is how many were done a second."""
    share = done / total if total else 1.0
    said = f"{doing}: {done:,} of {total:,} {unit} ({share:.0%})"
    if rate < 1:
        return said
    return f"{said}, {rate:,.0f}/s, {(total - done) / rate:.0f} s left"
