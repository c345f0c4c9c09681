"""Commands on channels: each an event on ``horus.streams.v1``, answered once this process has seen it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import msgspec
import structlog
from fastapi import HTTPException
from starlette.concurrency import run_in_threadpool

from api.commands import LogAway
from api.noted import Publish, noted
from api.problems import RETRY
from api.versions import Match, Stale
from api.watched import Board, Watched
from infra import clock
from infra.shown_url import shown_url
from schemas.events import StreamConfigured, StreamRemoved
from schemas.topics import STREAMS

log = structlog.get_logger()

# Longer than one command takes when the log is away (api/commands.py), so that none waits behind many such.
TURN_S = 8.0


class StreamDesk:
    """Takes commands one after the other, so that of two clients of one process only one can meet a version.

    The topic is compacted: its newest record of a channel holds, whole. Two processes that take commands on
    one channel within the milliseconds of a delivery are not told apart; the later one holds.
    """

    def __init__(self, board: Board, publish: Publish, most: int, sealed: Callable[[str], str]) -> None:
        """Prepare; ``most``: channels that may be configured; ``sealed`` returns an address as the log may
        hold it."""
        self._board = board
        self._publish = publish
        self._most = most
        self._sealed = sealed
        self._one_at_a_time = asyncio.Lock()

    async def configure(
        self,
        channel: str,
        wish: Callable[[StreamConfigured | None], StreamConfigured],
        action: str,
        match: Match | None = None,
    ) -> tuple[Watched, bool]:
        """Configure a channel by what ``wish`` makes of what there is; return it, and whether it is new.

        Raises HTTPException (409 too many, 503 not known yet, and whatever ``wish`` raises), Stale, LogAway.
        """
        await self._caught_up(channel, match)
        async with self._turn():
            before = await self._present(channel, match)
            wanted = wish(before.configured if before is not None else None)
            if before is None and len(self._board.channels()) >= self._most:
                raise HTTPException(
                    409, f"{self._most} channels are configured, as many as HORUS_CHANNELS_MAX allows"
                )
            version = await self._written(wanted)
        await self._noted(wanted.configured_by, action, channel, shown_url(wanted.url))
        status = before.status if before is not None else None
        return Watched(configured=wanted, version=version, status=status), before is None

    async def remove(self, channel: str, by: str, match: Match | None = None) -> bool:
        """Have a channel no longer watched, and forget its configuration; False when there was none.

        Raises HTTPException 503, Stale, LogAway.
        """
        await self._caught_up(channel, match)
        async with self._turn():
            if await self._present(channel, match) is None:
                return False
            await self._written(StreamRemoved(channel=channel, removed_at=clock.now(), removed_by=by))
        await self._noted(by, "streams.delete", channel, "")
        return True

    async def stop(self, channel: str, by: str) -> bool:
        """Have a channel no longer watched, and keep its configuration; False when it was not being watched.

        Raises HTTPException 503, LogAway.
        """
        async with self._turn():
            before = await self._present(channel, None)
            if before is None or not before.configured.enabled:
                return False
            await self._written(
                msgspec.structs.replace(
                    before.configured, enabled=False, configured_at=clock.now(), configured_by=by
                )
            )
        await self._noted(by, "streams.stop", channel, "")
        return True

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        """Wait for the commands before. Raises LogAway when the log keeps them too long."""
        try:
            await asyncio.wait_for(self._one_at_a_time.acquire(), TURN_S)
        except TimeoutError:
            raise LogAway from None
        try:
            yield
        finally:
            self._one_at_a_time.release()

    async def _present(self, channel: str, match: Match | None) -> Watched | None:
        """Return a channel as it is. Raises HTTPException 503 before all is known, Stale."""
        if not self._board.known:
            raise HTTPException(503, "the channels are not known yet; try again", RETRY)
        before = self._board.channel(channel)
        if match is None:
            return before
        demanded = match.demanded(_version(before))
        if demanded is not None and before is None:
            raise HTTPException(412, f"there is no channel {channel}")
        if demanded is not None and before is not None and before.version != demanded:
            raise Stale(before.version)
        return before

    async def _caught_up(self, channel: str, match: Match | None) -> None:
        """Wait until what the client has seen is known here: another process may have told it of a change.

        Outside of the turn, for a version that never was is waited for in vain. Raises Stale.
        """
        if match is None or not self._board.known:
            return
        version = _version(self._board.channel(channel))
        demanded = match.demanded(version)
        if demanded is not None and demanded > version:
            await run_in_threadpool(self._board.wait, demanded)

    async def _written(self, event: StreamConfigured | StreamRemoved) -> int:
        if isinstance(event, StreamConfigured):
            # At the last moment, so that no way leads past it; an older, plain one is sealed by any change.
            event = msgspec.structs.replace(event, url=self._sealed(event.url))
        offset = await self._publish(STREAMS, event)
        if not await run_in_threadpool(self._board.wait, offset):
            log.warning("a command is in the log, and not seen yet", channel=event.channel, offset=offset)
        return offset

    async def _noted(self, by: str, action: str, channel: str, detail: str) -> None:
        """Note it for ever: the topic of channels forgets all but the newest."""
        await noted(self._publish, by=by, action=action, target=channel, detail=detail)


def _version(watched: Watched | None) -> int:
    """Return a channel's version; -1, which is none (offsets begin at 0), for one that is not there."""
    return watched.version if watched is not None else -1
