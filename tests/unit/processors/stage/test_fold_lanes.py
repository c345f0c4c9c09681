"""The lanes of a stateful stage: opened together, or when a record comes, and never silently gone."""

import asyncio
from collections.abc import Collection, Sequence

from infra.outlet import Outgoing
from infra.poison import Limit, PoisonGauge
from processors.stage.fold_lane import FoldLane
from processors.stage.fold_lanes import FoldLanes
from processors.stage.snapshot import Snapshot
from processors.stage.taken import Taken
from tests.unit.processors.stage.counting import Count, Counting, taken


class Bench:
    """Lanes whose states lie ready, and what came of them."""

    def __init__(self, broken: BaseException | None = None) -> None:
        self.loaded: list[list[int]] = []
        self.acked: list[int] = []
        self.failed: list[BaseException] = []
        self._broken = broken
        self.lanes = FoldLanes(self._load, self.failed.append)

    async def write(self, records: Sequence[Outgoing]) -> None:
        if self._broken is not None:
            raise self._broken

    async def put(self, record: Taken) -> None:
        await self.lanes.put(record, lambda: self.acked.append(record.offset))
        for _ in range(50):
            await asyncio.sleep(0)

    async def _load(self, partitions: Collection[int]) -> dict[int, FoldLane[Count]]:
        self.loaded.append([*partitions])
        gauge = PoisonGauge("counting", Limit(run=3, ratio=1.0))
        empty: Snapshot[Count] = Snapshot()
        return {each: FoldLane(Counting(), each, empty, self, self._read, gauge) for each in partitions}

    async def _read(self, stretches: dict[tuple[str, int], tuple[int, int | None]]) -> list[Taken]:
        return []


def test_a_record_of_a_partition_that_was_opened_is_folded() -> None:
    async def run() -> None:
        bench = Bench()
        await bench.lanes.open([2, 3])
        await bench.put(taken(0))
        await bench.lanes.cancel()
        assert (bench.loaded, bench.acked, bench.failed) == ([[2, 3]], [0], [])

    asyncio.run(run())


def test_a_partition_that_was_not_assigned_yet_is_opened_by_its_first_record() -> None:
    async def run() -> None:
        bench = Bench()
        await bench.lanes.open([])
        await bench.put(taken(0))
        await bench.put(taken(1))
        await bench.lanes.cancel()
        assert (bench.loaded, bench.acked) == ([[], [3]], [0, 1])

    asyncio.run(run())


def test_a_lane_that_somebody_else_ends_is_a_failure() -> None:
    async def run() -> None:
        bench = Bench(broken=asyncio.CancelledError())
        await bench.put(taken(0))
        assert bench.acked == []
        assert [type(each) for each in bench.failed] == [RuntimeError]

    asyncio.run(run())
