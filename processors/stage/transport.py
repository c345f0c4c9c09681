"""Faust's Kafka consumer, without the tasks that it starts for every record, and sure of its offsets."""

from collections.abc import Mapping
from typing import Any

import faust
from faust.events import Event
from faust.transport.drivers import aiokafka
from faust.types import TP
from mode.services import WaitResults


class Consumer(aiokafka.Consumer):
    """Hands records over as Faust does, but waits only where something may hold one up; and goes back to
    whatever is not committed, whoever lost it.
    """

    async def perform_seek(self) -> None:
        """Go back to what is committed, and to the beginning where nothing is.

        aiokafka leaves a partition without a commit where it is. What a rebalance let fall on its way to the
        stage was never read again then: a first record of a quiet partition, until a second one came.
        """
        committed = {place: offset or None for place, offset in (await self.seek_to_committed()).items()}
        self._read_offset.update(committed)
        # Also where there is none: what Faust believed before the rebalance is of no matter.
        self._committed_offset.update(committed)
        if fresh := [place for place, offset in committed.items() if offset is None]:
            await self._thread.seek_to_beginning(*fresh)

    def begun_at(self, topic: str, partition: int) -> int:
        """Return the offset from which a partition is to be worked on: none before it is missing."""
        return self._committed_offset[TP(topic, partition)] or 0

    async def _commit_offsets(self, offsets: Mapping[TP, int], start_new_transaction: bool = True) -> bool:
        """Commit; what the broker refused does not count as committed, as it does with Faust."""
        before = {place: self._committed_offset[place] for place in offsets}
        done: bool = await super()._commit_offsets(offsets, start_new_transaction)
        if not done:
            self._committed_offset.update(before)
        return done

    def _new_offset(self, tp: TP) -> int | None:
        """Return the offset behind the last that was acknowledged; None if none was since the last commit.

        A lane acknowledges in order, and has read itself what Faust skipped. Faust would wait for these.
        """
        acknowledged = self._acked[tp]
        if not acknowledged:
            return None
        behind = max(acknowledged) + 1
        acknowledged.clear()
        self._acked_index[tp].clear()
        return behind

    async def _add_gap(self, tp: TP, offset_from: int, offset_to: int) -> None:
        """Note nothing: what is missing is the lanes' concern."""

    async def wait_first(self, *coros: Any, timeout: Any = None) -> WaitResults:
        """Wait for the first of some, as Faust does, except for a record that nothing can hold up.

        Faust starts four tasks for each record and cancels three of them: for its delivery, and for all that
        may interrupt it while its queue is full or a rebalance suspends the flow. That was more than half of
        the work of a stage that folds thousands of records a second (benchmarks/decisions.py), though there
        is room for nearly every record, and then its delivery is done at once.
        """
        if len(coros) == 2 and timeout is None and self._flows():
            delivery, suspended = coros
            suspended.close()
            return WaitResults([delivery], [await delivery], False)
        return await super().wait_first(*coros, timeout=timeout)

    def _flows(self) -> bool:
        """Tell whether a record can be delivered without waiting."""
        if self.suspend_flow.is_set() or not self.app.flow_control.is_active():
            return False
        return not any(topic.queue.full() for topic in self.app.topics)


class Transport(aiokafka.Transport):
    """Kafka by aiokafka, with the consumer above."""

    Consumer = Consumer


class Undecoded(faust.Schema[bytes, bytes]):
    """Records as they lie in the topic: to decode them, and what to do where that fails, is the stage's."""

    def compile(self, app: Any, **_: Any) -> Any:
        """Return what makes Faust's event of its message."""

        async def decode(message: Any, *, propagate: bool = False) -> Any:
            return Event(app, message.key, message.value, None, message)

        return decode
