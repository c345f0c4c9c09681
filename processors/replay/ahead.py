"""Media fetched, and decoded where that can be done, in threads before it is measured in order.

Each segment is measured with what the one before it left, so that one follows the other. But most of the work
is decoding, which needs nothing of the past and lets go of the GIL: done ahead it keeps all cores busy, even
with a single channel.
"""

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import BinaryIO, Generic, TypeVar

Item = TypeVar("Item")

# Items between two segments that are looked ahead over, at most: the log's own measures stand between them,
# and where no index is left in the log there are only those.
LOOKED_OVER = 200


class Ahead(Generic[Item]):
    """Loads what a stretch of items will ask for, some segments ahead."""

    def __init__(
        self, named: Callable[[Item], str | None], load: Callable[[str], BinaryIO], threads: int
    ) -> None:
        """``named`` gives the segment that an item asks for, if any; ``load`` makes its media ready.

        As many segments are held in memory as there are threads, and one.
        """
        self._named = named
        self._load = load
        self._most = threads
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="ahead")
        self._coming: dict[str, Future[BinaryIO]] = {}

    def over(self, items: Iterator[Item]) -> Iterator[Item]:
        """Yield the items as they come, while the media of those after them is being loaded."""
        waiting: deque[Item] = deque()
        try:
            for item in items:
                uri = self._named(item)
                if uri is not None and uri not in self._coming:
                    self._coming[uri] = self._pool.submit(self._load, uri)
                waiting.append(item)
                while waiting and (len(self._coming) > self._most or len(waiting) > LOOKED_OVER):
                    yield waiting[0]
                    # Whether it was asked for or not: what waits for nobody would hold the others up.
                    self._drop(self._named(waiting.popleft()))
            yield from waiting
        finally:
            for uri in list(self._coming):
                self._drop(uri)

    def media(self, uri: str) -> BinaryIO:
        """Return a segment's media, loading it now if it was not expected. Raises what ``load`` raises."""
        future = self._coming.pop(uri, None)
        return self._load(uri) if future is None else future.result()

    def close(self) -> None:
        """Give up what is not begun, and wait for what is: less than a second of work.

        Needed at Ctrl-C too: Python by itself would wait for a thread that was just being started.
        """
        self._pool.shutdown(cancel_futures=True)

    def _drop(self, uri: str | None) -> None:
        future = None if uri is None else self._coming.pop(uri, None)
        if future is not None:
            future.cancel()
