"""Waiting until the table of occurrences has what was just written; one question for all who wait."""

import asyncio
from collections.abc import Callable

from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool

# A projector at work is some 30 ms behind the log; one that is away may take as long as it likes.
WITHIN_S = 5.0
LOOK_S = 0.01


class Projected:
    """Follows the position of a projection while somebody waits for it; lives on one event loop."""

    def __init__(self, position: Callable[[], int]) -> None:
        """``position`` asks the database for the next offset to be projected; may block, and raise
        SQLAlchemyError."""
        self._position = position
        self._waiting: dict[asyncio.Future[None], int] = {}
        self._looking: asyncio.Task[None] | None = None

    async def reached(self, offset: int, within_s: float = WITHIN_S) -> bool:
        """Return True once everything up to and with ``offset`` is in the table; False for longer."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting[future] = offset
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look())
        try:
            async with asyncio.timeout(within_s):
                await future
        except TimeoutError:
            return False
        finally:
            self._waiting.pop(future, None)
        return True

    async def _look(self) -> None:
        while self._waiting:
            try:
                at = await run_in_threadpool(self._position)
            except SQLAlchemyError:
                # The database may be back before those who wait give up.
                at = 0
            for future, offset in list(self._waiting.items()):
                if offset < at and not future.done():
                    future.set_result(None)
            await asyncio.sleep(LOOK_S)
