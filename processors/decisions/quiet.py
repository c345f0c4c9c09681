"""Stretches in which nothing is the matter: most of television, folded without a look at each sample. Pure.

What comes out is, to the last field, what folding sample by sample gives; a property test holds it to that.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import pairwise

from processors.decisions.limits import CLOSE_S, Limits
from processors.decisions.span import span
from processors.decisions.track import BACK_S, Sample, Track

# An epoch that steps back by less than this overlaps the one before.
NEAREST_S = -BACK_S + CLOSE_S


def quiet(
    tracks: dict[str, Track],
    within: Limits,
    scores: Mapping[str, Sequence[float]],
    times_s: Sequence[float],
    start: datetime,
    period_s: float,
    before_s: float,
) -> dict[str, Track] | None:
    """Return all tracks after the unmuted samples of a segment; None where each must be looked at.

    ``times_s``: seconds after ``start`` (UTC), one a sample; ``scores``: by class, one a sample; ``period_s``
    and ``before_s`` as in `Sample`. None as soon as a class has a bad sample, or remembers one, or samples
    are missing before or between these.
    """
    if not times_s:
        return None
    for limit in within.of:
        if max(scores[limit.name]) >= limit.low:
            return None
    gaps_s = [after - before - period_s for before, after in pairwise(times_s)]
    widest_s = max(gaps_s, default=0.0)
    if gaps_s and min(gaps_s) < NEAREST_S:
        return None
    first = start + span(times_s[0])
    begin = first - span(before_s) if before_s else first
    moments = [start + span(each) for each in times_s[-within.kept :]]
    after = dict(tracks)
    joined: Sample | None = None
    gap_s = 0.0
    for limit in within.of:
        name, low, kept = limit.name, limit.low, limit.kept
        track = tracks.get(name)
        if track is None or track.bad_from is not None or track.alarm is not None:
            return None
        muted_until = track.muted_until
        if muted_until is not None and muted_until > start + span(min(times_s)):
            return None
        window = track.window
        if window:
            last = window[-1]
            if joined is None or last.at != joined.at or last.period_s != joined.period_s:
                gap_s, joined = (begin - last.end).total_seconds(), last
            if gap_s < NEAREST_S or gap_s > limit.farthest_s or widest_s > limit.farthest_s:
                return None
            for sample in window:
                if sample.score >= low:
                    return None
        elif widest_s > limit.farthest_s:
            return None
        added = [
            Sample(at=at, period_s=period_s, score=score, before_s=before_s)
            for at, score in zip(moments[-kept:], scores[name][-kept:], strict=True)
        ]
        joint = tuple(added) if len(added) == kept else (*window, *added)[-kept:]
        after[name] = Track(window=joint, muted_until=muted_until)
    return after
