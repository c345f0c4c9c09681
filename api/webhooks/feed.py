"""All messages of the log in order, from any place on: what each webhook follows."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Protocol

import structlog

from api.hub import TAKE, Hub
from api.message import Message

log = structlog.get_logger()

Part = tuple[Sequence[Message], int]
"""Some messages, and the cursor up to which there are no others."""


class Feed(Protocol):
    """Where a line gets its messages."""

    def follow(self, cursor: int) -> AsyncGenerator[Part]:
        """Yield all messages behind a cursor, in order and without end; close it."""
        ...


class HubFeed:
    """The feed of an API process: the messages that it pushes, and the log where its ring does not reach."""

    def __init__(self, hub: Hub) -> None:
        """Read from a hub, on its event loop."""
        self._hub = hub

    async def follow(self, cursor: int) -> AsyncGenerator[Part]:
        """Yield all messages behind a cursor. Raises api.hub.Away when the log does not answer."""
        hub, at = self._hub, cursor
        await hub.ready()
        while True:
            if at == hub.position:
                await hub.grown(at)
            elif at < hub.position and hub.ring.reaches(at):
                messages = hub.ring.after(at, TAKE)
                # After the last one may lie events that gave no message.
                at = messages[-1].cursor if len(messages) == TAKE else hub.position
                yield messages, at
            elif not await hub.knows(at):
                # A position in a log that is no more: there is nothing that could still be told of it.
                log.warning("webhook goes on from now: its position is of another log", cursor=at)
                at = hub.position
            elif not hub.ring.reaches(at):
                async with aclosing(hub.missed(at)) as parts:
                    async for missed, upto in parts:
                        at = upto
                        yield missed, upto
