"""What a viewer would call a fault that was made: all of it, a part of it, or none to swear to."""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from training.truth_file import Fault, Unclear

# At the ends of a fault, and within it, it may go unseen for so long before truth is silent there.
_UNSEEN_END_S, _UNSEEN_S = 0.6, 1.0
# What is left of a fault must last as long as one counts from, and be seen for half of its time.
_LEAST_S, _SEEN_SHARE = 1.0, 0.5
# Around what is no clear fault, as much is unclear again on both sides.
_MARGIN_S = 0.4


class Look(NamedTuple):
    """Whether a fault could be seen at a time."""

    at_s: float
    seen: bool


def judge(made: Fault, looks: Sequence[Look]) -> tuple[list[Fault], list[Unclear]]:
    """Return what is true of a fault that was made, given ``looks`` at it in order; without any: plain."""
    if not looks:
        return [made], []
    seen = [look.at_s for look in looks if look.seen]
    start, end = made.start_s, made.end_s
    if seen and seen[0] - start > _UNSEEN_END_S:
        start = seen[0]
    if seen and end - seen[-1] > _UNSEEN_END_S:
        end = seen[-1]
    within = [look for look in looks if start <= look.at_s <= end]
    share = sum(look.seen for look in within) / max(1, len(within))
    if not seen or share < _SEEN_SHARE or end - start < _LEAST_S:
        return [], [_unclear(made.start_s, made.end_s, made.type)]
    fault = Fault(type=made.type, start_s=round(start, 3), end_s=round(end, 3), detail=made.detail)
    doubts = [_unclear(a, b, made.type) for a, b in ((made.start_s, start), (end, made.end_s)) if b > a]
    for before, after in pairwise(seen):
        if after - before > _UNSEEN_S:
            doubts.append(_unclear(before + _MARGIN_S, after - _MARGIN_S, made.type))
    return [fault], doubts


def _unclear(start_s: float, end_s: float, kind: str) -> Unclear:
    return Unclear(
        start_s=round(max(0.0, start_s - _MARGIN_S), 3), end_s=round(end_s + _MARGIN_S, 3), types=(kind,)
    )
