"""Sending dead letters again: in order, each once, until one fails or time is up."""

import time
from collections.abc import Awaitable, Callable, Sequence

import msgspec

from api.webhooks.letters import Letter
from api.webhooks.line import Post

# Somebody waits for the answer; what is left is sent by asking again.
WITHIN_S = 20.0


class Again(msgspec.Struct, frozen=True, kw_only=True):
    """What came of it."""

    taken: tuple[Letter, ...] = ()
    stopped_at: Letter | None = None
    """The letter that failed; those behind it were not tried."""
    reason: str = ""


async def resend(
    letters: Sequence[Letter],
    body: Callable[[Letter], Awaitable[str]],
    post: Post,
    settle: Callable[[Letter], Awaitable[None]],
    clock: Callable[[], float] = time.monotonic,
) -> Again:
    """Send letters again, one attempt each, in the order given.

    A target that fails once is not asked about the rest. Raises what ``body`` and ``settle`` raise; what was
    settled until then stays so.
    """
    end = clock() + WITHIN_S
    taken: list[Letter] = []
    for letter in letters:
        if clock() >= end:
            break
        outcome = await post(letter.delivery, (await body(letter)).encode())
        if not outcome.delivered:
            return Again(taken=tuple(taken), stopped_at=letter, reason=outcome.reason)
        await settle(letter)
        taken.append(letter)
    return Again(taken=tuple(taken))
