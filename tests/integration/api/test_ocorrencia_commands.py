"""Commands to occurrences over REST, on a real log and a real table."""

import json
import threading
import uuid
from collections.abc import Callable
from functools import partial

import httpx
import pytest
from websockets.sync.client import connect

from tests.alarms import Alarm
from tests.integration.api.by_hand import REST, START, body, made, new_channel, opened
from tests.integration.api.conftest import DEADLINE_S, KEY, Api, Installation, wait_until


def together(*calls: Callable[[], httpx.Response]) -> list[httpx.Response]:
    """Make calls at the same moment."""
    answers: list[httpx.Response] = []
    start = threading.Barrier(len(calls))

    def run(call: Callable[[], httpx.Response]) -> None:
        start.wait()
        answers.append(call())

    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_occurrence_by_hand_is_read_at_once_and_pushed_with_its_id_as_cursor(api: Api) -> None:
    channel = new_channel()
    with (
        connect(f"{api.socket}?cursor=-1&channel={channel}", additional_headers={"X-API-Key": KEY}) as ws,
        api.client() as http,
    ):
        answer = http.post(REST, json=body(channel, human_description="à mão 🎬"))
        read = http.get(f"{REST}/{answer.json()['id']}")
        listed = http.get(REST, params={"channel": channel}).json()
        message = json.loads(ws.recv(DEADLINE_S))

    assert answer.status_code == 201
    assert answer.headers["Location"] == f"{REST}/{answer.json()['id']}"
    assert answer.headers["ETag"] == read.headers["ETag"] == '"1"'
    assert listed == [answer.json()] == [read.json()] == [message["data"]]
    assert (message["type"], message["cursor"]) == ("nova_ocorrencia", answer.json()["id"])
    assert answer.json() | {"id": 0, "uid": "", "created_at": ""} == {
        "id": 0,
        "uid": "",
        "created_at": "",
        "channel": channel,
        "category": "video",
        "type": "fade",
        "severity": "Média (B)",
        "confidence": 1.0,
        "start_ts": START,
        "end_ts": "2026-11-22T03:12:07.500000+00:00",
        "duration_s": 7.5,
        "status": "encerrada",
        "evidence": dict.fromkeys(answer.json()["evidence"]) | {"human_description": "à mão 🎬"},
        "ack": None,
        "edited": None,
        "version": 1,
    }


def test_writer_reads_each_of_his_own_writes(api: Api) -> None:
    channel = new_channel()
    with api.client() as http:
        number = made(http, channel)["id"]
        for turn in range(10):
            patched = http.patch(f"{REST}/{number}", json={"duration_s": turn, "type": f"t{turn}"})
            assert patched.status_code == 200
            assert http.get(REST, params={"channel": channel}).json() == [patched.json()]
            assert patched.json()["type"] == f"t{turn}"


def test_each_command_is_in_the_history_with_who_and_when(api: Api) -> None:
    alarm = Alarm(channel=new_channel())
    with api.client() as http:
        number = opened(api, http, alarm)
        http.post(f"{REST}/{number}/ack")
        http.post(f"{REST}/{number}/ack", json={"comment": "Transmissor avisado", "by": "Ana"})
        http.patch(f"{REST}/{number}", json={"human_description": "vinheta", "duration_s": 61})
        api.publish([alarm.closed()])
        wait_until(lambda: http.get(f"{REST}/{number}").json()["status"] == "encerrada")
        state = http.get(f"{REST}/{number}").json()
        answer = http.delete(f"{REST}/{number}")
        history = http.get(f"{REST}/{number}/history").json()

    assert answer.json() == {"deleted": number}
    assert [each["event"] for each in history] == [
        "horus.OcorrenciaOpened.v1",
        "horus.OcorrenciaAcknowledged.v1",
        "horus.OcorrenciaAcknowledged.v1",
        "horus.OcorrenciaEdited.v1",
        "horus.OcorrenciaClosed.v1",
        "horus.OcorrenciaDeleted.v1",
    ]
    assert [each["version"] for each in history] == [1, 2, 3, 4, 5, 6]
    assert history[0]["offset"] == number
    assert [each["by"] for each in history] == ["test", "admin", "admin", "admin", "test", "admin"]
    assert [each["at"] for each in history[1:4]] == sorted(each["at"] for each in history[1:4])
    assert history[2]["data"]["comment"] == state["ack"]["comment"] == "Transmissor avisado"
    assert (state["ack"]["by"], state["ack"]["name"]) == ("admin", "Ana")
    assert (state["duration_s"], state["severity"]) == (61.0, "Gravíssima (X)")
    assert state["edited"]["fields"] == ["duration_s", "end_ts", "human_description", "severity"]
    assert state["evidence"]["human_description"] == "vinheta"


