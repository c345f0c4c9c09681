"""Noting for ever who did what, where no other topic that is kept for ever tells it."""

import uuid
from collections.abc import Awaitable, Callable

import structlog

from api.commands import LogAway
from infra import clock
from schemas.events import CommandDone, Event
from schemas.topics import ADMIN, Topic

log = structlog.get_logger()

Publish = Callable[[Topic, Event], Awaitable[int]]


async def noted(publish: Publish, *, by: str, action: str, target: str, detail: str) -> None:
    """Note a command that has been carried out (`CommandDone`).

    A log that is away by now is told to this process' own log alone: a second answer of 503 would have done
    twice what is done.
    """
    done = CommandDone.of(action, target, by=by, at=clock.now(), command_id=str(uuid.uuid4()), detail=detail)
    try:
        await publish(ADMIN, done)
    except LogAway:
        log.error("not noted in the audit", action=action, target=target, by=by)
