"""Spans of seconds as Python adds them to moments. Pure."""

from datetime import timedelta
from functools import lru_cache


# Making one costs more than a sample's whole comparison, and measures lie on a few dozen distances.
@lru_cache(maxsize=4096)
def span(seconds: float) -> timedelta:
    """Return a span of so many seconds, to the microsecond."""
    return timedelta(seconds=seconds)
