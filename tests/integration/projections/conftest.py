"""A database and a topic of its own for each test."""

import uuid
from collections.abc import Iterator

import msgspec
import pytest
from sqlalchemy import Engine, create_engine, make_url, text

from infra.topics import create_missing
from projections import migrate
from schemas.topics import OCORRENCIAS, Topic, dead_letters


@pytest.fixture
def topic(kafka: str) -> Topic:
    """Return a new topic of the form of ``horus.ocorrencias.v1``, on the broker."""
    own = msgspec.structs.replace(OCORRENCIAS, name=f"test-{uuid.uuid4()}.ocorrencias.v1")
    create_missing(kafka, topics=(own, dead_letters(own)))
    return own


@pytest.fixture
def empty_engine(postgres: str) -> Iterator[Engine]:
    """Yield an engine on a new, empty database."""
    name = f"test_{uuid.uuid4().hex}"
    server = create_engine(postgres, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine = create_engine(make_url(postgres).set(database=name), pool_pre_ping=True)
    yield engine
    engine.dispose()
    with server.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    server.dispose()


@pytest.fixture
def engine(empty_engine: Engine) -> Engine:
    """Return an engine on a new, migrated database."""
    migrate.upgrade(empty_engine)
    return empty_engine
