"""The API and the projector as processes of their own, on a database of their own, before the run's Kafka."""

import os
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx
import msgspec
import pytest
from sqlalchemy import create_engine, make_url, text

from infra.kafka import Publisher
from infra.local.ports import free_port
from schemas.events import Event
from schemas.topics import OCORRENCIAS

ROOT = Path(__file__).parents[3]
KEY = "the admin's key"
# What tests of channels configure and forget to remove would be seen by others.
CONFIGURED = "rules-"
PASSPHRASE = "hush-hush-hush"
PASSED = f"srt://127.0.0.1:9000?mode=caller&passphrase={PASSPHRASE}"
# Only a leash: processes that start beside much other work on two cores.
DEADLINE_S = 180.0


class Installation(msgspec.Struct, frozen=True, kw_only=True):
    """One Horus: where it keeps its state, and how its processes are told so."""

    home: Path
    kafka: str
    environment: dict[str, str]

    def publish(self, events: Sequence[Event]) -> None:
        Publisher(self.kafka, "test").publish(OCORRENCIAS, events)

    @contextmanager
    def running(self, module: str, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
        with (self.home / f"{module}.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", module],
                env={**self.environment, **environment},
                cwd=self.home,
                stdout=log,
                stderr=log,
            )
        try:
            yield process
        finally:
            process.terminate()
            process.wait()

    @contextmanager
    def serving(self, **environment: str) -> Iterator["Api"]:
        """Run an API on a port of its own until the block is left."""
        port = free_port()
        with self.running("api", HORUS_PORT=str(port), **environment) as process:
            served = Api(installation=self, process=process, port=port)
            wait_until(served.is_ready, f"{self.home}/api.log")
            yield served


class Api(msgspec.Struct, frozen=True, kw_only=True):
    """A running API."""

    installation: Installation
    process: subprocess.Popen[bytes]
    port: int

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def socket(self) -> str:
        return f"ws://127.0.0.1:{self.port}/ws/ocorrencias"

    def client(self) -> httpx.Client:
        return httpx.Client(base_url=self.address, headers={"X-API-Key": KEY}, timeout=DEADLINE_S)

    def publish(self, events: Sequence[Event]) -> None:
        self.installation.publish(events)

    def is_ready(self) -> bool:
        try:
            return httpx.get(f"{self.address}/readyz").status_code == 200
        except httpx.TransportError:
            return False


def wait_until(condition: Callable[[], bool], otherwise: str = "") -> None:
    end = time.monotonic() + DEADLINE_S
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(f"did not come true: {otherwise}")
        time.sleep(0.02)


@contextmanager
def new_database(postgres: str) -> Iterator[str]:
    """Make an empty database on the run's server; yields its address, drops it at the end."""
    name = f"test_{uuid.uuid4().hex}"
    server = create_engine(postgres, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield make_url(postgres).set(database=name).render_as_string(hide_password=False)
    with server.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    server.dispose()


@pytest.fixture
def own_database(postgres: str) -> Iterator[str]:
    """Yield the address of an empty database."""
    with new_database(postgres) as url:
        yield url


@contextmanager
def installed(topics: str, postgres: str, home: Path) -> Iterator[Installation]:
    """Run a projector on a database of its own until the block is left; yields its installation."""
    with new_database(postgres) as url:
        made = Installation(
            home=home,
            kafka=topics,
            environment={
                "PATH": os.environ["PATH"],
                "PYTHONPATH": str(ROOT),
                "HORUS_HOME": str(home),
                "HORUS_ADMIN_KEY": KEY,
                "KAFKA_BOOTSTRAP_SERVERS": topics,
                "DATABASE_URL": url,
            },
        )
        with made.running("projections"):
            yield made


@pytest.fixture(scope="session")
def installation(
    topics: str, postgres: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    """Yield an installation whose projector runs; its API does not yet."""
    with installed(topics, postgres, tmp_path_factory.mktemp("installation")) as made:
        yield made


@pytest.fixture(scope="session")
def api(installation: Installation) -> Iterator[Api]:
    """Yield an API that is ready."""
    with installation.serving() as served:
        yield served


@pytest.fixture(scope="module")
def loopback(installation: Installation, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """An API that lets streams come from loopback alone, and knows two streamIds."""
    with installation.serving(
        HORUS_STREAM_HOSTS="127.0.0.0/8,::1",
        HORUS_STREAM_FILES=str(tmp_path_factory.mktemp("files")),
        SRT_STREAM_URL_GLOBO=PASSED,
        SRT_STREAM_URL_DEFAULT="srt://127.0.0.2:9000",
    ) as served:
        yield served
        with served.client() as http:
            for each in http.get("/api/v1/streams").json():
                if each["channel"] == "default" or each["channel"].startswith(CONFIGURED):
                    http.delete(f"/api/v1/streams/{each['channel']}")
