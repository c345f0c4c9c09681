"""From an event in the log to REST and to the WebSocket."""

import json
import signal
import socket
import uuid
from typing import Any

import msgspec
import pytest
from confluent_kafka import Producer
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from schemas.events import EvidenceAttached
from schemas.topics import OCORRENCIAS
from tests.alarms import Alarm
from tests.integration.api.conftest import DEADLINE_S, KEY, Api, Installation, wait_until

KEYS = {"Authorization": f"Bearer {KEY}"}


def new_channel() -> str:
    return f"tv-{uuid.uuid4().hex[:12]}"


def heard(ws: ClientConnection, count: int) -> list[dict[str, Any]]:
    return [json.loads(ws.recv(DEADLINE_S)) for _ in range(count)]


def test_life_of_an_alarm_arrives_in_order_on_the_socket(api: Api) -> None:
    alarm = Alarm(channel=new_channel())
    with connect(f"{api.socket}?cursor=-1&channel={alarm.channel}", additional_headers=KEYS) as ws:
        ws.send("any text is passed over")
        api.publish([*alarm.life(), *alarm.life(), alarm.attached(final=True)])
        messages = heard(ws, 5)

    assert [message["type"] for message in messages] == [
        "nova_ocorrencia",
        "ocorrencia_atualizada",
        "ocorrencia_atualizada",
        "ocorrencia_encerrada",
        "ocorrencia_atualizada",
    ]
    assert [message["data"]["version"] for message in messages] == [1, 2, 3, 4, 5]
    assert messages[0]["data"]["id"] == messages[0]["cursor"]
    cursors = [message["cursor"] for message in messages]
    assert cursors == sorted(set(cursors))


def test_rest_and_socket_tell_the_same(api: Api) -> None:
    alarm = Alarm(channel=new_channel())
    with (
        connect(f"{api.socket}?cursor=-1&channel={alarm.channel}", additional_headers=KEYS) as ws,
        api.client() as http,
    ):
        api.publish(alarm.life())
        last = heard(ws, 4)[-1]["data"]
        wait_until(lambda: version(http, last["id"]) == 4)

        assert http.get(f"/api/v1/ocorrencias/{last['id']}").json() == last
        assert http.get("/api/v1/ocorrencias", params={"channel": alarm.channel}).json() == [last]
    assert last["start_ts"] == "2026-11-22T03:12:00.400000+00:00"
    assert last["severity"] == "Média (B)"
    assert last["evidence"]["clip_path"] == f"/clips/{alarm.uid}-first.mp4"
    assert last["ack"] is None


def version(http: Any, number: int) -> int | None:
    answer = http.get(f"/api/v1/ocorrencias/{number}")
    return answer.json()["version"] if answer.status_code == 200 else None


def test_list_is_newest_first_filtered_counted_and_paged(api: Api) -> None:
    channel = new_channel()
    alarms = [Alarm(channel=channel, kind=kind) for kind in ("fade", "freeze", "fade", "ausencia_audio")]
    api.publish([alarm.opened() for alarm in alarms] + [alarms[0].closed(duration_s=61.0)])
    with api.client() as http:

        def asked(**parameters: str | int) -> list[dict[str, Any]]:
            answer = http.get("/api/v1/ocorrencias", params={"channel": channel, **parameters})
            assert answer.status_code == 200, answer.text
            found: list[dict[str, Any]] = answer.json()
            return found

        wait_until(lambda: len(asked(status="encerrada")) == 1)
        ids = [each["id"] for each in asked()]
        assert ids == sorted(ids, reverse=True)
        assert len(ids) == 4
        assert [each["id"] for each in asked(skip=1, limit=2)] == ids[1:3]
        assert {each["type"] for each in asked(type="fade")} == {"fade"}
        assert [each["type"] for each in asked(category="audio")] == ["ausencia_audio"]
        assert [each["status"] for each in asked(severity="Gravíssima (X)")] == ["encerrada"]
        assert asked(**{"from": "2026-11-22T03:13:00Z"}) == asked(status="encerrada")
        assert asked(to="2026-11-22T03:12:00Z") == []
        total = http.get("/api/v1/ocorrencias", params={"channel": channel, "limit": 1})
        assert total.headers["X-Total-Count"] == "4"


@pytest.mark.parametrize(
    "question",
    ["limit=1001", "limit=0", "skip=-1", "from=yesterday", "from=2026-11-22T03:13:00", "severity=terrible"],
)
def test_questions_that_make_no_sense_are_refused_with_a_reason(api: Api, question: str) -> None:
    with api.client() as http:
        answer = http.get(f"/api/v1/ocorrencias?{question}")
    assert answer.status_code == 422
    assert question.partition("=")[0] in answer.json()["detail"]


