"""What somebody wants replayed."""

from collections.abc import Mapping
from datetime import datetime

import msgspec

from infra.settings import Settings
from schemas.faults import FAULTS

# What precedes the window, so that every average, vote and run is as it was when the window begins; scores
# come at most five seconds apart, and runs shorter than a minute are covered whatever the settings.
LEAD_S = 60.0
# Behind the window, until what began within it has had time to count and to clear.
TAIL_S = 60.0


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch of time and the channels of which it is replayed."""

    since: datetime
    """UTC-aware."""
    until: datetime
    """UTC-aware, later than ``since``."""
    channels: tuple[str, ...] = ()
    """Empty: all live channels that the log knows."""


def lead_s(settings: Settings, onsets: Mapping[str, float] | None = None) -> float:
    """Return how many seconds before a window the fold must begin, so that nothing of before is missing.

    The longest delay there is, whether of a fault type, a setting or a channel, besides LEAD_S.
    """
    known = [fault.onset_s for fault in FAULTS.values()]
    delays = [*known, *settings.onsets.values(), *(onsets or {}).values()]
    return LEAD_S + max(delays) + max(settings.clears.values(), default=0.0)


def tail_s(settings: Settings) -> float:
    """Return how many seconds behind a window are folded, so that what began within it is known whole."""
    return TAIL_S + max(settings.onsets.values(), default=0.0) + max(settings.clears.values(), default=0.0)
