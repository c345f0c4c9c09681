"""SIGTERM and SIGHUP end a command as Ctrl-C does: in order; and Ctrl-C does so however it was started."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from infra.cli.exits import INTERRUPTED, TERMINATED

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def as_interrupts() -> Iterator[None]:
    """Raise KeyboardInterrupt in the main thread for SIGINT, SIGTERM and SIGHUP; its argument is the signal.

    SIGINT too, for a shell lets what it starts in the background ignore it, and Python then does.
    """

    def interrupt(number: int, _: FrameType | None) -> None:
        raise KeyboardInterrupt(signal.Signals(number))

    former = {number: signal.signal(number, interrupt) for number in ENDING}
    try:
        yield
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)


def exit_code_of(interrupt: KeyboardInterrupt) -> int:
    """Return the exit code that shells expect after an interrupt."""
    return TERMINATED if interrupt.args == (signal.SIGTERM,) else INTERRUPTED
