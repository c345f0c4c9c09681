"""Moments as people write them on a command line."""

import re
from datetime import UTC, datetime, timedelta

from infra.cli.exits import BadUse

FORMS = (
    "write ISO 8601 with its offset (2026-11-22T03:00:00-03:00, 2026-11-22T06:00Z), a time ago (-2h, -90m, "
    "-7d), now, today or yesterday"
)
_AGO = re.compile(r"-(?P<number>[0-9]{1,6})(?P<unit>[smhdw])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
# As the API has it: what lies outside was never meant.
_EARLIEST, _LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2101, 1, 1, tzinfo=UTC)


def moment(option: str, text: str, now: datetime) -> datetime:
    """Return the moment that a text means, in UTC; days begin by the clock of this machine.

    ``option`` is named in complaints. Raises BadUse for what is no moment, or has no offset.
    """
    words = text.strip()
    ago = _AGO.fullmatch(words)
    if ago is not None:
        return _within_reason(option, text, now, timedelta(**{_UNITS[ago["unit"]]: int(ago["number"])}))
    if words in ("now", "today", "yesterday"):
        return now if words == "now" else _midnight(now, days_ago=int(words == "yesterday"))
    try:
        found = datetime.fromisoformat(words)
    except ValueError as error:
        raise BadUse(f"{option} {text!r}: no moment; {FORMS}") from error
    if found.tzinfo is None:
        raise BadUse(f"{option} {text!r}: a time without an offset says nothing; {FORMS}")
    return _within_reason(option, text, found, timedelta())


def _within_reason(option: str, text: str, moment: datetime, ago: timedelta) -> datetime:
    try:
        found = moment.astimezone(UTC) - ago
    except OverflowError:
        found = _LATEST
    if not _EARLIEST <= found < _LATEST:
        raise BadUse(f"{option} {text!r}: must lie in the years 1970 to 2100")
    return found


def _midnight(now: datetime, days_ago: int) -> datetime:
    local = now.astimezone()
    day = (local - timedelta(days=days_ago)).date()
    # Naive, so that the offset is the one of that midnight and not of now.
    return datetime(day.year, day.month, day.day).astimezone().astimezone(UTC)
