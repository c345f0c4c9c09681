"""Taking records from a stream of Faust: all that wait, at once."""

from collections.abc import AsyncIterator
from time import monotonic
from typing import Any


async def take(stream: Any, most: int) -> AsyncIterator[list[Any]]:
    """Yield the events that wait in a stream, up to ``most`` of them together; waits for the first one only.

    Nothing is acknowledged. Faust's own `noack_take` gives the loop a turn for each event and wakes up every
    few milliseconds to look whether its time is over, whether there are events or not.
    """
    queue = stream.channel.queue
    seen = stream.app.monitor.stream_inbound_time
    while True:
        try:
            batch = [await queue.get()]
        except StopAsyncIteration:
            # So Faust ends a stream; out of a generator it would come as an error.
            return
        while len(batch) < most and not queue.empty():
            batch.append(queue.get_nowait())
        # By this Faust judges whether a stream has stopped working, and says so in the log.
        now = monotonic()
        for event in batch:
            seen[event.message.tp] = now
        yield batch
