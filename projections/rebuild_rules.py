"""How far a rebuild goes, and when it must not be begun: pure."""

from collections.abc import Mapping

import msgspec

from projections.source import Bounds, Partition, Positions


class Refused(RuntimeError):
    """It must not be done, or not without being told so; the text says why and what would."""


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """Up to where the new version is filled."""

    until: Positions
    incomparable: str = ""
    """Why the live version cannot be held against it; empty: it can."""


def target(live: Positions, log: Mapping[Partition, Bounds]) -> Target:
    """Return where the live version stands, the only offset at which two versions can be compared.

    The end of the log where it stands nowhere, or at an offset that this log does not reach or no longer
    holds: then there is nothing to compare with.
    """
    ends = {partition: bounds.high for partition, bounds in log.items()}
    if not live:
        return Target(until=ends, incomparable="the live version has read nothing yet")
    for partition, offset in live.items():
        bounds = log.get(partition, Bounds(0, 0))
        if offset > bounds.high:
            why = f"the live version is at {partition}@{offset}, and this log ends at {bounds.high}"
            return Target(until=ends, incomparable=f"{why}: it was made from another one")
        if offset < bounds.low:
            why = f"the live version is at {partition}@{offset}, and this log begins at {bounds.low}"
            return Target(until=ends, incomparable=f"{why}: what lies between is lost")
    return Target(until=live)


def beginning_gone(log: Mapping[Partition, Bounds]) -> str:
    """Return which part of the log is no longer there, as words; empty while all of it is."""
    gone = [f"{partition} begins at {bounds.low}" for partition, bounds in log.items() if bounds.low > 0]
    if not gone:
        return ""
    more = f" (and {len(gone) - 1} more)" if len(gone) > 1 else ""
    return f"the log no longer holds its beginning: {gone[0]}{more}"


def left(at: Positions, until: Positions) -> int:
    """Return how many records are still to be read."""
    return sum(max(0, offset - at.get(partition, 0)) for partition, offset in until.items())
