"""What a replay says against the log: matched by channel, type and time. Pure."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import accumulate
from typing import Literal
from urllib.parse import quote

import msgspec

from processors.replay.told import Told, overlaps

Verdict = Literal["same", "new", "lost", "shifted", "regraded"]
VERDICTS: tuple[Verdict, ...] = ("same", "new", "lost", "shifted", "regraded")
# One sample of a picture at five a second: a start or an end that moves by less is the same to any eye.
SHIFT_S = 0.2
# Kept in the log in microseconds: 0.2 s must not be more than 0.2 s by rounding.
_ROUNDING_S = 1e-6
# Before and behind the moment in the picture that a link leads to, as evidence has it.
ROLL = timedelta(seconds=5)


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """One occurrence of the log, of the replay, or of both."""

    verdict: Verdict
    channel: str
    type: str
    was: Told | None
    """In the log."""
    now: Told | None
    """In the replay."""
    start_shift_s: float | None
    """How much later it begins in the replay; None where one of both is missing or its start not known."""
    end_shift_s: float | None
    """How much later it ends; None where one of both is missing or goes on behind what was read."""
    link: str
    """Pictures of the moment: an HLS playlist, relative to the API's address."""

    @property
    def at(self) -> datetime:
        """Return when it begins, in whichever is earlier."""
        return min(each.start for each in (self.was, self.now) if each is not None)


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """How many of each verdict."""

    same: int = 0
    new: int = 0
    lost: int = 0
    shifted: int = 0
    regraded: int = 0

    @property
    def differing(self) -> int:
        """Return how many are not as the log has them."""
        return self.new + self.lost + self.shifted + self.regraded


def compared(
    was: Iterable[Told], now: Iterable[Told], since: datetime, until: datetime
) -> tuple[Difference, ...]:
    """Match two tellings of the same time and return what became of each occurrence, by start.

    The same uid is the same occurrence; of the rest those of one channel and type that overlap longest.
    Occurrences that have nothing to do with the window [since, until) on either side are left out.
    """
    groups: dict[tuple[str, str], tuple[list[Told], list[Told]]] = defaultdict(lambda: ([], []))
    for each in was:
        groups[each.channel, each.type][0].append(each)
    for each in now:
        groups[each.channel, each.type][1].append(each)
    found = [
        difference(before, after)
        for before_all, after_all in groups.values()
        for before, after in _pairs(before_all, after_all)
        if any(each is not None and overlaps(each, since, until) for each in (before, after))
    ]
    return tuple(sorted(found, key=lambda each: (each.at, each.channel, each.type)))


def difference(was: Told | None, now: Told | None) -> Difference:
    """Return what became of one occurrence. Raises ValueError when both are None."""
    known = [each for each in (was, now) if each is not None]
    if not known:
        raise ValueError("neither the log nor the replay has it")
    start_shift_s = end_shift_s = None
    verdict: Verdict = "new" if was is None else "lost"
    if was is not None and now is not None:
        start_shift_s, end_shift_s = _start_shift_s(was, now), _end_shift_s(was, now)
        moved = max(abs(start_shift_s or 0.0), abs(end_shift_s or 0.0)) > SHIFT_S + _ROUNDING_S
        graded = was.severity is not now.severity and not _begun_unseen(was, now)
        verdict = "regraded" if graded else "shifted" if moved else "same"
    return Difference(
        verdict=verdict,
        channel=known[0].channel,
        type=known[0].type,
        was=was,
        now=now,
        start_shift_s=start_shift_s,
        end_shift_s=end_shift_s,
        link=link(known[0].channel, min(each.start for each in known), max(each.end for each in known)),
    )


def counted(differences: Iterable[Difference]) -> Counts:
    """Return how many there are of each verdict."""
    numbers = dict.fromkeys(VERDICTS, 0)
    for each in differences:
        numbers[each.verdict] += 1
    return Counts(**numbers)


def link(channel: str, start: datetime, end: datetime) -> str:
    """Return the address of a channel's pictures around a stretch of time."""
    first, last = (quote(each.isoformat().replace("+00:00", "Z")) for each in (start - ROLL, end + ROLL))
    return f"/hls/{channel}/stream.m3u8?from={first}&to={last}"


def _begun_unseen(was: Told, now: Told) -> bool:
    return now.start_unknown and was.start <= now.start


def _start_shift_s(was: Told, now: Told) -> float | None:
    return None if _begun_unseen(was, now) else round((now.start - was.start).total_seconds(), 3)


def _end_shift_s(was: Told, now: Told) -> float | None:
    shift_s = (now.end - was.end).total_seconds()
    # An end that the other side has not come to yet is no difference.
    if not now.closed and (not was.closed or shift_s <= SHIFT_S):
        return None
    if not was.closed and shift_s >= -SHIFT_S:
        return None
    return round(shift_s, 3)


def _pairs(was: Sequence[Told], now: Sequence[Told]) -> list[tuple[Told | None, Told | None]]:
    left, right = {each.uid: each for each in was}, {each.uid: each for each in now}
    pairs: list[tuple[Told | None, Told | None]] = []
    for uid in left.keys() & right.keys():
        pairs.append((left.pop(uid), right.pop(uid)))
    candidates = sorted(
        (
            (common_s, before.uid, after.uid)
            for before, after in _near(list(left.values()), list(right.values()))
            if (common_s := _common_s(before, after)) > 0
        ),
        key=lambda each: (-each[0], each[1], each[2]),
    )
    for _, before_uid, after_uid in candidates:
        if before_uid in left and after_uid in right:
            pairs.append((left.pop(before_uid), right.pop(after_uid)))
    return [*pairs, *((each, None) for each in left.values()), *((None, each) for each in right.values())]


def _near(left: Sequence[Told], right: Sequence[Told]) -> Iterator[tuple[Told, Told]]:
    """Yield all pairs that may overlap: a week has too many to try each with each."""
    ordered = sorted(right, key=lambda each: each.start)
    starts = [each.start for each in ordered]
    # From the first on that has an end behind it, or an earlier one has.
    ends = list(accumulate((each.end for each in ordered), max))
    for one in left:
        for other in ordered[bisect_right(ends, one.start) : bisect_left(starts, one.end)]:
            yield one, other


def _common_s(one: Told, other: Told) -> float:
    """Return for how many seconds both were on; an open one as far as it is known."""
    return (min(one.end, other.end) - max(one.start, other.start)).total_seconds()
