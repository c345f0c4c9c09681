"""Servers that are away: at the start, and in the middle of the work."""

import json
import signal
import subprocess
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import httpx
import msgspec
import pytest
from websockets.sync.client import connect

from infra.local import kafka as local_kafka
from infra.local.ports import free_port
from infra.topics import create_missing
from tests.alarms import Alarm
from tests.conftest import running
from tests.integration.api.conftest import DEADLINE_S, KEY, Api, Installation, wait_until

pytestmark = pytest.mark.long


class Broker(msgspec.Struct, frozen=True, kw_only=True):
    """A broker that can be killed and started again on the same data."""

    node: local_kafka.KafkaNode

    def up(self) -> AbstractContextManager[subprocess.Popen[bytes]]:
        return running(
            local_kafka.prepare(self.node),
            lambda: local_kafka.trouble(self.node.bootstrap_servers, timeout_s=1.0) is None,
            self.node.folder / "server.log",
        )


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    yield Broker(node=local_kafka.KafkaNode(tmp_path / "kafka", free_port(), free_port()))


def test_nothing_is_lost_when_the_broker_comes_late_and_is_killed(
    installation: Installation, broker: Broker, own_database: str
) -> None:
    servers = broker.node.bootstrap_servers
    own = msgspec.structs.replace(
        installation,
        kafka=servers,
        environment={
            **installation.environment,
            "KAFKA_BOOTSTRAP_SERVERS": servers,
            "DATABASE_URL": own_database,
        },
    )
    one, other = Alarm(), Alarm()
    port = free_port()
    with own.running("projections"), own.running("api", HORUS_PORT=str(port)) as process:
        api = Api(installation=own, process=process, port=port)
        wait_until(lambda: "the tail has not caught up with Kafka" in reasons(api))
        with broker.up() as first:
            create_missing(servers)
            wait_until(api.is_ready)
            with connect(f"{api.socket}?cursor=-1", additional_headers={"X-API-Key": KEY}) as ws:
                own.publish(one.life())
                before = [json.loads(ws.recv(DEADLINE_S)) for _ in range(4)]
                first.send_signal(signal.SIGKILL)
                first.wait()
                with broker.up():
                    own.publish(other.life())
                    after = [json.loads(ws.recv(DEADLINE_S)) for _ in range(4)]
                    wait_until(lambda: versions(api) == [4, 4])

    assert [message["cursor"] for message in before + after] == list(range(8))
    assert {message["data"]["uid"] for message in after} == {other.uid}


def reasons(api: Api) -> str:
    try:
        return httpx.get(f"{api.address}/readyz").text
    except httpx.TransportError:
        return ""


def versions(api: Api) -> list[int]:
    with api.client() as http:
        return [each["version"] for each in http.get("/api/v1/ocorrencias").json()]
