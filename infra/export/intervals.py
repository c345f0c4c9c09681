"""Which offsets of a partition are done and which are not. Pure."""

from collections.abc import Iterable

Interval = tuple[int, int]
"""Offsets from the first to, but without, the second."""


def missing(wanted: Interval, covered: Iterable[Interval]) -> list[Interval]:
    """Return what of ``wanted`` is not ``covered``, in order."""
    found = []
    first, end = wanted
    for low, high in sorted(each for each in covered if each[0] < each[1]):
        if first < min(low, end):
            found.append((first, min(low, end)))
        first = max(first, high)
    if first < end:
        found.append((first, end))
    return found


def joined(covered: Iterable[Interval], done: Interval) -> list[Interval]:
    """Return ``covered`` and ``done`` together, in order, with those that touch made one."""
    whole: list[Interval] = []
    for low, high in sorted([*covered, done]):
        if low >= high:
            continue
        if whole and low <= whole[-1][1]:
            whole[-1] = (whole[-1][0], max(high, whole[-1][1]))
        else:
            whole.append((low, high))
    return whole
