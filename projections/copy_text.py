"""PostgreSQL's COPY text format: https://www.postgresql.org/docs/current/sql-copy.html ("Text Format")."""

from collections.abc import Iterable

NULL = "\\N"
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def line(values: Iterable[str | int | None]) -> str:
    """Return a row as a line, its end included; None is NULL."""
    return "\t".join(map(_cell, values)) + "\n"


def escaped(value: str) -> str:
    """Return text as it stands between two tabs."""
    # Four looks tell of most words that there is nothing to do, in a fifth of a translation's time.
    if "\\" in value or "\t" in value or "\n" in value or "\r" in value:
        return value.translate(_ESCAPES)
    return value


def _cell(value: str | int | None) -> str:
    if value is None:
        return NULL
    return str(value) if isinstance(value, int) else escaped(value)
