"""Occurrences listed, searched, exported and counted over REST, on a real table."""

import csv
import io
from typing import Any

from tests.alarms import Alarm
from tests.integration.api.by_hand import REST, START, made, new_channel
from tests.integration.api.conftest import Api, wait_until


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
