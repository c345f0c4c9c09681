"""From which moment on media is kept. Pure."""

import math
from collections.abc import Mapping

# How finely a quota is met: segments of all channels that were written within it go together.
BUCKET_S = 10
# Live playlists, the clips of running faults and stages that lag still read what is younger; a quota that
# would take it cannot be met, and is said aloud.
YOUNGEST_S = 300.0
# What a stage that lags has yet to read; one that lags longer does not catch up, and then the disk matters.
LONGEST_LAG_S = 3600.0
# A segment is in the store before the record that tells stages of it: by seconds, and by a retry or two.
BEFORE_RECORD_S = 60.0


def bucket(written: float) -> int:
    """Return the bucket of a moment (seconds since 1970)."""
    return int(written // BUCKET_S)


def cutoff(
    usage: Mapping[int, int],
    held: int,
    *,
    keep_s: float,
    quota: int | None,
    now: float,
    unread: float | None = None,
) -> float:
    """Return the moment (seconds since 1970) before which what may go is to go.

    ``usage``: bytes that may go, by `bucket`; ``held``: bytes that may not; ``quota``: bytes that both may
    take together, None for any number. Never within `YOUNGEST_S` of ``now``, nor, for `LONGEST_LAG_S`, what
    stages have yet to measure: ``unread`` is when the first record of it was written, None
    when there is none.
    """
    by_age = now - keep_s
    waits = math.inf if unread is None else max(unread - BEFORE_RECORD_S, now - LONGEST_LAG_S)
    return min(max(by_age, _by_bytes(usage, held, quota)), now - YOUNGEST_S, waits)


def _by_bytes(usage: Mapping[int, int], held: int, quota: int | None) -> float:
    if quota is None:
        return 0.0
    left = held + sum(usage.values())
    until = 0.0
    for each in sorted(usage):
        if left <= quota:
            break
        left -= usage[each]
        until = float((each + 1) * BUCKET_S)
    return until
