"""Faust's Kafka consumer, without the tasks that it starts for every record."""

from typing import Any

import faust
from faust.events import Event
from faust.transport.drivers import aiokafka
from mode.services import WaitResults


class Consumer(aiokafka.Consumer):
    """Hands records over as Faust does, but waits only where something may hold one up."""

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