def test_unknown_occurrence_is_a_problem(api: Api) -> None:
    with api.client() as http:
        answer = http.get("/api/v1/ocorrencias/999999999")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


def test_cursor_brings_back_what_was_missed_and_nothing_twice(api: Api) -> None:
    alarm = Alarm(channel=new_channel())
    address = f"{api.socket}?channel={alarm.channel}"
    with connect(f"{address}&cursor=-1", additional_headers=KEYS) as ws:
        api.publish([alarm.opened()])
        cursor = heard(ws, 1)[0]["cursor"]
    api.publish([alarm.escalated(), alarm.attached()])
    with connect(f"{address}&cursor={cursor}", additional_headers=KEYS) as ws:
        missed = heard(ws, 2)
        api.publish([alarm.closed()])
        live = heard(ws, 1)

    assert [message["data"]["version"] for message in missed + live] == [2, 3, 4]


def test_cursor_of_another_log_is_said_not_to_be_recovered(api: Api) -> None:
    with connect(f"{api.socket}?cursor=999999999", additional_headers=KEYS) as ws:
        message = heard(ws, 1)[0]
    assert message["type"] == "nao_recuperado"
    assert message["rest"] == "/api/v1/ocorrencias"


def test_socket_without_a_key_is_closed_with_the_reason(api: Api) -> None:
    with connect(api.socket) as ws, pytest.raises(ConnectionClosed) as closed:
        ws.recv(DEADLINE_S)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4401


def test_undecodable_record_does_not_stop_the_tail(api: Api) -> None:
    alarm = Alarm(channel=new_channel())
    with connect(f"{api.socket}?cursor=-1&channel={alarm.channel}", additional_headers=KEYS) as ws:
        producer = Producer({"bootstrap.servers": api.installation.kafka})
        producer.produce(OCORRENCIAS.name, value=b"rubbish")
        producer.flush()
        api.publish([alarm.opened()])
        assert heard(ws, 1)[0]["data"]["uid"] == alarm.uid


def test_kill_of_the_api_loses_no_alarm_for_a_client_with_a_cursor(installation: Installation) -> None:
    alarm = Alarm(channel=new_channel())
    with installation.serving() as first:
        address = f"{first.socket}?cursor=-1&channel={alarm.channel}"
        with connect(address, additional_headers=KEYS) as ws:
            installation.publish([alarm.opened()])
            cursor = heard(ws, 1)[0]["cursor"]
        first.process.send_signal(signal.SIGKILL)
        first.process.wait()
    installation.publish([alarm.escalated(), alarm.closed()])
    with installation.serving() as second:
        address = f"{second.socket}?channel={alarm.channel}&cursor={cursor}"
        with connect(address, additional_headers=KEYS) as ws:
            missed = heard(ws, 2)
    assert [message["data"]["version"] for message in missed] == [2, 3]


def test_client_that_reads_too_slowly_is_closed_with_4008_and_comes_back_without_loss(api: Api) -> None:
    channel, long = new_channel(), "x" * 20_000
    alarms = [Alarm(channel=channel) for _ in range(700)]
    address = f"{api.socket}?channel={channel}"
    # A small window on the client's side: 14 MB are more than the buffers on the way will take.
    narrow = socket.socket()
    narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    narrow.connect(("127.0.0.1", api.port))
    received: list[dict[str, Any]] = []
    with connect(f"{address}&cursor=-1", additional_headers=KEYS, sock=narrow, max_queue=1) as slow:
        api.publish([event for alarm in alarms for event in (alarm.opened(), described(alarm, long))])
        wait_until(lambda: "takes nothing" in (api.installation.home / "api.log").read_text())
        with pytest.raises(ConnectionClosed) as closed:
            while True:
                received += heard(slow, 1)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4008
    assert len(received) < 2 * len(alarms)

    with connect(f"{address}&cursor={received[-1]['cursor']}", additional_headers=KEYS) as quick:
        received += heard(quick, 2 * len(alarms) - len(received))
    assert [message["data"]["uid"] for message in received] == [
        alarm.uid for alarm in alarms for _ in ("opened", "described")
    ]


def described(alarm: Alarm, text: str) -> EvidenceAttached:
    first = alarm.attached()
    return msgspec.structs.replace(
        first, evidence=msgspec.structs.replace(first.evidence, human_description=text)
    )


def test_stop_tells_open_sockets_and_waits_for_none(installation: Installation) -> None:
    with installation.serving() as served, connect(served.socket, additional_headers=KEYS) as ws:
        served.process.terminate()
        with pytest.raises(ConnectionClosed) as closed:
            ws.recv(DEADLINE_S)
        served.process.wait(DEADLINE_S)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1012
