"""The tables behind the views: a projection has one for each of its versions, and readers see one of them."""

import re
from collections.abc import Iterable
from functools import cache
from typing import cast

import msgspec
from sqlalchemy import Connection, MetaData, Table, text
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.sql.elements import quoted_name

# Names of tables and indexes in `projections.tables` are those of version 1.
_NUMBERED = re.compile(r"_v(\d+)$")
# Which tables a view reads; what a view points at is the one truth about what is live.
_BEHIND = text(
    "SELECT DISTINCT behind.relname FROM pg_rewrite rule "
    "JOIN pg_depend need ON need.classid = 'pg_rewrite'::regclass AND need.objid = rule.oid "
    "JOIN pg_class behind ON need.refclassid = 'pg_class'::regclass AND behind.oid = need.refobjid "
    "WHERE rule.ev_class = to_regclass(:view) AND behind.relkind = 'r'"
)
_LIKE = text(
    "SELECT relname FROM pg_class WHERE relkind = 'r' AND relname ~ :pattern "
    "AND relnamespace = current_schema()::regnamespace"
)

# What is said of a table that readers saw until another version took its place: a later version may have been
# left for an earlier one, and must not be taken for one that a rebuild is still filling.
_LEFT = "left by its readers"
_ALL_LEFT = text(
    "SELECT relname FROM pg_class WHERE relkind = 'r' AND relname ~ :pattern "
    "AND relnamespace = current_schema()::regnamespace AND obj_description(oid, 'pg_class') = :left"
)


class NotLive(RuntimeError):
    """A view of a projection is not there, or points at no version of its table."""


class View(msgspec.Struct, frozen=True):
    """What readers ask: the live version of a table, or the rows of it that fulfil a condition."""

    name: str
    where: str = ""
    """SQL over the table's columns; empty: every row."""


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """A table that a projection keeps, in whatever version, and the views onto it."""

    form: Table
    """Its version 1, as `projections.tables` has it: the form of all versions."""
    views: tuple[View, ...]

    @property
    def stem(self) -> str:
        """Return its name without the version."""
        return _NUMBERED.sub("", str(self.form.name))

    def table(self, version: int) -> Table:
        """Return the table of a version, with its indexes, to be used in statements."""
        return _version_of(self.form, version)


Tables = tuple[Kept, ...]
"""All that one projection keeps."""


def kept(model: type[DeclarativeBase], *views: View) -> Kept:
    """Return what a model of `projections.tables` (its version 1) says of a table."""
    return Kept(form=cast(Table, model.__table__), views=views)


@cache
def _version_of(form: Table, version: int) -> Table:
    name = _NUMBERED.sub(f"_v{version}", form.name)
    table = form.to_metadata(MetaData(), name=name)
    for index in table.indexes:
        index.name = quoted_name(str(index.name).replace(form.name, name, 1), None)
    return table


def make(connection: Connection, tables: Tables, version: int) -> None:
    """Create the empty tables of a version, with their indexes; those that are there stay as they are."""
    for each in tables:
        each.table(version).create(connection, checkfirst=True)


def drop(connection: Connection, tables: Tables, version: int) -> None:
    """Drop the tables of a version; nobody may see them any more. Raises sqlalchemy.exc.DBAPIError if so."""
    for each in tables:
        each.table(version).drop(connection, checkfirst=True)


def show(connection: Connection, tables: Tables, version: int) -> None:
    """Point every view at a version. Within the caller's transaction: readers see all of it, or nothing."""
    for each in tables:
        table = each.table(version)
        columns = ", ".join(f'"{column.name}"' for column in table.columns)
        for view in each.views:
            condition = f" WHERE {view.where}" if view.where else ""
            # Replaced, not made anew: what somebody may do with the view stays granted.
            connection.execute(
                text(f"CREATE OR REPLACE VIEW {view.name} AS SELECT {columns} FROM {table.name}{condition}")
            )


def live(connection: Connection, tables: Tables) -> int:
    """Return the version that readers see. Raises NotLive."""
    view = tables[0].views[0].name
    behind = connection.scalars(_BEHIND, {"view": view}).all()
    found = _NUMBERED.search(behind[0]) if len(behind) == 1 else None
    if found is None:
        raise NotLive(f"the view {view} is not there, or shows no version of its table: migrate first")
    return int(found[1])


def leave(connection: Connection, tables: Tables, former: int, version: int) -> None:
    """Note that readers go from one version to another, in the transaction that shows it to them."""
    for each in tables:
        connection.execute(text(f"COMMENT ON TABLE {each.table(former).name} IS '{_LEFT}'"))
        connection.execute(text(f"COMMENT ON TABLE {each.table(version).name} IS NULL"))


def versions(connection: Connection, tables: Tables) -> list[int]:
    """Return the versions of which there is a table, in order."""
    return _numbers(connection.scalars(_LIKE, {"pattern": _pattern(tables)}))


def left(connection: Connection, tables: Tables) -> list[int]:
    """Return the versions that readers saw once, in order."""
    return _numbers(connection.scalars(_ALL_LEFT, {"pattern": _pattern(tables), "left": _LEFT}))


def _pattern(tables: Tables) -> str:
    return f"^{tables[0].stem}_v[0-9]+$"


def _numbers(names: Iterable[str]) -> list[int]:
    return sorted(int(match[1]) for name in names if (match := _NUMBERED.search(name)))
