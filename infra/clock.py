"""The wall clock, in one place: everything else takes time as an argument."""

from datetime import UTC, datetime


def now() -> datetime:
    """Return the present moment, UTC-aware."""
    return datetime.now(UTC)


def iso(moment: datetime) -> str:
    """Return a UTC-aware time as ISO 8601 with offset. Raises ValueError for a naive one."""
    if moment.tzinfo is None:
        raise ValueError("a time without an offset says nothing")
    return moment.astimezone(UTC).isoformat()
