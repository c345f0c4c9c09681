"""Writing many rows at once: COPY into a temporary table, then one upsert."""

import io
from collections.abc import Iterable, Sequence

import psycopg2
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError


def upsert(
    connection: Connection, table: str, columns: Sequence[str], key: str, lines: Iterable[str]
) -> None:
    """Insert rows, or overwrite those whose ``key`` is there; all within the caller's transaction.

    ``lines`` are rows in PostgreSQL's COPY text format, in the order of ``columns``; no two with one key.
    Raises SQLAlchemy's DBAPIError and its kin.
    """
    body = io.StringIO()
    body.writelines(lines)
    if not body.tell():
        return
    body.seek(0)
    incoming, names = f"{table}_incoming", ", ".join(columns)
    # Kept with the connection and emptied at each commit: a new one a batch would swell the catalogue.
    connection.execute(
        text(f"CREATE TEMPORARY TABLE IF NOT EXISTS {incoming} (LIKE {table}) ON COMMIT DELETE ROWS")
    )
    _copy(connection, f"COPY {incoming} ({names}) FROM STDIN", body)
    overwritten = ", ".join(f"{name} = excluded.{name}" for name in columns if name != key)
    connection.execute(
        text(
            f"INSERT INTO {table} ({names}) SELECT {names} FROM {incoming} "
            f"ON CONFLICT ({key}) DO UPDATE SET {overwritten}"
        )
    )


def _copy(connection: Connection, statement: str, body: io.StringIO) -> None:
    try:
        cursor = connection.connection.cursor()
        try:
            cursor.copy_expert(statement, body)
        finally:
            cursor.close()
    except psycopg2.Error as error:
        # COPY goes past SQLAlchemy; its errors shall not.
        raise DBAPIError.instance(statement, None, error, psycopg2.Error) from error
