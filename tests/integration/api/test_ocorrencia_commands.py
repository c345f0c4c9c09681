"""Commands to occurrences over REST, on a real log and a real table."""

import csv
import io
import json
import threading
import uuid
from collections.abc import Callable
from functools import partial
from typing import Any

import httpx
import pytest
from websockets.sync.client import connect

from tests.alarms import Alarm
from tests.integration.api.conftest import DEADLINE_S, KEY, Api, Installation, wait_until

REST = "/api/v1/ocorrencias"
START = "2026-11-22T03:12:00+00:00"


def new_channel() -> str:
    return f"tv-{uuid.uuid4().hex[:12]}"


def body(channel: str, **fields: Any) -> dict[str, Any]:
    return {"channel": channel, "type": "fade", "start_ts": START, "duration_s": 7.5, **fields}


def made(http: httpx.Client, channel: str, **fields: Any) -> dict[str, Any]:
    answer = http.post(REST, json=body(channel, **fields))
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def opened(api: Api, http: httpx.Client, alarm: Alarm) -> int:
    """Let a stage open an occurrence; returns its id."""
    api.publish([alarm.opened()])
    wait_until(lambda: bool(http.get(REST, params={"channel": alarm.channel}).json()))
    return int(http.get(REST, params={"channel": alarm.channel}).json()[0]["id"])


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


def test_pages_by_cursor_stay_what_they_are_while_rows_arrive_and_go(api: Api) -> None:
    channel = new_channel()
    with api.client() as http:
        ids = [made(http, channel)["id"] for _ in range(7)]
        seen: list[int] = []
        address: str | None = f"{REST}?channel={channel}&limit=3"
        while address is not None:
            page = http.get(address)
            seen += [each["id"] for each in page.json()]
            made(http, channel)
            assert ("X-Next-Cursor" in page.headers) == ("Link" in page.headers)
            address = page.links["next"]["url"] if "Link" in page.headers else None
            if address is not None:
                assert f"cursor={page.headers['X-Next-Cursor']}" in address

    assert seen == sorted(ids, reverse=True)


def test_filters_may_be_several_and_text_is_found_wherever_people_look(api: Api) -> None:
    channel = new_channel()
    with api.client() as http:
        made(http, channel, type="fade", human_description="100% escuro_total")
        made(http, channel, type="freeze", category="Vídeo Arquivo")
        number = made(http, channel, type="bloco")["id"]
        http.post(f"{REST}/{number}/ack", json={"comment": "chuva na antena"})

        def types(**filters: Any) -> list[str]:
            found = http.get(REST, params={"channel": channel, **filters}).json()
            return [each["type"] for each in found]

        assert types(type=["fade", "bloco"]) == ["bloco", "fade"]
        assert types(q="% ESCURO_") == ["fade"]
        assert types(q="%") == ["fade"]
        assert types(q="_") == ["fade"]
        assert types(q="vídeo arq") == ["freeze"]
        assert types(q="antena") == ["bloco"]
        assert types(category="Vídeo Arquivo") == ["freeze"]


def test_export_is_a_spreadsheet_that_runs_nothing(api: Api) -> None:
    channel = new_channel()
    evil = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "\uff1d1", 'a","=1']
    with api.client() as http:
        for text in evil:
            made(http, channel, type="x", category=f"={text}", human_description=text)
        answer = http.get(f"{REST}/export", params={"channel": channel})

    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="ocorrencias.csv"'
    assert answer.content.startswith(b"\xef\xbb\xbfID,Categoria,Tipo,Severidade,")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[0] == [
        "ID",
        "Categoria",
        "Tipo",
        "Severidade",
        "Confiança",
        "Início",
        "Fim",
        "Duração (s)",
        "Evidência (path)",
        "Descrição Humana",
    ]
    assert [row[-1] for row in reversed(rows[1:])] == [f"'{text}" for text in evil[:-1]] + [evil[-1]]
    assert all(row[1].startswith("'=") for row in rows[1:])
    assert rows[1][5:8] == [START, "2026-11-22T03:12:07.500000+00:00", "7.5"]


def test_export_of_many_rows_is_whole_and_in_order(api: Api) -> None:
    channel = new_channel()
    api.publish([Alarm(channel=channel).opened() for _ in range(2500)])
    with api.client() as http:
        wait_until(lambda: http.get(f"{REST}/count?channel={channel}").json() == {"count": 2500})
        lines = http.get(f"{REST}/export", params={"channel": channel}).text.splitlines()[1:]
    ids = [int(line.partition(",")[0]) for line in lines]
    assert len(set(ids)) == 2500
    assert ids == sorted(ids, reverse=True)


def test_figures_count_by_hour_and_day_and_say_how_soon_somebody_cared(api: Api) -> None:
    channel = new_channel()
    with api.client() as http:
        for hour, kind in ((2, "fade"), (2, "freeze"), (4, "fade")):
            made(http, channel, type=kind, start_ts=f"2026-11-22T0{hour}:30:00+00:00", duration_s=61)
        number = made(http, channel, start_ts="2026-11-23T03:30:00+00:00")["id"]
        acked = http.post(f"{REST}/{number}/ack").json()

        def figures(**asked: str) -> dict[str, Any]:
            window = {"from": "2026-11-22T00:00:00Z", "to": "2026-11-24T00:00:00Z"}
            answer = http.get(f"{REST}/stats", params={"channel": channel, **window, **asked})
            assert answer.status_code == 200, answer.text
            found: dict[str, Any] = answer.json()
            return found

        days, hours = figures(), figures(bucket="hour", type="fade")
        local = figures(zone="America/Sao_Paulo")
    assert (days["total"], days["open"], days["acknowledged"]) == (4, 0, 1)
    assert days["by_type"] == {"fade": 3, "freeze": 1}
    assert days["by_severity"] == {"Gravíssima (X)": 3, "Média (B)": 1}
    assert [(each["at"], each["total"]) for each in days["series"]] == [
        ("2026-11-22T00:00:00+00:00", 3),
        ("2026-11-23T00:00:00+00:00", 1),
    ]
    assert [(each["at"], each["by_channel"]) for each in hours["series"]] == [
        ("2026-11-22T02:00:00+00:00", {channel: 1}),
        ("2026-11-22T04:00:00+00:00", {channel: 1}),
        ("2026-11-23T03:00:00+00:00", {channel: 1}),
    ]
    # In Sao Paulo (three hours behind) 02:30 is still the day before, and 03:30 is that day already.
    assert [(each["at"], each["total"]) for each in local["series"]] == [
        ("2026-11-21T03:00:00+00:00", 2),
        ("2026-11-22T03:00:00+00:00", 1),
        ("2026-11-23T03:00:00+00:00", 1),
    ]
    assert days["mean_time_to_ack_s"] is not None
    assert acked["ack"]["at"] >= acked["created_at"]
