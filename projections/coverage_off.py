"""When a channel was stopped on purpose, which is neither healthy nor faulty nor unobserved. Pure."""

from datetime import datetime, timedelta

import msgspec

from projections.coverage_heard import REACH_S
from schemas.events import StreamStatusChanged

_REACH = timedelta(seconds=REACH_S)


class Off(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch in which a channel was stopped."""

    since: datetime
    until: datetime | None = None
    """None while it is."""


def off_after(last: Off | None, event: StreamStatusChanged) -> Off | None:
    """Return a channel's last such stretch after one more status.

    ``last``: it before, the same object when nothing of it changes; None while the channel was never stopped.
    Statuses come in their channel's order; one that comes again changes nothing.
    """
    if event.state == "stopped":
        # The end of its last media may lie in an outage long before somebody stopped it.
        since = max(event.since, event.observed_at - _REACH)
        if last is None or (last.until is not None and since >= last.until):
            return Off(since=since)
        return last
    if last is None or last.until is not None or event.observed_at <= last.since:
        return last
    # A trouble may reach back to media before the stop: then it is watched since that word.
    until = event.since if event.since > last.since else event.observed_at
    return Off(since=last.since, until=until)
