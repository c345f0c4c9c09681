"""Coverage as it is asked of the database."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import msgspec
from sqlalchemy import Connection, text

from api.coverage_asked import Period, Stop

_HEARD = "picture | sound | video | audio | trouble"
# A step from one channel to the next by the index: every minute of every channel would be read otherwise.
_CHANNELS = text(
    f"""
    WITH RECURSIVE known AS (
        (SELECT channel, minute, {_HEARD} AS heard FROM coverage
         WHERE channel > :after ORDER BY channel, minute LIMIT 1)
        UNION ALL
        SELECT following.* FROM known, LATERAL (
            SELECT channel, minute, {_HEARD} FROM coverage
            WHERE channel > known.channel ORDER BY channel, minute LIMIT 1
        ) following
    )
    SELECT channel, minute, heard FROM known LIMIT :limit
    """
)
_THESE = text(
    f"""
    SELECT asked.channel, first.minute, first.heard
    FROM unnest(CAST(:channels AS text[])) AS asked (channel), LATERAL (
        SELECT minute, {_HEARD} AS heard FROM coverage
        WHERE coverage.channel = asked.channel ORDER BY minute LIMIT 1
    ) first
    WHERE asked.channel > :after ORDER BY asked.channel LIMIT :limit
    """
)
_NEWEST = text(
    f"""
    SELECT minute, bit_or({_HEARD}) FROM coverage
    WHERE minute = (SELECT max(minute) FROM coverage WHERE minute <= :now) GROUP BY minute
    """
)
_STOPS = text(
    """
    SELECT channel, since, until FROM coverage_off
    WHERE channel = ANY(:channels) AND since < :until AND (until IS NULL OR until > :since)
    ORDER BY channel, since
    """
)
# Not `extract`, whose decimal numbers take as long as all the rest.
_STEP = "(CAST(date_part('epoch', minute) AS bigint) - :since_s) / :step_s"
_WITHIN = "channel = ANY(:channels) AND minute >= :since AND minute < :until"
_SECONDS = text(
    f"""
    SELECT channel, {_STEP} AS step, sum(healthy_s), sum(faulty_s),
        sum(observed_video_s), sum(observed_audio_s)
    FROM coverage WHERE {_WITHIN} GROUP BY channel, step
    """
)
_FAULTS = text(
    f"""
    SELECT channel, {_STEP} AS step, fault.type, sum(CAST(fault.seconds AS integer))
    FROM coverage, jsonb_each_text(faults) AS fault (type, seconds)
    WHERE {_WITHIN} AND faulty_s > 0 GROUP BY channel, step, fault.type ORDER BY fault.type
    """
)


class Seconds(msgspec.Struct, frozen=True, kw_only=True):
    """What a channel's seconds were."""

    healthy_s: int = 0
    faulty_s: int = 0
    observed_video_s: int = 0
    observed_audio_s: int = 0
    faults: dict[str, int] = {}


NOTHING = Seconds()


def known(
    connection: Connection, channels: Sequence[str], limit: int, after: str = ""
) -> dict[str, datetime]:
    """Return channels in the order of their names, and since when anything is known of each.

    ``channels``: of these, or of all when empty; ``after``: with a greater name than this one.
    """
    asked = {"after": after, "limit": limit}
    if channels:
        found = connection.execute(_THESE, {**asked, "channels": sorted(set(channels))})
    else:
        found = connection.execute(_CHANNELS, asked)
    return {
        channel: minute + timedelta(seconds=(heard & -heard).bit_length() - 1)
        for channel, minute, heard in found
    }


def newest(connection: Connection, now: datetime) -> datetime | None:
    """Return up to when the table tells of any channel; None while it is empty."""
    row = connection.execute(_NEWEST, {"now": now}).first()
    return None if row is None else row[0] + timedelta(seconds=int(row[1]).bit_length())


def stops(connection: Connection, channels: Sequence[str], asked: Period) -> dict[str, list[Stop]]:
    """Return when channels were stopped within a period."""
    found: dict[str, list[Stop]] = {}
    bounds = {"channels": list(channels), "since": asked.since, "until": asked.until}
    for channel, since, until in connection.execute(_STOPS, bounds):
        found.setdefault(channel, []).append(Stop(since=since, until=until))
    return found


def seconds(
    connection: Connection, channels: Sequence[str], asked: Period, step: timedelta
) -> Mapping[tuple[str, int], Seconds]:
    """Return what the seconds of channels were, by channel and number of the step, where there is any."""
    given = {
        "channels": list(channels),
        "since": asked.since,
        "until": asked.until,
        "since_s": round(asked.since.timestamp()),
        "step_s": round(step.total_seconds()),
    }
    faults: dict[tuple[str, int], dict[str, int]] = {}
    for channel, number, kind, lasted_s in connection.execute(_FAULTS, given):
        faults.setdefault((channel, number), {})[kind] = lasted_s
    return {
        (channel, number): Seconds(
            healthy_s=healthy,
            faulty_s=faulty,
            observed_video_s=video,
            observed_audio_s=audio,
            faults=faults.get((channel, number), {}),
        )
        for channel, number, healthy, faulty, video, audio in connection.execute(_SECONDS, given)
    }
