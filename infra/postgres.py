"""Postgres through SQLAlchemy: where it is and how to reach it."""

import secrets
from pathlib import Path

from sqlalchemy import URL, Engine, create_engine, make_url
from sqlalchemy.exc import ArgumentError

from infra.settings import BadSettings, Settings

EMBEDDED_USER = "horus"
EMBEDDED_DATABASE = "horus"


def embedded_password(home: Path) -> str:
    """Return the password of the embedded Postgres, made at the first call and readable by its owner only."""
    file = home / "secrets" / "postgres"
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        file.touch(mode=0o600)
        file.write_text(secrets.token_urlsafe(24))
    return file.read_text()


def database_url(settings: Settings) -> URL:
    """Return the address of the database, embedded or given. Raises BadSettings for no address."""
    if settings.database_url is None:
        return URL.create(
            "postgresql+psycopg2",
            username=EMBEDDED_USER,
            password=embedded_password(settings.home),
            host="127.0.0.1",
            port=settings.horus_postgres_port,
            database=EMBEDDED_DATABASE,
        )
    try:
        url = make_url(settings.database_url.get_secret_value())
    except ArgumentError as error:
        raise BadSettings("DATABASE_URL: not a database address (postgresql://user@host/name)") from error
    if url.get_backend_name() != "postgresql":
        raise BadSettings(f"DATABASE_URL: Horus speaks PostgreSQL, not {url.get_backend_name()}")
    return url.set(drivername="postgresql+psycopg2")


def engine(settings: Settings) -> Engine:
    """Return an engine whose connections are tried before use: the database may have been restarted."""
    return create_engine(database_url(settings), pool_pre_ping=True, connect_args={"connect_timeout": 5})
