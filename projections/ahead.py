"""Fetching the next batches in a thread of its own while the present one is worked on."""

import queue
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Generic, Self, TypeVar

T = TypeVar("T")

# One is worked on, one waits, one is being made: more only costs memory.
_DEPTH = 1
# How long a full queue may keep the thread from hearing that it is over.
_LOOK_S = 0.2


class Ahead(Generic[T]):
    """Calls ``fetch`` over and over while the block lasts, and hands out what it returned, in order.

    What it gains: Python decodes records while Postgres works, for psycopg2 lets go of the interpreter.
    """

    def __init__(self, fetch: Callable[[], T | None]) -> None:
        """``fetch`` blocks for some tenths of a second at most; None: there was nothing."""
        self._fetch = fetch
        self._fetched: queue.Queue[T | BaseException] = queue.Queue(_DEPTH)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="ahead", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def next(self, wait_s: float) -> T | None:
        """Return the next one, None after ``wait_s`` seconds. Raises what ``fetch`` raised, in its turn."""
        try:
            found = self._fetched.get(timeout=wait_s)
        except queue.Empty:
            return None
        if isinstance(found, BaseException):
            raise found
        return found

    def _run(self) -> None:
        try:
            while not self._over.is_set():
                found = self._fetch()
                if found is not None:
                    self._put(found)
        except BaseException as error:
            # Whatever it is, it belongs to whoever takes the batches.
            self._put(error)

    def _put(self, found: T | BaseException) -> None:
        while not self._over.is_set():
            try:
                self._fetched.put(found, timeout=_LOOK_S)
            except queue.Full:
                continue
            return
