"""A broker of their own: in this log time stamps go up, as in any that no test writes history into."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.topics import create_missing
from tests.conftest import broker
from tests.integration.api.conftest import Api, installed


@pytest.fixture(scope="package")
def topics(servers_home: Path) -> Iterator[str]:
    """Bootstrap servers of a broker of these tests' own, with every topic of the contract on it."""
    with broker(servers_home, "kafka-replay") as bootstrap_servers:
        create_missing(bootstrap_servers)
        yield bootstrap_servers


@pytest.fixture(scope="package")
def api(topics: str, postgres: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """Yield an API on that log."""
    home = tmp_path_factory.mktemp("replays")
    with installed(topics, postgres, home) as installation, installation.serving() as served:
        yield served
