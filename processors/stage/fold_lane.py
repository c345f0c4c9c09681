"""A stateful stage on one partition: fold in order, outputs, then one snapshot, then acknowledge."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Generic, Protocol, TypeVar

import structlog

from infra import clock, crash_point
from infra.outlet import Outgoing
from infra.poison import PoisonGauge, TooMuchPoison
from processors.stage.hole import read_stretches
from processors.stage.retry import until_done
from processors.stage.snapshot import Snapshot, hole_before, written
from processors.stage.taken import Taken, outgoing, rejected
from processors.stage.work import Stateful
from schemas.envelope import Undecodable

log = structlog.get_logger()

State = TypeVar("State")

BATCH = 256
"""Records folded into one snapshot at most. A lane waits for the broker twice a batch, some 10 ms: with 64, a
worker that catches up waited for half of its time (benchmarks/decisions.py). Folding 256 takes as long."""


class Writer(Protocol):
    """Where outputs and snapshots go; `infra.outlet.Outlet` in production."""

    async def write(self, records: Sequence[Outgoing]) -> None:
        """Return when all records are confirmed."""
        ...


ReadHole = Callable[[dict[tuple[str, int], tuple[int, int | None]]], Awaitable[list[Taken]]]


class FoldLane(Generic[State]):
    """Folds the records of one partition. Created anew for each group generation."""

    def __init__(
        self,
        stage: Stateful[State],
        partition: int,
        snapshot: Snapshot[State],
        writer: Writer,
        read_hole: ReadHole,
        gauge: PoisonGauge,
    ) -> None:
        """Start from a snapshot; ``read_hole`` reads what Faust skipped, ``gauge`` says when to stop."""
        self.snapshot = snapshot
        self._stage = stage
        self._partition = partition
        self._writer = writer
        self._read_hole = read_hole
        self._gauge = gauge
        self._dlq = {topic.name: topic.dlq for topic in stage.inputs}
        self._waiting: asyncio.Queue[tuple[Taken, Callable[[], object]]] = asyncio.Queue(BATCH)

    async def put(self, record: Taken, ack: Callable[[], object]) -> None:
        """Hand over a record; waits while the lane is full. ``ack`` is called once it is folded for good."""
        await self._waiting.put((record, ack))

    async def run(self) -> None:
        """Work until cancelled. Raises TooMuchPoison, and otherwise only what no repeat can mend."""
        while True:
            batch = [await self._waiting.get()]
            while len(batch) < BATCH and not self._waiting.empty():
                batch.append(self._waiting.get_nowait())
            folding = partial(self.step, [record for record, _ in batch])
            await until_done(f"{self._stage.name}[{self._partition}]", folding)
            for _, ack in batch:
                ack()
            crash_point.reached("fold.after-ack")

    async def step(self, records: Sequence[Taken]) -> None:
        """Fold records into the snapshot: safe to repeat from any point at which it was interrupted.

        Raises TooMuchPoison once everything before the record in question is folded and written.
        """
        if holes := hole_before(self.snapshot, records):
            missing = await self._read_hole(
                {(topic, self._partition): (first, last) for topic, (first, last) in holes.items()}
            )
            if missing:
                log.warning("read a hole", stage=self._stage.name, partition=self._partition, holes=holes)
            crash_point.reached("fold.after-hole")
            records = [*missing, *records]
        outputs, snapshot, too_much = self._folded(records)
        if snapshot is not self.snapshot:
            await self._keep(outputs, snapshot)
        if too_much is not None:
            raise too_much

    async def _keep(self, outputs: Sequence[Outgoing], snapshot: Snapshot[State]) -> None:
        crash_point.reached("fold.before-outputs")
        await self._writer.write(outputs)
        crash_point.reached("fold.after-outputs")
        await self._writer.write([written(self._stage.state_topic, self._partition, snapshot)])
        crash_point.reached("fold.after-state")
        self.snapshot = snapshot

    def _folded(
        self, records: Sequence[Taken]
    ) -> tuple[list[Outgoing], Snapshot[State], TooMuchPoison | None]:
        """Return outputs and snapshot up to the first record that is too much to reject, if there is one."""
        at = clock.now()
        before = self.snapshot
        offsets, channels = dict(before.next_offsets), dict(before.channels)
        outputs: list[Outgoing] = []
        now: datetime | None = None
        too_much: TooMuchPoison | None = None
        for record in records:
            if record.offset < offsets.get(record.topic, 0):
                continue
            try:
                told, time = self._one(record, channels, at)
            except TooMuchPoison as error:
                too_much = error
                break
            outputs += told
            now = max(now or time, time) if time is not None else now
            offsets[record.topic] = record.offset + 1
        if offsets == before.next_offsets:
            return outputs, before, too_much
        kept = channels if now is None else self._stage.kept(channels, now)
        return outputs, Snapshot(next_offsets=offsets, channels=dict(kept)), too_much

    def _one(
        self, record: Taken, channels: dict[str, State], at: datetime
    ) -> tuple[list[Outgoing], datetime | None]:
        """Fold a record into its channel; return what it leads to, and when its event was written.

        One that does not decode, or cannot be folded, leads to its dead letter. Raises TooMuchPoison.
        """
        try:
            envelope = record.envelope()
            channel = envelope.event.channel
            state, emitted = self._stage.fold(channels.get(channel), envelope)
            told = outgoing(emitted, source=self._stage.name, at=at)
            channels[channel] = state
            return told, envelope.time
        except Undecodable as error:
            reason = str(error)
        except Exception as error:
            # A fold that fails once fails always: without this one event would stop its whole partition.
            log.exception("rejected", stage=self._stage.name, offset=record.offset)
            reason = f"fold failed: {error!r}"
        self._gauge.judge(record.topic, record.partition, record.offset, record.key, reason)
        dlq = self._dlq[record.topic]
        return [rejected(record, dlq=dlq, reason=reason, stage=self._stage.name, at=at)], None


def hole_reader(bootstrap_servers: str) -> ReadHole:
    """Return the reader of skipped offsets against a real broker."""

    async def read(stretches: dict[tuple[str, int], tuple[int, int | None]]) -> list[Taken]:
        return [record async for record in read_stretches(bootstrap_servers, stretches)]

    return read