def test_deleted_occurrence_leaves_every_list_and_is_said_to_be_removed(api: Api) -> None:
    channel = new_channel()
    with (
        connect(f"{api.socket}?cursor=-1&channel={channel}", additional_headers={"X-API-Key": KEY}) as ws,
        api.client() as http,
    ):
        number = made(http, channel)["id"]
        assert http.delete(f"{REST}/{number}").json() == {"deleted": number}
        messages = [json.loads(ws.recv(DEADLINE_S)) for _ in range(2)]
        assert http.get(REST, params={"channel": channel}).json() == []
        assert http.get(f"{REST}/count", params={"channel": channel}).json() == {"count": 0}
        assert http.get(f"{REST}/{number}").status_code == 404
        for again in (
            http.delete(f"{REST}/{number}"),
            http.patch(f"{REST}/{number}", json={"type": "x"}),
            http.post(f"{REST}/{number}/ack"),
        ):
            assert again.status_code == 404
    assert [message["type"] for message in messages] == ["nova_ocorrencia", "ocorrencia_removida"]
    assert messages[1]["data"]["id"] == number


def test_of_two_clients_that_race_with_one_version_one_wins_and_one_gets_412(
    api: Api, installation: Installation
) -> None:
    with installation.serving() as other, api.client() as one, other.client() as two:
        for _ in range(5):
            number = made(one, new_channel())["id"]
            tag = one.get(f"{REST}/{number}").headers["ETag"]

            def patch(http: httpx.Client, kind: str, number: int = number, tag: str = tag) -> httpx.Response:
                return http.patch(f"{REST}/{number}", json={"type": kind}, headers={"If-Match": tag})

            answers = together(partial(patch, one, "one"), partial(patch, two, "two"))
            assert sorted(answer.status_code for answer in answers) == [200, 412]
            won, lost = sorted(answers, key=lambda answer: answer.status_code)
            assert one.get(f"{REST}/{number}").json() == won.json()
            assert lost.headers["ETag"] == won.headers["ETag"] == '"2"'
            assert lost.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("method", ["PATCH", "DELETE", "ACK"])
@pytest.mark.parametrize("tag", ['"1"', "rubbish", '"99999999999999999999"', '"1", W/"0"'])
def test_stale_version_gets_412_and_changes_nothing(api: Api, method: str, tag: str) -> None:
    with api.client() as http:
        number = made(http, new_channel())["id"]
        now = http.patch(f"{REST}/{number}", json={"type": "freeze"}).json()
        headers = {"If-Match": tag}
        match method:
            case "PATCH":
                answer = http.patch(f"{REST}/{number}", json={"type": "x"}, headers=headers)
            case "DELETE":
                answer = http.delete(f"{REST}/{number}", headers=headers)
            case _:
                answer = http.post(f"{REST}/{number}/ack", headers=headers)
        assert answer.status_code == 412
        assert http.get(f"{REST}/{number}").json() == now


@pytest.mark.parametrize("tag", ['"1"', "1", 'W/"1"', "*", '"7", "1"'])
def test_version_that_matches_is_let_through(api: Api, tag: str) -> None:
    with api.client() as http:
        number = made(http, new_channel())["id"]
        answer = http.patch(f"{REST}/{number}", json={"type": "x"}, headers={"If-Match": tag})
        assert answer.status_code == 200


def test_repeated_request_makes_one_occurrence_and_another_one_is_refused(api: Api) -> None:
    channel, key = new_channel(), {"Idempotency-Key": str(uuid.uuid4())}
    with api.client() as http:
        answers = together(*[lambda: http.post(REST, json=body(channel), headers=key)] * 4)
        http.patch(f"{REST}/{answers[0].json()['id']}", json={"type": "freeze"})
        later = http.post(REST, json=body(channel), headers=key)
        other = http.post(REST, json=body(channel, duration_s=8), headers=key)
        count = http.get(f"{REST}/count", params={"channel": channel}).json()["count"]
        http.delete(f"{REST}/{later.json()['id']}")
        gone = http.post(REST, json=body(channel), headers=key)

    assert [answer.status_code for answer in answers] == [201] * 4
    assert {answer.json()["id"] for answer in answers} == {later.json()["id"]}
    assert later.status_code == 201
    assert other.status_code == 422
    assert count == 1
    assert gone.status_code == 409


def test_repeated_acknowledgement_and_repeated_deletion_count_once(api: Api) -> None:
    key = {"Idempotency-Key": str(uuid.uuid4())}
    with api.client() as http:
        number = made(http, new_channel())["id"]
        acks = [http.post(f"{REST}/{number}/ack", headers={**key, "If-Match": '"1"'}) for _ in range(2)]
        deletions = [http.delete(f"{REST}/{number}", headers=key) for _ in range(2)]
    assert [answer.json()["version"] for answer in acks] == [2, 2]
    assert [answer.json() for answer in deletions] == [{"deleted": number}] * 2
