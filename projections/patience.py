"""Waiting for a server that is away: with growing pauses, said once, and heard at once when told to stop."""

import threading

import structlog
import tenacity
from confluent_kafka import KafkaException
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from infra.kafka import why

log = structlog.get_logger()

# From a blip of the network up to a server that restarts.
FIRST_PAUSE_S = 0.1
LONGEST_PAUSE_S = 2.0


class Stopping(Exception):
    """Told to stop while waiting for a server; whatever was being done has not been done."""


def is_away(error: BaseException) -> bool:
    """Tell whether an error says that a server is away for now, rather than that it refuses."""
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return True
    return isinstance(error, (OperationalError, InterfaceError, KafkaException))


def patience(doing: str, stopping: threading.Event, *further: type[Exception]) -> tenacity.Retrying:
    """Return what calls a function until the servers it needs answer; ``further`` errors are waited out too.

    Raises Stopping when told to stop meanwhile, and whatever else the function raises.
    """

    def tell(state: tenacity.RetryCallState) -> None:
        if state.attempt_number == 1 and state.outcome is not None:
            error = state.outcome.exception()
            log.warning("waiting", doing=doing, error=one_line(error) if error else "")

    def give_up(_: tenacity.RetryCallState) -> None:
        raise Stopping

    return tenacity.Retrying(
        retry=tenacity.retry_if_exception(lambda error: is_away(error) or isinstance(error, further)),
        wait=tenacity.wait_exponential(multiplier=FIRST_PAUSE_S, max=LONGEST_PAUSE_S),
        stop=tenacity.stop_when_event_set(stopping),
        sleep=tenacity.sleep_using_event(stopping),
        before_sleep=tell,
        retry_error_callback=give_up,
    )


def one_line(error: BaseException) -> str:
    """Return what an error says, without its statement and its tail of lines."""
    if isinstance(error, KafkaException):
        return why(error)
    cause = error.orig if isinstance(error, DBAPIError) else error
    return (str(cause).strip().splitlines() or [type(error).__name__])[0]
