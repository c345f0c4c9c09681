"""What lies before the ring, read from the log in parts that all clients who come back after long share."""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncGenerator, Callable, Generator

import structlog
from confluent_kafka import KafkaException
from starlette.concurrency import run_in_threadpool

from api.log_span import LogSilent, Span
from api.message import Message

log = structlog.get_logger()

# Offsets in a part: some tenths of a second of folding, and a few megabytes.
PART = 1000
# The topic is kept for ever: where it begins is asked once for a crowd that comes back, not for each of them.
BEGINS_S = 10.0
# Parts kept, with their bytes once encoded: after an outage everybody comes back to the same ones.
KEPT = 16

Part = tuple[list[Message], int]
"""The messages of a stretch of the log, and its last offset."""
Replay = Callable[[int, int, int], Generator[Part, None, None]]
"""(after, end, size) -> the parts from ``after`` + 1 on, cut at multiples of ``size``: `api.tail.replay`."""


class Away(Exception):
    """What a client missed lies in the log, and Kafka does not answer; it should come again."""


class Missed:
    """One reader of the log for all: who waits for it finds what the one before has read. Lives on a loop."""

    def __init__(self, replay: Replay, bounds: Callable[[], Span], *, part: int = PART) -> None:
        """``replay`` and ``bounds`` ask the log; both block."""
        self._replay = replay
        self._bounds = bounds
        self._size = part
        self._parts: OrderedDict[int, Part] = OrderedDict()
        self._reading = asyncio.Lock()
        self._reader: tuple[int, Generator[Part, None, None]] | None = None
        self._readers = 0
        self._asking = asyncio.Lock()
        self._begins: tuple[int, float] | None = None

    async def ends_before(self, cursor: int, position: Callable[[], int]) -> bool:
        """Tell whether a cursor lies beyond the end of the log, while ``position`` does not reach it.

        Raises Away.
        """
        async with self._asking:
            return position() < cursor and (await self._held()).end <= cursor

    async def begins(self) -> int:
        """Return the first offset that the log holds, as of some seconds ago at most. Raises Away."""
        async with self._asking:
            now = asyncio.get_running_loop().time()
            if self._begins is None or now > self._begins[1]:
                self._begins = ((await self._held()).begin, now + BEGINS_S)
            return self._begins[0]

    async def _held(self) -> Span:
        try:
            return await run_in_threadpool(self._bounds)
        except KafkaException as error:
            raise Away from error

    def forget(self) -> None:
        """Drop what was read: the log is another one."""
        self._parts.clear()
        self._begins = None

    async def after(self, cursor: int, end: Callable[[], int]) -> AsyncGenerator[Part]:
        """Yield parts with the messages after a cursor, until ``end`` (an offset that grows). Raises Away."""
        self._readers += 1
        try:
            while cursor + 1 < end():
                number = (cursor + 1) // self._size
                messages, upto = self._parts.get(number) or await self._read(number, end)
                yield [message for message in messages if message.cursor > cursor], max(cursor, upto)
                cursor = max(cursor, upto)
        except (KafkaException, LogSilent) as error:
            log.warning("what a client missed cannot be read", cursor=cursor, error=str(error))
            raise Away from error
        finally:
            self._readers -= 1
            if not self._readers:
                self._close()

    async def _read(self, number: int, end: Callable[[], int]) -> Part:
        async with self._reading:
            if number in self._parts:
                self._parts.move_to_end(number)
                return self._parts[number]
            found = None
            while found is None:
                if self._reader is None or self._reader[0] != number:
                    self._close()
                    self._reader = (number, self._replay(number * self._size - 1, end(), self._size))
                parts, self._reader = self._reader[1], None
                # None: it had been asked to end here.
                found = await run_in_threadpool(next, parts, None)
            if found[1] + 1 == (number + 1) * self._size:
                self._parts[number] = found
                self._reader = (number + 1, parts)
                if len(self._parts) > KEPT:
                    self._parts.popitem(last=False)
            return found

    def _close(self) -> None:
        reader, self._reader = self._reader, None
        if reader is not None:
            # Closes a consumer, which may take its time.
            asyncio.get_running_loop().run_in_executor(None, reader[1].close)
