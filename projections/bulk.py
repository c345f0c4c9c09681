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
    body = "".join(lines).encode()
    if not body:
        return
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


def insert(connection: Connection, table: str, columns: Sequence[str], body: bytes) -> None:
    """Insert rows that are not there; ``body`` is lines as `upsert` has them, in UTF-8.

    Straight into the table: half of what an upsert costs. Raises sqlalchemy.exc.IntegrityError where a row is
    there, and DBAPIError's other kin.
    """
    if body:
        _copy(connection, f"COPY {table} ({', '.join(columns)}) FROM STDIN", body)


def _copy(connection: Connection, statement: str, body: bytes) -> None:
    try:
        cursor = connection.connection.cursor()
        try:
            # In one piece: each further one would wait for the interpreter, which another thread works with.
            cursor.copy_expert(statement, io.BytesIO(body), len(body))
        finally:
            cursor.close()
    except psycopg2.Error as error:
        # COPY goes past SQLAlchemy; its errors shall not.
        raise DBAPIError.instance(statement, None, error, psycopg2.Error) from error
