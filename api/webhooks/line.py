"""One webhook's deliveries: in order for each occurrence, several occurrences at once, tried patiently."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from datetime import datetime
from functools import partial
from typing import Protocol

import msgspec
import structlog
from tenacity import AsyncRetrying, retry_if_result, stop_after_attempt, wait_random_exponential

from api.message import Filter, Message
from api.webhooks.attempt import Outcome
from api.webhooks.feed import Feed
from api.webhooks.metrics import ATTEMPTS, DELIVERIES
from api.webhooks.progress import Progress
from schemas.events import WebhookConfigured, WebhookGaveUp
from schemas.identity import fact_id

log = structlog.get_logger()

# Requests to one target at once: one that takes a second still gets eight messages a second.
AT_ONCE = 8
# Messages taken up: one occurrence whose head is being retried does not keep the others waiting.
TAKEN_UP = 256
# No pause grows longer: a target that is back is told within a minute.
LONGEST_PAUSE_S = 60.0


class Post(Protocol):
    """One attempt; `api.webhooks.attempt.Poster.post` in production."""

    async def __call__(self, delivery: str, body: bytes) -> Outcome:
        """Try once; an outcome whatever the target does."""
        ...


class Patience(msgspec.Struct, frozen=True, kw_only=True):
    """How often a delivery is tried, and how long the pauses are."""

    attempts: int
    backoff_s: float
    """Upper bound of the first pause, doubled for each further one; the pauses are random below their bounds
    so that many deliveries do not come back as one wave."""


def wants(webhook: WebhookConfigured, message: Message) -> bool:
    """Tell whether a webhook is to be told of a message."""
    wanted = webhook.wants
    by_state = Filter(
        channels=frozenset(wanted.channels),
        types=frozenset(wanted.types),
        severities=frozenset(wanted.severities),
    )
    return (not wanted.kinds or message.kind in wanted.kinds) and by_state.wants(message.state)


def delivery_id(webhook_id: str, cursor: int) -> str:
    """Return the id of a delivery: the same in each attempt, and from whatever process."""
    return fact_id("webhook delivery", webhook_id, cursor)


class Line:
    """Follows the feed for one webhook from where it got to."""

    def __init__(
        self,
        webhook: WebhookConfigured,
        reached: int,
        feed: Feed,
        post: Post,
        patience: Patience,
        give_up: Callable[[WebhookGaveUp], Awaitable[None]],
        *,
        now: Callable[[], datetime],
        holds: Callable[[], bool] = lambda: True,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """``give_up`` returns once a dead letter is safe in the log; only then does the line go on.

        Once ``holds`` says that the webhook is no longer as given, nothing is sent any more.
        """
        self._webhook = webhook
        self._progress = Progress(reached)
        self._feed = feed
        self._post = post
        self._patience = patience
        self._give_up = give_up
        self._now = now
        self._holds = holds
        self._sleep = sleep
        self._places = asyncio.Semaphore(AT_ONCE)
        self._room = asyncio.Semaphore(TAKEN_UP)
        self._last: dict[str, asyncio.Task[None]] = {}
        self.moved = asyncio.Event()
        """Set when `reached` has grown; for who keeps the position."""

    @property
    def reached(self) -> int:
        """Return the cursor up to which everything is settled."""
        return self._progress.reached

    async def run(self) -> None:
        """Deliver until cancelled; what is under way then is delivered again by the next sender.

        Raises what ``feed`` and ``give_up`` raise.
        """
        async with asyncio.TaskGroup() as group, aclosing(self._feed.follow(self._progress.seen)) as parts:
            async for messages, upto in parts:
                for message in messages:
                    if wants(self._webhook, message):
                        await self._room.acquire()
                        self._progress.take(message.cursor)
                        self._begin(group, message)
                self._progress.pass_to(upto)
                self.moved.set()

    def _begin(self, group: asyncio.TaskGroup, message: Message) -> None:
        uid = message.state.uid
        task = group.create_task(self._deliver(message, self._last.get(uid)))
        self._last[uid] = task
        task.add_done_callback(partial(self._forget, uid))

    def _forget(self, uid: str, done: "asyncio.Task[None]") -> None:
        if self._last.get(uid) is done:
            del self._last[uid]

    async def _deliver(self, message: Message, before: "asyncio.Task[None] | None") -> None:
        try:
            if before is not None:
                await asyncio.wait((before,))
            await self._settle(message)
        finally:
            self._room.release()

    async def _settle(self, message: Message) -> None:
        webhook_id, body = self._webhook.webhook_id, message.text
        delivery = delivery_id(webhook_id, message.cursor)
        outcome, attempts = await self._persist(delivery, body.encode())
        if outcome.delivered:
            DELIVERIES.labels("delivered").inc()
        else:
            DELIVERIES.labels("given_up").inc()
            log.warning("webhook gave up", webhook=webhook_id, delivery=delivery, reason=outcome.reason)
            await self._give_up(
                WebhookGaveUp(
                    webhook_id=webhook_id,
                    delivery=delivery,
                    cursor=message.cursor,
                    kind=message.kind,
                    body=body,
                    reason=outcome.reason,
                    attempts=attempts,
                    gave_up_at=self._now(),
                )
            )
        self._progress.settle(message.cursor)
        self.moved.set()

    async def _persist(self, delivery: str, body: bytes) -> tuple[Outcome, int]:
        """Try until it is taken or patience ends; return the last outcome and the number of attempts."""
        attempts = 0

        async def attempt() -> Outcome:
            nonlocal attempts
            attempts += 1
            async with self._places:
                if not self._holds():
                    # Whoever changed the webhook has his answer; the sender is about to end this line.
                    await asyncio.Event().wait()
                outcome = await self._post(delivery, body)
            ATTEMPTS.labels("taken" if outcome.delivered else "failed").inc()
            return outcome

        retrying = AsyncRetrying(
            retry=retry_if_result(lambda outcome: not outcome.delivered),
            stop=stop_after_attempt(self._patience.attempts),
            wait=wait_random_exponential(multiplier=self._patience.backoff_s, max=LONGEST_PAUSE_S),
            sleep=self._sleep,
            retry_error_callback=lambda state: state.outcome.result() if state.outcome else None,
        )
        outcome: Outcome = await retrying(attempt)
        return outcome, attempts
