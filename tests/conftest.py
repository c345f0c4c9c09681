"""What all tests may ask for: a real Kafka, a real Postgres, and settings that point at them."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import settings as property_settings
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from infra.local import kafka as local_kafka
from infra.local import postgres as local_postgres
from infra.local.leash import leashed
from infra.local.ports import free_port
from infra.settings import Settings, load
from infra.topics import create_missing

# What a property says is not how fast it is: on a busy machine any example may take long. The same examples
# each time, so that a failure is a change's; `pytest --hypothesis-profile=explore` looks for new ones.
property_settings.register_profile("same", deadline=None, derandomize=True)
property_settings.register_profile("explore", deadline=None, max_examples=1000)
property_settings.load_profile("same")

# What shares costly fixtures stays on one worker when tests run side by side: these folders whole, or a file.
TOGETHER = ("integration/analysis", "integration/uploads", "integration/replay", "e2e")
# Begun first, so that none of the long ones stands alone at the end; the short ones fill what time is left.
LONGEST = (
    "e2e",
    "integration/infra/test_up",
    "integration/api/test_ocorrencia_outage",
    "integration/uploads",
    "integration/producers",
    "integration/api/test_push_stress",
    "integration/api/test_fuzz",
    "integration/processors",
    "integration/projections",
    "integration",
)

# Only a leash: a cold JVM beside much other work on two cores; a start takes 2 s on a quiet machine.
START_DEADLINE_S = 180.0
STOP_DEADLINE_S = 20.0


class ByFixtures(LoadScopeScheduling):  # type: ignore[misc]  # xdist has no types
    """Gives each worker of pytest-xdist whole files or folders, in the order in which they were collected."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0].removeprefix("tests/")
        return next((each for each in TOGETHER if file.startswith(each)), file)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByFixtures:
    """Let tests that share costly fixtures stay on one worker."""
    return ByFixtures(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest."""
    tests = Path(__file__).parent

    def rank(item: pytest.Item) -> int:
        file = item.path.relative_to(tests).as_posix()
        return next((n for n, each in enumerate(LONGEST) if file.startswith(each)), len(LONGEST))

    items.sort(key=rank)


@contextmanager
def running(
    command: list[str],
    ready: Callable[[], bool],
    log: Path,
    *,
    account: str | None = None,
    stop: signal.Signals = signal.SIGTERM,
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server on a leash until the block is left; fail with its log's end when it does not answer."""
    with log.open("wb") as out:
        process = subprocess.Popen(
            leashed(command, parent=os.getpid(), user=account), stdout=out, stderr=subprocess.STDOUT
        )
    try:
        deadline = time.monotonic() + START_DEADLINE_S
        while not ready():
            if process.poll() is not None or time.monotonic() > deadline:
                pytest.fail(f"{command[0]} did not start:\n{log.read_text()[-4000:]}")
            time.sleep(0.05)
        yield process
    finally:
        process.send_signal(stop)
        try:
            process.wait(STOP_DEADLINE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@pytest.fixture(scope="session")
def servers_home() -> Iterator[Path]:
    """A folder for the servers' data that the account of Postgres can reach too; pytest's own is closed."""
    folder = Path(tempfile.mkdtemp(prefix="horus-tests-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def broker(home: Path, name: str) -> Iterator[str]:
    """Run a real broker without topics until the block is left; yields its bootstrap servers."""
    node = local_kafka.KafkaNode(home / name, free_port(), free_port())
    command = local_kafka.prepare(node)
    with running(
        command,
        lambda: local_kafka.trouble(node.bootstrap_servers, timeout_s=1.0) is None,
        home / f"{name}.log",
    ):
        yield node.bootstrap_servers


@pytest.fixture(scope="session")
def kafka(servers_home: Path) -> Iterator[str]:
    """Bootstrap servers of a real broker of this run, without topics."""
    with broker(servers_home, "kafka") as bootstrap_servers:
        yield bootstrap_servers


@pytest.fixture(scope="session")
def topics(kafka: str) -> str:
    """Bootstrap servers of the broker, with every topic of the contract on it."""
    create_missing(kafka)
    return kafka


@pytest.fixture(scope="session")
def postgres(servers_home: Path) -> Iterator[str]:
    """SQLAlchemy URL of an empty database on a real server of this run."""
    node = local_postgres.PostgresNode(
        servers_home / "postgres", free_port(), user="horus", database="horus", password="for tests only"
    )
    run = local_postgres.prepare(node)
    with running(
        run.command,
        lambda: local_postgres.trouble(node.url) is None,
        servers_home / "postgres.log",
        account=run.account,
        stop=signal.SIGINT,
    ):
        yield node.url.render_as_string(hide_password=False)


@pytest.fixture
def settings(tmp_path: Path) -> Callable[..., Settings]:
    """Make settings with a home of their own from ``NAME=value`` pairs; the environment stays outside."""

    def make(**named: str) -> Settings:
        return load({"HORUS_HOME": str(tmp_path / "home"), **named}, dotenv=None)

    return make
