"""Two versions of a table, row by row, in the database; and what there is to say of a difference."""

from collections.abc import Iterator, Sequence

import msgspec
from sqlalchemy import Connection, text

from projections.physical import Kept
from projections.projection import Values

# Enough to see what kind of thing it is; the rest is counted.
SHOWN = 20


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """A cell that is not the same on both sides, or a row that only one of them has."""

    table: str
    """Without its version."""
    key: str
    column: str | None = None
    """None: the row as a whole."""
    left: str | None = None
    """JSON; None: not there."""
    right: str | None = None

    def words(self, left: str, right: str) -> str:
        """Return it as a line for people, who know the sides by these names."""
        if self.column is None:
            return f"{self.table} {self.key}: only in the {left if self.right is None else right}"
        both = f"{self.left} in the {left}, {self.right} in the {right}"
        return f"{self.table} {self.key}: {self.column} is {both}"


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """What came of it."""

    rows: int
    """Rows compared: those in either."""
    different: int
    shown: tuple[Difference, ...]
    """Some of them, SHOWN at most, by key."""


def compared(connection: Connection, tables: Sequence[Kept], live: int, new: int) -> Comparison:
    """Compare two versions of a projection's tables, as the connection's snapshot has them.

    Every column counts. Raises sqlalchemy.exc.DBAPIError, also where the two have other columns.
    """
    rows = different = 0
    shown: list[Difference] = []
    for kept in tables:
        join = _join(kept, live, new)
        columns = [column.name for column in kept.form.columns]
        unequal = "({}) IS DISTINCT FROM ({})".format(
            *(", ".join(f'{side}."{name}"' for name in columns) for side in ("a", "b"))
        )
        both, unlike = connection.execute(
            text(f"SELECT count(*), count(*) FILTER (WHERE {unequal}) FROM {join}")
        ).one()
        rows, different = rows + both, different + unlike
        if unlike and len(shown) < SHOWN:
            shown += _shown(connection, kept, join, unequal, SHOWN - len(shown))
    return Comparison(rows=rows, different=different, shown=tuple(shown[:SHOWN]))


def _key(kept: Kept) -> list[str]:
    return [column.name for column in kept.form.primary_key.columns]


def _join(kept: Kept, live: int, new: int) -> str:
    on = " AND ".join(f'a."{name}" = b."{name}"' for name in _key(kept))
    return f"{kept.table(live).name} a FULL JOIN {kept.table(new).name} b ON {on}"


def _shown(connection: Connection, kept: Kept, join: str, unequal: str, limit: int) -> Iterator[Difference]:
    key = _key(kept)
    order = ", ".join(f'coalesce(a."{name}", b."{name}")' for name in key)
    found = connection.execute(
        text(f"SELECT to_jsonb(a), to_jsonb(b) FROM {join} WHERE {unequal} ORDER BY {order} LIMIT {limit}")
    )
    for left, right in found:
        yield from differences(kept, left, right)


def differences(kept: Kept, left: Values | None, right: Values | None) -> Iterator[Difference]:
    """Yield what is not the same in two rows with one key; None: there is no such row."""
    row = left or right or {}
    key = " ".join(str(row[column.name]) for column in kept.form.primary_key.columns)
    if left is None or right is None:
        only = {"left": "row"} if right is None else {"right": "row"}
        yield Difference(table=kept.stem, key=key, **only)
        return
    for name in row:
        if left[name] != right[name]:
            yield Difference(
                table=kept.stem, key=key, column=str(name), left=_short(left[name]), right=_short(right[name])
            )


def _short(value: object) -> str:
    # A line on a terminal: what is longer is told by its beginning.
    said = msgspec.json.encode(value).decode()
    return said if len(said) <= 60 else f"{said[:57]}..."
