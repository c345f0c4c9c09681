"""Who may ask, without a server."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute, APIWebSocketRoute
from starlette.datastructures import Headers
from starlette.routing import BaseRoute, Route
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from api.access import COOKIE, OPEN, SESSION, SESSION_LASTS, Access, admin_key
from api.app import create_app
from infra.settings import Settings

NOW = datetime(2026, 11, 22, 3, 12, tzinfo=UTC)
KEY = "the right key"
RULES = Access(key=KEY)

Make = Callable[..., Settings]


@pytest.fixture
def app(settings: Make) -> FastAPI:
    return create_app(settings(HORUS_ADMIN_KEY=KEY, KAFKA_BOOTSTRAP_SERVERS="127.0.0.1:1"))


@pytest.fixture
def client(app: FastAPI) -> TestClient:
    # Not entered as a context: the app's own start, which follows Kafka, is not wanted here.
    return TestClient(app, follow_redirects=False)


def all_routes(routes: list[BaseRoute]) -> Iterator[Route | APIRoute | APIWebSocketRoute]:
    for route in routes:
        included = getattr(route, "original_router", None)
        if included is not None:
            yield from all_routes(included.routes)
        elif isinstance(route, Route | APIRoute | APIWebSocketRoute):
            yield route
        else:
            pytest.fail(f"a kind of route that this test does not walk: {route!r}")


def test_every_route_but_health_is_closed_without_a_key(app: FastAPI, client: TestClient) -> None:
    walked = 0
    for route in all_routes(app.routes):
        walked += 1
        if isinstance(route, APIWebSocketRoute):
            with client.websocket_connect(route.path) as socket, pytest.raises(WebSocketDisconnect) as closed:
                socket.receive_text()
            assert closed.value.code == 4401
            continue
        for method in route.methods or ():
            status = client.request(method, route.path, json={"key": "wrong"}).status_code
            assert (status != 401) if route.path in OPEN else (status == 401), (method, route.path)
    assert walked >= 13


def test_unknown_paths_are_closed_too(client: TestClient) -> None:
    assert client.get("/api/v1/nothing").status_code == 401
    assert client.get("//healthz").status_code == 401
    assert client.get("/healthz/").status_code == 401
    assert client.get("/api/v1/session").status_code == 401


@pytest.mark.parametrize(
    "headers",
    [{"Authorization": f"Bearer {KEY}"}, {"authorization": f"bearer {KEY}"}, {"X-API-Key": KEY}],
)
def test_key_opens_by_either_header(client: TestClient, headers: dict[str, str]) -> None:
    assert client.get("/page/faults.json", headers=headers).status_code == 200


@pytest.mark.parametrize("key", ["", "the right", "the right key ", "the wrong key", "schlüssel"])
def test_wrong_keys_open_nothing(key: str) -> None:
    assert RULES.role(Headers({"x-api-key": key}), "horus", NOW) == "none"


def test_wrong_key_is_not_let_in_as_anonymous() -> None:
    rules = Access(key=KEY, anonymous="viewer")
    assert rules.role(Headers({}), "horus", NOW) == "viewer"
    assert rules.role(Headers({"x-api-key": "wrong"}), "horus", NOW) == "none"


def test_log_in_gives_a_cookie_that_opens_and_log_out_takes_it(client: TestClient) -> None:
    assert client.post(SESSION, json={"key": KEY}).status_code == 204
    assert client.get("/page/faults.json").status_code == 200
    assert client.delete(SESSION).status_code == 204
    assert client.get("/page/faults.json").status_code == 401


def test_cookie_is_out_of_reach_of_scripts_and_other_sites(client: TestClient) -> None:
    cookie = client.post(SESSION, json={"key": KEY}).headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert KEY not in cookie


def test_form_logs_in_and_leads_to_the_page(client: TestClient) -> None:
    answer = client.post(SESSION, data={"key": KEY})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert "<main>" in client.get("/").text


def test_wrong_key_in_the_form_shows_the_form_again(client: TestClient) -> None:
    answer = client.post(SESSION, data={"key": "wrong"})
    assert answer.status_code == 401
    assert "Wrong key" in answer.text
    assert "set-cookie" not in answer.headers


def test_browser_without_session_sees_the_log_in(client: TestClient) -> None:
    answer = client.get("/", headers={"Accept": "text/html,*/*"})
    assert answer.status_code == 401
    assert 'type="password"' in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"key": 1}', b"\xff\xfe", b'{"key": "' + b"x" * 5000])
def test_rubbish_at_the_log_in_is_refused(client: TestClient, body: bytes) -> None:
    assert client.post(SESSION, content=body).status_code in (413, 422)


def test_session_ends_and_dies_with_the_key() -> None:
    token = RULES.session(NOW)
    assert RULES.session_holds(token, NOW + SESSION_LASTS - timedelta(seconds=1))
    assert not RULES.session_holds(token, NOW + SESSION_LASTS)
    assert not Access(key="another key").session_holds(token, NOW)


@pytest.mark.parametrize("token", ["", ".", "99999999999.", "99999999999.00", "x.y", "ü.ü"])
def test_forged_sessions_do_not_hold(token: str) -> None:
    assert not RULES.session_holds(token, NOW)


@pytest.mark.parametrize(
    ("origin", "role"),
    [(None, "admin"), ("http://horus:8000", "admin"), ("http://horus:9000", "none"), ("null", "none")],
)
def test_cookie_counts_only_for_our_own_page(origin: str | None, role: str) -> None:
    headers = {"cookie": f"{COOKIE}={RULES.session(NOW)}"} | ({"origin": origin} if origin else {})
    assert RULES.role(Headers(headers), "horus:8000", NOW) == role


def test_admin_key_is_made_once_and_only_its_owner_reads_it(settings: Make) -> None:
    chosen = settings()
    key = admin_key(chosen)
    file = chosen.home / "secrets" / "admin-key"
    assert admin_key(chosen) == key
    assert len(key) >= 32
    assert file.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in file.parent.iterdir()] == ["admin-key"]


def test_given_admin_key_is_not_written_down(settings: Make, tmp_path: Path) -> None:
    assert admin_key(settings(HORUS_ADMIN_KEY=KEY)) == KEY
    assert list(tmp_path.rglob("admin-key")) == []


def test_other_origins_may_call_only_when_named(settings: Make) -> None:
    asked = {"Origin": "https://noc.example", "Access-Control-Request-Method": "GET"}
    closed = TestClient(create_app(settings(HORUS_ADMIN_KEY=KEY)))
    named = TestClient(create_app(settings(HORUS_ADMIN_KEY=KEY, HORUS_CORS_ORIGINS="https://noc.example")))

    assert closed.options("/api/v1/ocorrencias", headers=asked).status_code == 401
    assert named.options("/api/v1/ocorrencias", headers=asked).status_code == 200
    refused = named.get("/api/v1/ocorrencias", headers={"Origin": "https://noc.example"})
    assert refused.status_code == 401
    assert refused.headers["access-control-allow-origin"] == "https://noc.example"


def test_refusals_are_problems_that_say_what_to_do(client: TestClient) -> None:
    answer = client.get("/api/v1/ocorrencias")
    assert answer.headers["content-type"] == "application/problem+json"
    assert "X-API-Key" in answer.json()["detail"]
    assert answer.headers["x-content-type-options"] == "nosniff"
