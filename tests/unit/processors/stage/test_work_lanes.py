"""The loop of a stateless stage: order within a lane, acknowledgement in order, retries, poison."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress

import pytest

from infra import crash_point
from infra.crash_point import POINTS
from infra.dead_letter import REASON
from infra.outlet import Outgoing
from infra.poison import Limit, PoisonGauge, TooMuchPoison
from processors.stage import retry
from processors.stage.taken import Taken
from processors.stage.work import Emitted, Permanent
from processors.stage.work_lanes import WorkLanes
from schemas.envelope import Envelope
from schemas.events import StreamStatusChanged
from schemas.topics import STREAM_STATUS, Topic
from tests.unit.processors.stage.counting import status, taken


class Gated:
    """Works on an event once its gate is open; notes the order of beginnings."""

    name = "gated"
    inputs: tuple[Topic, ...] = (STREAM_STATUS,)

    def __init__(self) -> None:
        self.begun: list[int] = []
        self.gates: dict[int, asyncio.Event] = {}
        self.failures: dict[int, list[BaseException]] = {}

    def lane(self, envelope: Envelope) -> str:
        return envelope.event.channel

    async def work(self, envelope: Envelope) -> Emitted:
        event = envelope.event
        assert isinstance(event, StreamStatusChanged)
        self.begun.append(event.restarts)
        if self.failures.get(event.restarts):
            raise self.failures[event.restarts].pop(0)
        await self.gates.setdefault(event.restarts, asyncio.Event()).wait()
        return [(STREAM_STATUS, status(event.channel, event.restarts))]

    def open(self, *numbers: int) -> None:
        for number in numbers:
            self.gates.setdefault(number, asyncio.Event()).set()


class Bench:
    """Lanes with a stage, and what came of it."""

    def __init__(self, log: Sequence[Taken] = (), begun_at: int = 0) -> None:
        self.stage = Gated()
        self.written: list[Outgoing] = []
        self.acked: list[int] = []
        self.failed: list[BaseException] = []
        self._log = log
        gauge = PoisonGauge("gated", Limit(run=3, ratio=1.0))
        self.lanes = WorkLanes(self.stage, self, self._read, gauge, self.failed.append, lambda *_: begun_at)

    async def write(self, records: Sequence[Outgoing]) -> None:
        self.written += records

    async def _read(self, stretches: dict[tuple[str, int], tuple[int, int | None]]) -> list[Taken]:
        ((first, last),) = stretches.values()
        return [record for record in self._log if first <= record.offset < (last or 0)]

    async def put(self, record: Taken) -> None:
        await self.lanes.put(record, lambda: self.acked.append(record.offset))


async def settle() -> None:
    """Let everything that can run, run."""
    for _ in range(50):
        await asyncio.sleep(0)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retry, "FIRST_WAIT_S", 0.0)


def test_what_is_done_early_is_acknowledged_only_after_what_came_before() -> None:
    async def run() -> None:
        bench = Bench()
        for offset, channel in enumerate(["a", "b", "c"]):
            await bench.put(taken(offset, offset, channel))
        bench.stage.open(1, 2)
        await settle()
        assert bench.acked == []
        bench.stage.open(0)
        await settle()
        assert bench.acked == [0, 1, 2]

    asyncio.run(run())


def test_events_of_one_channel_are_worked_on_in_order_and_channels_side_by_side() -> None:
    async def run() -> None:
        bench = Bench()
        for offset, channel in enumerate(["a", "a", "b"]):
            await bench.put(taken(offset, offset, channel))
        await settle()
        assert bench.stage.begun == [0, 2]
        bench.stage.open(0)
        await settle()
        assert bench.stage.begun == [0, 2, 1]
        await bench.lanes.cancel()

    asyncio.run(run())


def test_what_can_pass_is_tried_again_until_it_has() -> None:
    async def run() -> None:
        bench = Bench()
        bench.stage.failures[0] = [OSError("disk away"), TimeoutError("slow")]
        bench.stage.open(0)
        await bench.put(taken(0, 0))
        async with asyncio.timeout(10):
            while not bench.acked:
                await asyncio.sleep(0.01)
        assert bench.stage.begun == [0, 0, 0]
        assert len(bench.written) == 1

    asyncio.run(run())


@pytest.mark.parametrize(
    ("failure", "reason"),
    [(Permanent("media is gone"), "media is gone"), (ZeroDivisionError("bug"), "bug")],
)
def test_what_cannot_pass_is_rejected_and_the_channel_goes_on(failure: Exception, reason: str) -> None:
    async def run() -> None:
        bench = Bench()
        bench.stage.failures[0] = [failure]
        bench.stage.open(1)
        await bench.put(taken(0, 0))
        await bench.put(taken(1, 1))
        await settle()
        assert bench.acked == [0, 1]
        letter, output = bench.written
        assert letter.topic == STREAM_STATUS.dlq
        assert reason.encode() in (dict(letter.headers)[REASON] or b"")
        assert output.topic == STREAM_STATUS.name

    asyncio.run(run())


class Crash(BaseException):
    """The process died here."""


@pytest.mark.parametrize("point", [point for point in POINTS if point.startswith("work.")])
def test_a_crash_at_any_point_loses_nothing_and_repeats_only_what_was_not_acknowledged(
    point: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = [taken(offset, offset) for offset in range(6)]
    died: list[str] = []

    def die(name: str) -> None:
        if name == point:
            died.append(name)
            raise Crash

    async def run() -> None:
        doomed = Bench(log)
        doomed.stage.open(*range(6))
        await doomed.put(log[0])
        await settle()
        monkeypatch.setattr(crash_point, "reached", die)
        with suppress(Crash):
            # Faust has skipped the one between.
            await doomed.put(log[2])
        await settle()
        monkeypatch.undo()
        assert died
        assert doomed.acked == [0]

        revived = Bench(log)
        revived.stage.open(*range(6))
        for record in log[doomed.acked[-1] + 1 :]:
            await revived.put(record)
        await settle()
        assert revived.acked == [1, 2, 3, 4, 5]
        everything = [record.value for record in doomed.written + revived.written]
        assert list(dict.fromkeys(everything)) == [record.value for record in log]

    asyncio.run(run())


def test_rubbish_is_rejected_byte_for_byte() -> None:
    async def run() -> None:
        bench = Bench()
        await bench.put(taken(0, value=b"\xff\x00"))
        await settle()
        assert bench.written[0].value == b"\xff\x00"
        assert bench.acked == [0]

    asyncio.run(run())


def test_before_one_rejection_too_many_the_stage_stops_and_acknowledges_nothing_further() -> None:
    async def run() -> None:
        bench = Bench()
        bench.stage.open(0, 9)
        await bench.put(taken(0, 0))
        for offset in range(1, 9):
            await bench.put(taken(offset, value=b"rubbish"))
        await bench.put(taken(9, 9))
        await settle()
        assert bench.acked == [0, 1, 2]
        assert [record.topic for record in bench.written].count(STREAM_STATUS.dlq) == 2
        assert all(isinstance(failure, TooMuchPoison) for failure in bench.failed)
        assert "@3: 3 records in a row" in str(bench.failed[0])

    asyncio.run(run())


def test_offsets_that_were_skipped_are_read_from_the_topic_and_worked_on() -> None:
    async def run() -> None:
        log = [taken(offset, offset) for offset in range(5)]
        bench = Bench(log)
        bench.stage.open(*range(5))
        await bench.put(log[0])
        await bench.put(log[4])
        await settle()
        assert bench.stage.begun == [0, 1, 2, 3, 4]
        assert bench.acked == [0, 4]

    asyncio.run(run())


def test_offsets_that_were_skipped_before_the_first_are_worked_on_too() -> None:
    async def run() -> None:
        log = [taken(offset, offset) for offset in range(5)]
        bench = Bench(log, begun_at=2)
        bench.stage.open(*range(5))
        await bench.put(log[4])
        await settle()
        assert bench.stage.begun == [2, 3, 4]
        assert bench.acked == [4]

    asyncio.run(run())


def test_work_that_somebody_else_ends_is_a_failure() -> None:
    async def run() -> None:
        bench = Bench()
        bench.stage.failures[0] = [asyncio.CancelledError()]
        await bench.put(taken(0, 0))
        await settle()
        assert bench.acked == []
        assert [type(each) for each in bench.failed] == [RuntimeError]

    asyncio.run(run())


def test_after_a_rebalance_nothing_in_flight_is_acknowledged() -> None:
    async def run() -> None:
        bench = Bench()
        await bench.put(taken(0, 0))
        await settle()
        await bench.lanes.cancel()
        bench.stage.open(0)
        await settle()
        assert bench.acked == []
        assert bench.failed == []

    asyncio.run(run())
