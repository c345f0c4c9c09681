"""Commands while the log, the table or the projection is away."""

import os
import signal
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from sqlalchemy import create_engine

from infra.follow import read_all
from infra.local import kafka as local_kafka
from infra.local.ports import free_port
from infra.topics import create_missing
from projections import migrate
from schemas.events.ocorrencias import OcorrenciaEvent
from schemas.topics import OCORRENCIAS
from tests.integration.api.conftest import Api, Installation, wait_until
from tests.integration.api.test_ocorrencia_commands import together
from tests.integration.api.test_outage import Broker

pytestmark = pytest.mark.long

REST = "/api/v1/ocorrencias"
BODY = {"type": "fade", "start_ts": "2026-11-22T03:12:00Z", "duration_s": 3}


def moved(installation: Installation, **environment: str) -> Installation:
    """Return the installation with another broker or database."""
    return msgspec.structs.replace(
        installation,
        kafka=environment.get("KAFKA_BOOTSTRAP_SERVERS", installation.kafka),
        environment={**installation.environment, **environment},
    )


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    yield Broker(node=local_kafka.KafkaNode(tmp_path / "kafka", free_port(), free_port()))


def entered(http: httpx.Client) -> dict[str, Any]:
    """Enter an occurrence as soon as the servers, which have just started, take it."""
    answers: list[httpx.Response] = []
    key = {"Idempotency-Key": str(uuid.uuid4())}

    def taken() -> bool:
        answers.append(http.post(REST, json=BODY, headers=key))
        return answers[-1].status_code == 201

    wait_until(taken)
    found: dict[str, Any] = answers[-1].json()
    return found


def log_of(installation: Installation) -> list[Any]:
    found = [envelope.event for envelope, _ in read_all(installation.kafka, OCORRENCIAS)]
    return [event for event in found if isinstance(event, OcorrenciaEvent)]


def test_without_the_log_a_command_gets_503_and_is_not_written_later(
    installation: Installation, broker: Broker, own_database: str
) -> None:
    servers = broker.node.bootstrap_servers
    own = moved(installation, KAFKA_BOOTSTRAP_SERVERS=servers, DATABASE_URL=own_database)
    with own.running("projections"), broker.up() as first:
        create_missing(servers)
        with own.serving() as api, api.client() as http:
            made = entered(http)
            first.send_signal(signal.SIGKILL)
            first.wait()
            address = f"{REST}/{made['id']}"
            refused = together(
                lambda: http.post(REST, json=BODY),
                lambda: http.patch(address, json={"type": "x"}),
                lambda: http.post(f"{address}/ack"),
                lambda: http.delete(address),
                lambda: http.get(f"{address}/history"),
            )
            still = http.get(address).json()
            with broker.up():
                wait_until(lambda: http.post(REST, json=BODY).status_code == 201)
                events = log_of(own)
                patched = http.patch(address, json={"type": "y"})

    assert [answer.status_code for answer in refused] == [503] * 5
    assert all(int(answer.headers["retry-after"]) > 0 for answer in refused)
    assert still == made
    assert {event.TYPE for event in events} == {"horus.OcorrenciaCreated.v1"}
    assert patched.json()["version"] == 2


def test_while_the_projection_is_away_commands_are_answered_with_what_the_log_gives(
    installation: Installation, own_database: str
) -> None:
    engine = create_engine(own_database)
    migrate.upgrade(engine)
    engine.dispose()
    own = moved(installation, DATABASE_URL=own_database)
    with own.running("projections") as projector, own.serving() as api, api.client() as http:
        number = entered(http)["id"]
        os.kill(projector.pid, signal.SIGSTOP)
        try:
            answers = [
                http.patch(f"{REST}/{number}", json={"type": "freeze"}, headers={"If-Match": '"1"'}),
                http.patch(f"{REST}/{number}", json={"type": "bloco"}, headers={"If-Match": '"1"'}),
                http.post(f"{REST}/{number}/ack", headers={"If-Match": '"2"'}),
                http.post(REST, json=BODY, headers={"Idempotency-Key": "one"}),
                http.post(REST, json=BODY, headers={"Idempotency-Key": "one"}),
            ]
        finally:
            os.kill(projector.pid, signal.SIGCONT)
        wait_until(lambda: version(api, number) == 3)
        table = http.get(f"{REST}/{number}").json()

    assert [answer.status_code for answer in answers] == [200, 412, 200, 201, 201]
    assert answers[2].json() == table
    assert (table["type"], table["version"]) == ("freeze", 3)
    assert answers[3].json() == answers[4].json()


def version(api: Api, number: int) -> int:
    with api.client() as http:
        return int(http.get(f"{REST}/{number}").json()["version"])


def test_without_the_table_an_occurrence_by_hand_is_still_taken_and_edits_get_503(
    installation: Installation,
) -> None:
    own = moved(installation, DATABASE_URL=f"postgresql://nobody@127.0.0.1:{free_port()}/nothing")
    port = free_port()
    with own.running("api", HORUS_PORT=str(port)) as process:
        api = Api(installation=own, process=process, port=port)
        with api.client() as http:
            wait_until(lambda: "the database does not answer" in reasons(api))
            taken = http.post(REST, json=BODY)
            edited = http.patch(f"{REST}/1", json={"type": "x"})

    assert taken.status_code == 201, taken.text
    assert edited.status_code == 503
    assert edited.headers["retry-after"]
    assert taken.json()["id"] in {
        message.offset()
        for envelope, message in read_all(own.kafka, OCORRENCIAS)
        if isinstance(envelope.event, OcorrenciaEvent) and envelope.event.uid == taken.json()["uid"]
    }


def reasons(api: Api) -> str:
    try:
        return httpx.get(f"{api.address}/readyz").text
    except httpx.TransportError:
        return ""
