"""All lanes of a stateful stage in one group generation."""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from typing import Any

from processors.stage.fold_lane import FoldLane
from processors.stage.retry import until_done
from processors.stage.taken import Taken


class FoldLanes:
    """The partitions of a stateful stage, each with a lane and a task of its own."""

    def __init__(
        self,
        load: Callable[[Collection[int]], Awaitable[dict[int, FoldLane[Any]]]],
        on_failure: Callable[[BaseException], None],
    ) -> None:
        """``load`` makes the lanes of partitions, with their states; ``on_failure`` hears if one ended."""
        self._load = load
        self._on_failure = on_failure
        self._lanes: dict[int, FoldLane[Any]] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._dropped = False

    async def open(self, partitions: Collection[int]) -> None:
        """Start the lanes of some partitions, all at once: to load a state reads a topic."""
        for partition, lane in (await until_done("loading state", lambda: self._load(partitions))).items():
            self._lanes[partition] = lane
            task = asyncio.create_task(lane.run())
            task.add_done_callback(self._ended)
            self._tasks.append(task)

    async def put(self, record: Taken, ack: Callable[[], object]) -> None:
        """Take a record; more may be assigned by now than when the lanes were opened."""
        if record.partition not in self._lanes:
            await self.open([record.partition])
        await self._lanes[record.partition].put(record, ack)

    async def cancel(self) -> None:
        """Drop what is in flight."""
        self._dropped = True
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _ended(self, task: asyncio.Task[None]) -> None:
        if not self._dropped:
            failure = None if task.cancelled() else task.exception()
            self._on_failure(failure or RuntimeError("a lane ended"))
