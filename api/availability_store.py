"""What the availability report asks of the database besides seconds: holes, and how soon alarms were seen."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlalchemy import Connection, text

from api.coverage_asked import Period, Stop

# Most minutes are whole and follow one another: only where one is not, anything is worked out. A channel at a
# time, as its minutes lie in the index in their order.
_HOLES = text(
    """
    SELECT asked.channel, dark.since, dark.until
    FROM unnest(CAST(:channels AS text[])) AS asked (channel), LATERAL (
        SELECT since, until FROM (
            SELECT hole.since, hole.until FROM (
                SELECT minute, first_s, hole_s, hole_at_s, lag(minute) OVER earlier AS before,
                    lag(last_s) OVER earlier AS before_last_s
                FROM coverage
                WHERE coverage.channel = asked.channel AND minute >= :since AND minute < :until
                    AND first_s IS NOT NULL
                WINDOW earlier AS (ORDER BY minute)
            ) lit, LATERAL (VALUES
                (COALESCE(before + make_interval(secs => before_last_s + 1), :since),
                    minute + make_interval(secs => first_s)),
                (minute + make_interval(secs => hole_at_s),
                    minute + make_interval(secs => hole_at_s + hole_s))
            ) AS hole (since, until)
            WHERE before IS NULL OR minute - before > interval '1 minute' OR before_last_s < 59
                OR first_s > 0 OR hole_s > 0
            UNION ALL (
                SELECT minute + make_interval(secs => last_s + 1), :until FROM coverage
                WHERE coverage.channel = asked.channel AND minute >= :since AND minute < :until
                    AND first_s IS NOT NULL
                ORDER BY minute DESC LIMIT 1
            )
        ) every
        WHERE since < until ORDER BY until - since DESC, since LIMIT :most
    ) dark
    """
)
_ALARMS = text(
    """
    SELECT channel, count(*), count(first_ack_at), avg(extract(epoch FROM first_ack_at - created_at))
    FROM ocorrencias WHERE channel = ANY(:channels) AND start_ts >= :since AND start_ts < :until
    GROUP BY channel
    """
)
# Whole hours are counted already (projections/statistics.py).
_ALARMS_OF_HOURS = text(
    """
    SELECT channel, sum(opened), sum(acked), sum(ack_wait_ms) / NULLIF(sum(acked), 0) / 1000.0
    FROM statistics WHERE channel = ANY(:channels) AND hour >= :since AND hour < :until
    GROUP BY channel
    """
)


class Alarms(msgspec.Struct, frozen=True, kw_only=True):
    """Occurrences of a channel that began within a period."""

    opened: int = 0
    acked: int = 0
    mean_wait_s: float | None = None
    """From the alarm to its first acknowledgement; None while there is none."""


class Hole(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch in which a channel was not observed."""

    since: datetime
    until: datetime


def holes(connection: Connection, channels: Sequence[str], asked: Period, most: int) -> dict[str, list[Hole]]:
    """Return the longest stretches in which channels were not observed, up to ``most`` of each.

    Of a channel of which nothing was observed there is none: all of the period is one.
    """
    found: dict[str, list[Hole]] = {}
    given = {"channels": list(channels), "since": asked.since, "until": asked.until, "most": most}
    for channel, since, until in connection.execute(_HOLES, given):
        found.setdefault(channel, []).append(Hole(since=since, until=until))
    return found


def longest(holes: Sequence[Hole], stops: Sequence[Stop]) -> Hole | None:
    """Return the longest stretch of some holes in which the channel was not stopped on purpose."""
    pieces = [piece for hole in holes for piece in _without(hole, stops)]
    return max(pieces, key=lambda piece: piece.until - piece.since, default=None)


def _without(hole: Hole, stops: Sequence[Stop]) -> list[Hole]:
    pieces: list[Hole] = []
    since = hole.since
    for stop in sorted(stops, key=lambda each: each.since):
        within = stop.within(since, hole.until)
        if within is not None:
            pieces.append(Hole(since=since, until=within[0]))
            since = within[1]
    pieces.append(Hole(since=since, until=hole.until))
    return [piece for piece in pieces if piece.since < piece.until]


def alarms(connection: Connection, channels: Sequence[str], asked: Period) -> dict[str, Alarms]:
    """Return the alarms of channels that began within a period."""
    whole_hours = asked.since.minute == asked.until.minute == 0
    given = {"channels": list(channels), "since": asked.since, "until": asked.until}
    return {
        channel: Alarms(opened=opened, acked=acked, mean_wait_s=None if mean is None else float(mean))
        for channel, opened, acked, mean in connection.execute(
            _ALARMS_OF_HOURS if whole_hours else _ALARMS, given
        )
    }
