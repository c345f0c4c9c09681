"""A stateless stage: events side by side, in order within a lane, acknowledged in order of their offsets."""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog

from infra import clock, crash_point
from infra.outlet import Outgoing
from infra.poison import PoisonGauge
from processors.stage.fold_lane import ReadHole, Writer
from processors.stage.retry import TRANSIENT, until_done
from processors.stage.taken import Taken, outgoing, rejected
from processors.stage.work import Permanent, Stateless
from schemas.envelope import Envelope, Undecodable

log = structlog.get_logger()

IN_FLIGHT = 64
"""Events worked on at once: bounds memory, and what a SIGKILL makes to be done again."""

Place = tuple[str, int]


@dataclass
class _Entry:
    ack: Callable[[], object]
    done: bool = False


@dataclass
class _Partition:
    """What is in flight of one partition; ``expected`` is the offset that should come next."""

    expected: int
    entries: deque[_Entry] = field(default_factory=deque)


class WorkLanes:
    """Runs a stateless stage over records. Created anew for each group generation."""

    def __init__(
        self,
        stage: Stateless,
        writer: Writer,
        read_hole: ReadHole,
        gauge: PoisonGauge,
        on_failure: Callable[[BaseException], None],
        begun_at: Callable[[str, int], int],
    ) -> None:
        """``gauge`` says when too much is rejected; ``on_failure`` is told of that, and of what no repeat can
        mend: the process should end then. ``begun_at`` says of a topic and a partition with which offset the
        work on it begins.
        """
        self._stage = stage
        self._writer = writer
        self._read_hole = read_hole
        self._gauge = gauge
        self._dlq = {topic.name: topic.dlq for topic in stage.inputs}
        self._on_failure = on_failure
        self._begun_at = begun_at
        self._dropped = False
        self._slots = asyncio.Semaphore(IN_FLIGHT)
        self._partitions: dict[Place, _Partition] = {}
        self._tails: dict[str, asyncio.Task[None]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def put(self, record: Taken, ack: Callable[[], object]) -> None:
        """Start work on a record; waits while too much is in flight."""
        place = record.topic, record.partition
        if (partition := self._partitions.get(place)) is None:
            partition = self._partitions[place] = _Partition(self._begun_at(*place))
        if record.offset > partition.expected:
            stretch = {place: (partition.expected, record.offset)}
            missing = await until_done("reading a hole", lambda: self._read_hole({**stretch}))
            log.warning("read a hole", stage=self._stage.name, hole=stretch, found=len(missing))
            crash_point.reached("work.after-hole")
            for skipped in missing:
                await self._begin(skipped, partition, lambda: None)
        await self._begin(record, partition, ack)
        partition.expected = max(partition.expected, record.offset + 1)

    async def cancel(self) -> None:
        """Drop everything in flight, unacknowledged: its partitions may be somebody else's by now."""
        self._dropped = True
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _begin(self, record: Taken, partition: _Partition, ack: Callable[[], object]) -> None:
        await self._slots.acquire()
        entry = _Entry(ack)
        partition.entries.append(entry)
        try:
            envelope: Envelope | Undecodable = record.envelope()
        except Undecodable as error:
            envelope = error
        lane = self._stage.lane(envelope) if isinstance(envelope, Envelope) else f"rejected/{record.offset}"
        task = asyncio.create_task(self._one(record, envelope, self._tails.get(lane)))
        self._tails[lane] = task
        self._tasks.add(task)

        def finished(ended: asyncio.Task[None]) -> None:
            self._slots.release()
            self._tasks.discard(ended)
            if self._tails.get(lane) is ended:
                del self._tails[lane]
            failure = RuntimeError("work ended half done") if ended.cancelled() else ended.exception()
            if failure is not None:
                if not self._dropped:
                    self._on_failure(failure)
                return
            entry.done = True
            while partition.entries and partition.entries[0].done:
                partition.entries.popleft().ack()

        task.add_done_callback(finished)

    async def _one(
        self, record: Taken, envelope: Envelope | Undecodable, before: asyncio.Task[None] | None
    ) -> None:
        if before is not None:
            await asyncio.wait([before])
        outputs = await until_done(self._stage.name, lambda: self._outputs(record, envelope))
        crash_point.reached("work.after-work")
        await until_done(f"{self._stage.name} writing", lambda: self._writer.write(outputs))
        crash_point.reached("work.after-outputs")

    async def _outputs(self, record: Taken, envelope: Envelope | Undecodable) -> list[Outgoing]:
        if isinstance(envelope, Undecodable):
            return [self._rejected(record, str(envelope))]
        try:
            emitted = await self._stage.work(envelope)
        except Permanent as error:
            return [self._rejected(record, str(error))]
        except TRANSIENT:
            raise
        except Exception as error:
            # What fails on this event would fail again: without this one event would stop its partition.
            log.exception("rejected", stage=self._stage.name, topic=record.topic, offset=record.offset)
            return [self._rejected(record, f"work failed: {error!r}")]
        return outgoing(emitted, source=self._stage.name, at=clock.now())

    def _rejected(self, record: Taken, reason: str) -> Outgoing:
        self._gauge.judge(record.topic, record.partition, record.offset, record.key, reason)
        log.warning("dead letter", stage=self._stage.name, offset=record.offset, reason=reason)
        dlq = self._dlq[record.topic]
        return rejected(record, dlq=dlq, reason=reason, stage=self._stage.name, at=clock.now())
