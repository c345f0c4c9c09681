"""Named places where a process can be made to die, so that tests may kill it exactly there.

``HORUS_CRASH_AT=fold.after-outputs`` kills the process with SIGKILL when it first reaches that point,
``HORUS_CRASH_AT=fold.after-outputs:3`` when it does so for the third time. Unset, as always outside of tests,
a point costs one comparison.
"""

import itertools
import os
import signal
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

VARIABLE = "HORUS_CRASH_AT"

POINTS: Mapping[str, str] = MappingProxyType(
    {
        "fold.after-hole": "a stateful stage has read a hole, and folded none of it",
        "fold.before-outputs": "a stateful stage has folded a batch, and written nothing of it",
        "fold.after-outputs": "a stateful stage's outputs are confirmed, its snapshot is not written",
        "fold.after-state": "a stateful stage's snapshot is confirmed, its input is not acknowledged",
        "fold.after-ack": "a stateful stage has acknowledged a batch, Kafka has not been told yet",
        "work.after-hole": "a stateless stage has read a hole, and worked on none of it",
        "work.after-work": "a stateless stage has worked on an event, its outputs are not written",
        "work.after-outputs": "a stateless stage's outputs are confirmed, its input is not acknowledged",
        "evidence.after-clip": "a clip and its thumbnail are written, the event that attaches them is not",
        "ingest.after-store": "a segment lies in the media store, none of its events is written",
        "outbox.amid-batch": "the first event of an ingest's batch is on its way, the others are not",
        "outbox.after-batch": "an ingest's batch is confirmed, and nothing after it begun",
        "projector.after-letter": "a projector's dead letter is confirmed, its position is not moved",
        "projector.after-rows": "a projector's rows are written, and not committed",
        "projector.after-commit": "a projector has committed, Kafka has not been told of it",
        "export.amid-files": "one of an export's files is in its place, others are not, and none counts yet",
        "export.after-files": "all files of an export's stretch are in their places, and none counts yet",
        "letters.after-retry": "rejected records are back on their topic, their letters are not settled",
    }
)
"""Every crash point, and what is done and what is not when it is reached."""


class Crash(NamedTuple):
    """Where to die."""

    point: str
    time: int
    """How many times it must have been reached; 1: the first time."""


def parse(text: str) -> Crash | None:
    """Read the value of HORUS_CRASH_AT; None when empty. Raises ValueError when it names no point."""
    if not text:
        return None
    point, _, time = text.partition(":")
    if point not in POINTS:
        raise ValueError(f"no crash point is called {point!r}; there are: {', '.join(POINTS)}")
    if time and not (time.isdecimal() and int(time) > 0):
        raise ValueError(f"{time!r} is not a number of times: write {point} or {point}:2")
    return Crash(point, int(time or 1))


def _armed() -> Crash | None:
    try:
        return parse(os.environ.get(VARIABLE, ""))
    except ValueError:
        # The settings complain of it, in words that a user reads.
        return None


_crash: Crash | None = _armed()
# `next` of it is one step for all threads.
_visits = itertools.count(1)


def reached(name: str) -> None:
    """Die here by SIGKILL if HORUS_CRASH_AT says so; else do nothing. ``name`` is one of POINTS."""
    if _crash is not None and name == _crash.point and next(_visits) == _crash.time:
        os.kill(os.getpid(), signal.SIGKILL)
