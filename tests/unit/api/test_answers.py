"""Answers that need neither Kafka nor Postgres: health, the page, and what is said when both are away."""

from collections.abc import Callable
from pathlib import Path
from zipfile import ZipFile

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.routes import page
from infra.local.missing import Missing
from infra.settings import Settings

KEY = "the right key"


@pytest.fixture
def client(settings: Callable[..., Settings]) -> TestClient:
    chosen = settings(
        HORUS_ADMIN_KEY=KEY,
        KAFKA_BOOTSTRAP_SERVERS="127.0.0.1:1",
        DATABASE_URL="postgresql://nobody@127.0.0.1:1/nothing",
    )
    return TestClient(create_app(chosen), headers={"X-API-Key": KEY}, raise_server_exceptions=False)


def test_process_lives_though_it_is_not_ready_and_says_why(client: TestClient) -> None:
    assert client.get("/healthz").json()["status"] == "ok"
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["reasons"] == [
        "the tail has not caught up with Kafka",
        "Kafka has not told yet which keys there are",
        "Kafka has not told yet which channels there are",
        "the database does not answer",
    ]


def test_database_that_is_away_is_a_problem_without_a_traceback(client: TestClient) -> None:
    answer = client.get("/api/v1/ocorrencias")
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "2"
    assert set(answer.json()) == {"type", "title", "status", "detail"}


def test_mistake_of_ours_is_a_problem_without_a_traceback(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page, "_file", lambda _: 1 / 0)
    answer = client.get("/")
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert "division" not in answer.text


def test_page_runs_no_script_but_its_own(client: TestClient) -> None:
    answer = client.get("/")
    assert answer.status_code == 200
    assert "script-src 'self';" in answer.headers["content-security-policy"]
    assert "<script>" not in answer.text
    assert "style=" not in answer.text


@pytest.mark.parametrize("name", ["page.js", "page.css", "faults.json"])
def test_page_finds_what_it_asks_for(client: TestClient, name: str) -> None:
    assert client.get(f"/page/{name}").status_code == 200


@pytest.mark.parametrize("name", ["login.html", "__init__.py", "..%2fapp.py", "nothing.js"])
def test_page_gives_nothing_else_away(client: TestClient, name: str) -> None:
    assert client.get(f"/page/{name}").status_code == 404


def test_player_comes_out_of_its_jar(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    jar = tmp_path / "hls.js.jar"
    with ZipFile(jar, "w") as opened:
        opened.writestr("META-INF/resources/webjars/hls.js/1.6.0/dist/hls.min.js", "var Hls")
    monkeypatch.setattr(page, "hls_js_jar", lambda: jar)
    page._player.cache_clear()
    answer = client.get("/page/hls.min.js")
    page._player.cache_clear()
    assert answer.text == "var Hls"
    assert answer.headers["content-type"].startswith("text/javascript")


def test_machine_without_the_jar_says_so(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> Path:
        raise Missing("no jar")

    monkeypatch.setattr(page, "hls_js_jar", missing)
    page._player.cache_clear()
    answer = client.get("/page/hls.min.js")
    page._player.cache_clear()
    assert answer.status_code == 404
    assert "make setup" in answer.json()["detail"]


def test_status_without_channels_is_not_running(client: TestClient) -> None:
    assert client.get("/api/v1/streams/status").json() == {"running": False, "fps": 0.0, "channels": []}
