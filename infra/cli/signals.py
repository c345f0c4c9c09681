"""SIGTERM and SIGHUP end a command as Ctrl-C does: in order."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from infra.cli.exits import INTERRUPTED, TERMINATED


@contextmanager
def as_interrupts() -> Iterator[None]:
    """Raise KeyboardInterrupt in the main thread for SIGTERM and SIGHUP; its argument is the signal."""

    def interrupt(number: int, _: FrameType | None) -> None:
        raise KeyboardInterrupt(signal.Signals(number))

    former = {number: signal.signal(number, interrupt) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)


def exit_code_of(interrupt: KeyboardInterrupt) -> int:
    """Return the exit code that shells expect after an interrupt."""
    return TERMINATED if interrupt.args == (signal.SIGTERM,) else INTERRUPTED
