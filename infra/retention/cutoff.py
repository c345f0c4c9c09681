"""From which moment on media is kept. Pure."""

from collections.abc import Mapping

# How finely a quota is met: segments of all channels that were written within it go together.
BUCKET_S = 10
# Live playlists, the clips of running faults and stages that lag still read what is younger; a quota that
# would take it cannot be met, and is said aloud.
YOUNGEST_S = 300.0


def bucket(written: float) -> int:
    """Return the bucket of a moment (seconds since 1970)."""
    return int(written // BUCKET_S)


def cutoff(usage: Mapping[int, int], held: int, *, keep_s: float, quota: int | None, now: float) -> float:
    """Return the moment (seconds since 1970) before which what may go is to go.

    ``usage``: bytes that may go, by `bucket`; ``held``: bytes that may not; ``quota``: bytes that both may
    take together, None for any number. Never within `YOUNGEST_S` of ``now``.
    """
    by_age = now - keep_s
    return min(max(by_age, _by_bytes(usage, held, quota)), now - YOUNGEST_S)


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
