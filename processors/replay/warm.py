"""From where a replay must read, so that what it knows at the beginning of its window is right. Pure."""

from collections.abc import Iterable
from datetime import datetime, timedelta

# Bars all night are within this; of what was on for longer the start is not seen, and not compared.
WARM_MAX = timedelta(hours=12)
# Good samples before a fault, so that its average and its votes are what they were: fifty at five a second.
SETTLE = timedelta(seconds=10)


def warm_start(since: datetime, lead: timedelta, spans: Iterable[tuple[datetime, datetime]]) -> datetime:
    """Return a moment at least ``lead`` before ``since`` at which nothing was on, nor began for SETTLE.

    ``spans``: when something was on, as (start, end). Never more than WARM_MAX before ``since - lead``.
    """
    known = list(spans)
    start = since - lead
    earliest = start - WARM_MAX
    while start > earliest:
        on = [begun for begun, over in known if begun - SETTLE < start <= over]
        if not on:
            return start
        start = min(on) - SETTLE
    return earliest
