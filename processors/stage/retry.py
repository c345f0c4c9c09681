"""Trying again what can pass: brokers and disks that are away come back."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog
from aiokafka.errors import KafkaError as AioKafkaError
from confluent_kafka import KafkaException
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, wait_exponential

from infra.kafka import NotDelivered

log = structlog.get_logger()

Result = TypeVar("Result")

TRANSIENT = (OSError, TimeoutError, KafkaException, AioKafkaError, NotDelivered)
"""What may pass by itself; everything else is either the event's fault or ours."""

FIRST_WAIT_S = 0.2
LONGEST_WAIT_S = 5.0


def _can_pass(error: BaseException) -> bool:
    # A producer that lost its idempotence, say, stays lost: the process must begin anew.
    fatal = isinstance(error, KafkaException) and bool(error.args) and error.args[0].fatal()
    return isinstance(error, TRANSIENT) and not fatal


async def until_done(what: str, attempt: Callable[[], Awaitable[Result]]) -> Result:
    """Await ``attempt()`` again and again, with growing pauses, while it fails in a way that can pass.

    Any other exception is raised as it is. Ends early only by cancellation.
    """

    def tell(state: RetryCallState) -> None:
        failure = state.outcome.exception() if state.outcome else None
        log.warning("trying again", what=what, attempt=state.attempt_number, error=repr(failure))

    retrying = AsyncRetrying(
        retry=retry_if_exception(_can_pass),
        wait=wait_exponential(multiplier=FIRST_WAIT_S, max=LONGEST_WAIT_S),
        before_sleep=tell,
        reraise=True,
    )

    async def call() -> Result:
        # tenacity awaits only what it can see to be a coroutine function, which a lambda is not.
        return await attempt()

    return await retrying(call)
