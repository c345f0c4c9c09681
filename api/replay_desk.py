"""Replays asked for over the API: one at a time, the last ones remembered."""

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime
from typing import Protocol

import msgspec
import structlog
from pydantic import ValidationError

from api.replay_child import Child, Failed, command
from api.replay_read import ReplayRead, ReplayState, ReplayWrite, ResultRead
from infra import clock

log = structlog.get_logger()

KEPT = 20
"""Replays remembered, each with a result of a megabyte at most; gone with the process."""


class Running(Protocol):
    """A replay at work; `api.replay_child.Child` in production."""

    async def result(self, on_progress: Callable[[float], None]) -> bytes:
        """Return the result as JSON. Raises Failed."""
        ...

    async def stop(self) -> None:
        """End it."""
        ...


Start = Callable[[list[str]], Awaitable[Running]]


class Replay(msgspec.Struct, frozen=True, kw_only=True):
    """A replay and how it stands."""

    id: str
    asked: ReplayWrite
    by: str
    started_at: datetime
    state: ReplayState = "running"
    progress: float = 0.0
    ended_at: datetime | None = None
    error: str | None = None
    result: ResultRead | None = None


class Busy(RuntimeError):
    """Another replay runs; the text names it."""


class ReplayDesk:
    """Starts, remembers and ends replays; only for the event loop that serves the clients."""

    def __init__(self, start: Start = Child.started) -> None:
        """Remember nothing yet. ``start`` runs a command line."""
        self._start = start
        self._known: dict[str, Replay] = {}
        self._at_work: tuple[str, Running, asyncio.Task[None]] | None = None
        self._starting = False

    async def begin(self, asked: ReplayWrite, by: str) -> Replay:
        """Start a replay and return at once. Raises Busy while another one runs, OSError."""
        if self._starting or self._at_work is not None:
            running = f"replay {self._at_work[0]}" if self._at_work is not None else "another replay"
            raise Busy(f"{running} is under way: wait for its end, or cancel it")
        self._starting = True
        try:
            running_child = await self._start(command(asked))
        finally:
            self._starting = False
        replay = Replay(id=uuid.uuid4().hex, asked=asked, by=by, started_at=clock.now())
        self._keep(replay)
        task = asyncio.create_task(self._follow(replay.id, running_child))
        self._at_work = (replay.id, running_child, task)
        return replay

    def get(self, replay_id: str) -> Replay | None:
        """Return a replay, None when it is not remembered (any more)."""
        return self._known.get(replay_id)

    def all(self) -> list[Replay]:
        """Return what is remembered, the newest first."""
        return list(reversed(self._known.values()))

    async def cancel(self, replay_id: str) -> Replay | None:
        """End a replay that runs, and return how it stands; one that is over stays as it is."""
        if self._at_work is not None and self._at_work[0] == replay_id:
            _, child, task = self._at_work
            self._end(replay_id, "cancelled")
            await child.stop()
            await asyncio.wait([task])
        return self._known.get(replay_id)

    async def stop(self) -> None:
        """End what runs."""
        if self._at_work is not None:
            with suppress(asyncio.CancelledError):
                await self.cancel(self._at_work[0])

    async def _follow(self, replay_id: str, child: Running) -> None:
        try:
            output = await child.result(lambda share: self._advance(replay_id, share))
            self._end(replay_id, "done", result=ResultRead.model_validate_json(output))
        except Failed as failed:
            self._end(replay_id, "failed", error=str(failed))
        except (ValidationError, OSError) as error:
            log.exception("replay", id=replay_id)
            self._end(replay_id, "failed", error=f"its result could not be read: {type(error).__name__}")
        finally:
            self._at_work = None

    def _advance(self, replay_id: str, share: float) -> None:
        self._put(replay_id, progress=max(self._known[replay_id].progress, min(share, 1.0)))

    def _end(
        self,
        replay_id: str,
        state: ReplayState,
        *,
        error: str | None = None,
        result: ResultRead | None = None,
    ) -> None:
        # The first end holds: what was cancelled also fails, by the signal that ended it.
        if self._known[replay_id].state == "running":
            self._put(replay_id, state=state, ended_at=clock.now(), error=error, result=result)
            if state == "done":
                self._put(replay_id, progress=1.0)

    def _put(self, replay_id: str, **fields: object) -> None:
        self._known[replay_id] = msgspec.structs.replace(self._known[replay_id], **fields)

    def _keep(self, replay: Replay) -> None:
        self._known[replay.id] = replay
        while len(self._known) > KEPT:
            del self._known[next(iter(self._known))]


def replay_read(replay: Replay) -> ReplayRead:
    """Return a replay as clients read it."""
    return ReplayRead(
        id=replay.id,
        state=replay.state,
        progress=replay.progress,
        asked=replay.asked,
        by=replay.by,
        started_at=replay.started_at,
        ended_at=replay.ended_at,
        error=replay.error,
        result=replay.result,
    )
