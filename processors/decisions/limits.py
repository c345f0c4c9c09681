"""Within what classes are quiet, made once for the many segments that are scored alike. Pure."""

from collections.abc import Mapping

import msgspec

from processors.decisions.rule import Rule

# So far below its edge that no rounding in the sum of a window lifts an average over a threshold: a window
# has at most a hundred samples, each sum rounds by some 1e-14.
_BELOW = 1e-9
# Moments are kept in microseconds: a gap this close to a limit is left to the fold that looks at each sample.
CLOSE_S = 1e-5


class Limit(msgspec.Struct, frozen=True):
    """Within what one class is quiet."""

    name: str
    low: float
    """Its samples lie below this."""
    kept: int
    """How many of them its average takes."""
    farthest_s: float
    """So far they may lie apart."""


class Limits(msgspec.Struct, frozen=True):
    """Those of all classes that are scored together."""

    of: tuple[Limit, ...]
    kept: int
    """The most that any of their averages takes."""


def limits(classes: Mapping[str, Rule]) -> Limits | None:
    """Return within what classes are quiet; None when one is not watched for: that mutes it without end."""
    if not classes or not all(rule.enabled for rule in classes.values()):
        return None
    each = tuple(
        Limit(name, rule.edge - _BELOW, rule.moving_avg_m, min(rule.merge_s, rule.hold_s) - CLOSE_S)
        for name, rule in classes.items()
    )
    return Limits(each, max(limit.kept for limit in each))
