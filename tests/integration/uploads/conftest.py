"""All the processes that a file goes through, with an API before them, on the run's Kafka and Postgres."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import msgspec
import pytest

from infra.demo.render import rendered
from infra.topics import create_missing
from tests.conftest import broker
from tests.integration.analysis.clips import PROGRAMME, run
from tests.integration.api.conftest import KEY, ROOT, Api, Installation, new_database

STAGES = ("processors.video", "processors.audio", "processors.decisions", "processors.evidence")
# Beside other tests on two cores a small file takes some seconds, and the first one the start of all stages.
WAIT_S = "240"


class Producer:
    """The process that takes analyses up; it can be killed with -9 and started again."""

    def __init__(self, installation: Installation) -> None:
        self._installation = installation
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with (self._installation.home / "analyses.log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "producers.analyses"],
                env=self._installation.environment,
                cwd=self._installation.home,
                stdout=log,
                stderr=log,
            )

    def kill(self) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.wait()


class Rig(msgspec.Struct, frozen=True, kw_only=True):
    """One Horus that analyses files."""

    installation: Installation
    api: Api
    producer: Producer

    @property
    def media(self) -> Path:
        return self.installation.home / "media"


@pytest.fixture(scope="package")
def quiet_log(servers_home: Path) -> Iterator[str]:
    """Yield a broker of these tests' own: on the run's, the stages would first work through all that other
    tests have written."""
    with broker(servers_home, "kafka-uploads") as bootstrap_servers:
        create_missing(bootstrap_servers)
        yield bootstrap_servers


@pytest.fixture(scope="package")
def rig(quiet_log: str, postgres: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    """Yield an installation with all its stages at work."""
    home = tmp_path_factory.mktemp("uploads")
    with new_database(postgres) as url, ExitStack() as processes:
        made = Installation(
            home=home,
            kafka=quiet_log,
            environment={
                "PATH": os.environ["PATH"],
                "PYTHONPATH": str(ROOT),
                "HORUS_HOME": str(home),
                "HORUS_ADMIN_KEY": KEY,
                "HORUS_UPLOAD_WAIT_S": WAIT_S,
                "HORUS_UPLOAD_MAX_MB": "32",
                "HORUS_UPLOAD_MAX_S": "600",
                "KAFKA_BOOTSTRAP_SERVERS": quiet_log,
                "DATABASE_URL": url,
                "OPENBLAS_NUM_THREADS": "1",
            },
        )
        processes.enter_context(made.running("projections"))
        # It is waited for, and the models take all processors to load: nobody waits for the rest.
        api = processes.enter_context(made.serving())
        for module in STAGES:
            processes.enter_context(made.running(module))
        producer = Producer(made)
        producer.start()
        processes.callback(producer.kill)
        yield Rig(installation=made, api=api, producer=producer)


@pytest.fixture(scope="package")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A browser's MP4 of the synthetic programme: a black picture and a silence in eight seconds."""
    folder = tmp_path_factory.mktemp("clip")
    made = folder / "clip.mp4"
    run("-i", str(rendered(PROGRAMME, folder)), "-c", "copy", str(made))
    return made


@pytest.fixture(scope="package")
def long_clip(clip: Path) -> Path:
    """The same six times, end to end: 48 seconds, longer than what is waited for."""
    made = clip.with_name("long.mp4")
    run("-stream_loop", "5", "-i", str(clip), "-c", "copy", str(made))
    return made
