"""Records go from Faust's consumer to the stage without ado while there is room, and else wait for it."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import faust
from faust.types import TP, ConsumerMessage

from processors.stage.app import faust_app
from processors.stage.take import take
from processors.stage.transport import Undecoded

PLACE = TP("statuses", 3)
DEADLINE_S = 10.0


class Flowing:
    """A Faust app to which one partition is assigned, with the stream that its agent would get."""

    def __init__(self, app: faust.App) -> None:
        self.app = app
        self.tasks = 0
        self.stream: Any = app.stream(aiter(app.topic(PLACE.topic, schema=Undecoded())))

    async def start(self) -> None:
        self.app.flow_control.resume()
        await self.app.topics.on_partitions_assigned({PLACE})
        loop = asyncio.get_running_loop()

        def counted(within: asyncio.AbstractEventLoop, coro: Any, **how: Any) -> asyncio.Task[Any]:
            self.tasks += 1
            return asyncio.Task(coro, loop=within, **how)

        loop.set_task_factory(counted)

    async def deliver(self, offset: int) -> None:
        """Deliver a record as Faust's consumer does."""
        message = ConsumerMessage(
            PLACE.topic, PLACE.partition, offset, 0.0, 0, [("ce_id", b"1")], b"tv1", b"{}", None
        )
        consumer: Any = self.app.consumer
        await consumer.wait_first(self.app.topics.on_message(message), consumer.suspend_flow.wait())

    def waiting(self) -> int:
        return int(self.stream.channel.queue.qsize())


def run(folder: Path, scene: Callable[[Flowing], Awaitable[None]]) -> None:
    async def started() -> None:
        flowing = Flowing(faust_app("counting", 0, "127.0.0.1:1", folder))
        await flowing.start()
        await scene(flowing)

    asyncio.run(started())


def test_a_record_for_which_there_is_room_is_delivered_without_a_task(tmp_path: Path) -> None:
    async def scene(flowing: Flowing) -> None:
        for offset in range(10):
            await flowing.deliver(offset)

        assert flowing.waiting() == 10
        assert flowing.tasks == 0

    run(tmp_path, scene)


def test_a_record_without_room_is_delivered_when_there_is_room_again(tmp_path: Path) -> None:
    async def scene(flowing: Flowing) -> None:
        queue = flowing.stream.channel.queue
        for offset in range(queue.maxsize):
            await flowing.deliver(offset)
        late = asyncio.ensure_future(flowing.deliver(queue.maxsize))
        await asyncio.sleep(0)
        assert not late.done()

        taken = await anext(take(flowing.stream, 1))
        await asyncio.wait_for(late, DEADLINE_S)

        assert [event.message.offset for event in taken] == [0]
        assert flowing.waiting() == queue.maxsize

    run(tmp_path, scene)


def test_a_record_without_room_gives_way_to_a_rebalance(tmp_path: Path) -> None:
    async def scene(flowing: Flowing) -> None:
        queue = flowing.stream.channel.queue
        for offset in range(queue.maxsize):
            await flowing.deliver(offset)
        late = asyncio.ensure_future(flowing.deliver(queue.maxsize))
        await asyncio.sleep(0)

        consumer: Any = flowing.app.consumer
        consumer.stop_flow()
        await asyncio.wait_for(late, DEADLINE_S)

        assert flowing.waiting() == queue.maxsize

    run(tmp_path, scene)


def test_what_waits_is_taken_together_and_undecoded(tmp_path: Path) -> None:
    async def scene(flowing: Flowing) -> None:
        for offset in range(5):
            await flowing.deliver(offset)

        batches = take(flowing.stream, 3)
        taken = [await anext(batches), await anext(batches)]

        assert [[event.message.offset for event in batch] for batch in taken] == [[0, 1, 2], [3, 4]]
        message = taken[0][0].message
        assert (message.key, message.value, message.headers) == (b"tv1", b"{}", [("ce_id", b"1")])

    run(tmp_path, scene)


class Broker:
    """In place of the thread that talks to Kafka: what is committed, and where the reader was sent."""

    def __init__(self, committed: dict[TP, int | None], refuses: bool = False) -> None:
        self.committed = committed
        self.to_beginning: list[TP] = []
        self._refuses = refuses

    def assignment(self) -> set[TP]:
        return set(self.committed)

    async def seek_to_committed(self) -> dict[TP, int | None]:
        return dict(self.committed)

    async def seek_to_beginning(self, *places: TP) -> None:
        self.to_beginning += places

    async def commit(self, offsets: dict[TP, int]) -> bool:
        if not self._refuses:
            self.committed.update(offsets)
        return not self._refuses


class Committing:
    """A consumer whose stage acknowledges by offset."""

    def __init__(self, folder: Path, broker: Broker) -> None:
        app: Any = faust_app("counting", 0, "127.0.0.1:1", folder)
        app.topics._acking_topics.add(PLACE.topic)
        app._producer = Flushed()
        self.consumer = app.consumer
        self.consumer._thread = broker

    def acknowledge(self, *offsets: int) -> None:
        for offset in offsets:
            self.consumer.ack(
                ConsumerMessage(PLACE.topic, PLACE.partition, offset, 0.0, 0, [], b"", b"", None, tp=PLACE)
            )


class Flushed:
    """A producer with nothing to flush."""

    async def flush(self) -> None:
        pass


def test_after_a_rebalance_a_partition_without_a_commit_is_read_from_its_beginning(tmp_path: Path) -> None:
    async def scene() -> None:
        first, none, some = TP("statuses", 0), TP("statuses", 1), TP("statuses", 2)
        broker = Broker({first: 0, none: None, some: 7})
        committing = Committing(tmp_path, broker)
        await committing.consumer.perform_seek()

        assert broker.to_beginning == [first, none]
        assert [committing.consumer.begun_at(*each) for each in (first, none, some)] == [0, 0, 7]

    asyncio.run(scene())


def test_a_commit_that_the_broker_refused_is_made_again(tmp_path: Path) -> None:
    async def scene() -> None:
        committing = Committing(tmp_path, Broker({PLACE: None}, refuses=True))
        committing.acknowledge(0, 1)
        assert not await committing.consumer.commit()

        # The rebalance that follows a refusal brings both records again.
        broker = committing.consumer._thread = Broker({PLACE: None})
        committing.acknowledge(0, 1)
        assert await committing.consumer.commit()
        assert broker.committed == {PLACE: 2}

    asyncio.run(scene())


def test_what_faust_skipped_does_not_hold_up_the_commits_behind_it(tmp_path: Path) -> None:
    async def scene() -> None:
        broker = Broker({PLACE: 4})
        committing = Committing(tmp_path, broker)
        await committing.consumer.perform_seek()
        committing.acknowledge(7, 8)
        await committing.consumer.commit()

        assert broker.committed == {PLACE: 9}

    asyncio.run(scene())


def test_a_stream_that_faust_ends_ends_without_an_error(tmp_path: Path) -> None:
    async def scene(flowing: Flowing) -> None:
        await flowing.stream.channel.queue.throw(StopAsyncIteration())

        batches = [batch async for batch in take(flowing.stream, 4)]

        assert batches == []

    run(tmp_path, scene)
