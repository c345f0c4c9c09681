"""How a stage ends that cannot go on: at once, or after a rest where a new start would find the same."""

import asyncio
import os
from collections.abc import Awaitable, Callable

import structlog

from infra.poison import EXIT_CODE, TooMuchPoison

log = structlog.get_logger()

# The exit code by which the supervisor's log tells a stage that gave up from one that was told to stop.
GAVE_UP = EXIT_CODE


class Ending:
    """Ends the process for what its lanes cannot mend."""

    def __init__(self, rest_s: float, drop: Callable[[], Awaitable[None]]) -> None:
        """``drop`` drops what is in flight, unacknowledged."""
        self._rest_s = rest_s
        self._drop = drop
        self._resting: asyncio.Task[None] | None = None

    @property
    def resting(self) -> asyncio.Task[None] | None:
        """Return the rest before the end; None while there is work to be done."""
        return self._resting

    def fail(self, failure: BaseException) -> None:
        """Give up at once; for TooMuchPoison stop, say so once, and rest before the end.

        Whoever starts the process again need not do so in a circle: it would stop before the same record.
        """
        if not isinstance(failure, TooMuchPoison):
            give_up(failure)
        elif self._resting is None:
            log.critical("stage stops", reason=str(failure))
            self._resting = asyncio.create_task(self._rest())

    async def _rest(self) -> None:
        await self._drop()
        await asyncio.sleep(self._rest_s)
        os._exit(EXIT_CODE)


def give_up(failure: BaseException) -> None:
    """End the process at once: an agent that raised would acknowledge what it has not done."""
    log.error("stage gives up", error=repr(failure), exc_info=failure)
    os._exit(GAVE_UP)
