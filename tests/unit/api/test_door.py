"""The door: every route with every role, and what is said to those who stay outside."""

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from fastapi import FastAPI
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocketDisconnect

from api.attempts import FREE
from api.door import Door
from api.roles import (
    LEAST,
    RANKS,
    WEBSOCKET,
    UnlistedRoute,
    check,
    enough,
    least_role,
    methods_of,
    routes_of,
    table,
)
from api.sessions import COOKIE
from infra.settings import Role, Settings
from tests.unit.api.doors import ADMIN_KEY, AWAY, Closed, closed

SESSION = "/api/v1/session"
Make = Callable[..., Settings]


@pytest.fixture
def horus(settings: Make) -> Closed:
    return closed(settings(**AWAY))


def asked(app: FastAPI) -> Iterator[tuple[str, str, str, Role]]:
    """Yield for each route (method, template, a path that it answers, least role)."""
    for route in routes_of(app):
        for method in methods_of(route):
            path = re.sub(r"\{[^}]*\}", "1", route.path)
            yield method, route.path, path, least_role(method, route.path)


async def inside(scope: Scope, receive: Receive, send: Send) -> None:
    """Stand for what is behind the door."""
    if scope["type"] == "http":
        await PlainTextResponse("inside")(scope, receive, send)
    else:
        await receive()
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.close", "code": 1000})


@pytest.mark.parametrize("role", RANKS)
def test_every_route_lets_in_exactly_the_roles_of_the_table(horus: Closed, role: Role) -> None:
    services = horus.services
    door = Door(inside, application=horus.app, rules=services.access, attempts=services.attempts)
    headers = {"X-API-Key": horus.keys[role]} if role != "none" else {}
    client = TestClient(door, headers=headers)
    walked = 0
    for method, template, path, least in asked(horus.app):
        if method == WEBSOCKET:
            expected = 1000 if enough(role, least) else 4401 if role == "none" else 4403
            assert close_code(client, path) == expected, (role, template)
        else:
            expected = 200 if enough(role, least) else 401 if role == "none" else 403
            assert client.request(method, path).status_code == expected, (role, method, template)
        walked += 1
    assert walked > 30


@pytest.mark.parametrize("role", ["none", "viewer", "operator"])
def test_refusals_come_before_the_route_sees_anything(horus: Closed, role: Role) -> None:
    client = horus.client(role)
    for method, template, path, least in asked(horus.app):
        if enough(role, least) or method == WEBSOCKET:
            continue
        answer = client.request(method, path, content=b"\xff", headers={"Content-Type": "application/json"})
        assert answer.status_code == (401 if role == "none" else 403), (role, method, template)
        assert answer.headers["content-type"] == "application/problem+json"


def test_static_files_pictures_documentation_and_figures_are_closed(horus: Closed) -> None:
    client = horus.client()
    for path in ("/hls/tv1/stream.m3u8", "/clips/1.mp4", "/clips/1.jpg", "/page/page.js", "/docs",
                 "/docs/swagger-ui.css", "/api/v1/openapi.json", "/metrics", "/"):  # fmt: skip
        assert client.get(path).status_code == 401, path


@pytest.mark.parametrize(
    "path", ["/api/v1/nothing", "http://testserver//healthz", "/healthz/", "/healthz/x", "/%2e%2e/healthz"]
)
def test_unknown_paths_are_closed_too(horus: Closed, path: str) -> None:
    assert horus.client().get(path).status_code == 401
    assert horus.client("viewer").get(path).status_code in (307, 404)


def test_unknown_methods_are_problems_that_name_the_known_ones(horus: Closed) -> None:
    for method in ("OPTIONS", "PUT", "TRACE", "BREW"):
        answer = horus.client("viewer").request(method, "/api/v1/ocorrencias/count")
        assert answer.status_code == 405
        assert answer.headers["content-type"] == "application/problem+json"
        assert "GET" in answer.headers["allow"]


def test_app_with_a_route_that_the_table_does_not_know_refuses_to_start(horus: Closed) -> None:
    horus.app.add_api_route("/api/v1/forgotten", lambda: None)
    with pytest.raises(UnlistedRoute, match="/api/v1/forgotten"):
        check(horus.app)


def test_every_row_of_the_table_has_a_route(horus: Closed) -> None:
    shapes = {(method, re.sub(r"\{[^}]*\}", "{}", template)) for method, template, _, _ in asked(horus.app)}
    rows = {(method, re.sub(r"\{[^}]*\}", "{}", template)) for method, template in LEAST}
    assert rows - shapes == set()


def test_low_role_is_told_which_one_it_takes(horus: Closed) -> None:
    detail = horus.client("operator").get("/api/v1/admin/keys").json()["detail"]
    assert "admin" in detail
    assert "operator" in detail


def test_anonymous_role_lets_in_and_no_further(settings: Make) -> None:
    horus = closed(settings(**AWAY, HORUS_ANONYMOUS_ROLE="viewer"))
    assert horus.client().get("/page/faults.json").status_code == 200
    assert horus.client().get("/api/v1/admin/keys").status_code == 401
    assert horus.client("viewer", **{"X-API-Key": "wrong"}).get("/page/faults.json").status_code == 401


def test_browser_without_session_sees_the_log_in(horus: Closed) -> None:
    for path in ("/", "/docs"):
        answer = horus.client().get(path, headers={"Accept": "text/html,*/*"})
        assert answer.status_code == 401
        assert 'type="password"' in answer.text
        assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_log_in_gives_a_cookie_that_opens_and_log_out_takes_it(horus: Closed) -> None:
    client = horus.client()
    assert client.post(SESSION, json={"key": horus.keys["operator"]}).status_code == 204
    assert client.get(SESSION).json()["role"] == "operator"
    assert client.get("/api/v1/admin/keys").status_code == 403
    assert client.delete(SESSION, headers={"Origin": "http://testserver"}).status_code == 204
    assert client.get(SESSION).status_code == 401


def test_session_ends_when_its_key_is_revoked(horus: Closed) -> None:
    client = horus.client()
    client.post(SESSION, json={"key": horus.keys["viewer"]})
    assert client.get("/page/faults.json").status_code == 200
    horus.revoke("viewer")
    assert client.get("/page/faults.json").status_code == 401


def test_cookie_is_out_of_reach_of_scripts_and_other_sites(horus: Closed) -> None:
    plain = horus.client().post(SESSION, json={"key": ADMIN_KEY}).headers["set-cookie"]
    assert "HttpOnly" in plain
    assert "SameSite=strict" in plain
    assert "Secure" not in plain
    assert ADMIN_KEY not in plain
    client = TestClient(horus.app, base_url="https://testserver")
    assert "Secure" in client.post(SESSION, json={"key": ADMIN_KEY}).headers["set-cookie"]


def test_page_of_another_site_can_neither_log_in_nor_act(horus: Closed) -> None:
    client = horus.client()
    foreign = {"Origin": "http://evil.example"}
    assert client.post(SESSION, data={"key": ADMIN_KEY}, headers=foreign).status_code == 403
    client.post(SESSION, json={"key": ADMIN_KEY})
    assert client.delete(SESSION, headers=foreign).status_code == 403
    assert client.post("/api/v1/streams/stop", headers=foreign).status_code == 403
    assert close_code(client, "/ws/ocorrencias", foreign) == 4403


def test_form_logs_in_and_leads_to_the_page(horus: Closed) -> None:
    client = horus.client()
    answer = client.post(SESSION, data={"key": ADMIN_KEY}, headers={"Origin": "http://testserver"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert "<main>" in client.get("/").text


def test_wrong_key_in_the_form_shows_the_form_again(horus: Closed) -> None:
    answer = horus.client().post(SESSION, data={"key": "wrong"})
    assert answer.status_code == 401
    assert "Wrong key" in answer.text
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"key": 1}', b"\xff\xfe", b'{"key": "' + b"x" * 5000])
def test_rubbish_at_the_log_in_is_refused(horus: Closed, body: bytes) -> None:
    assert horus.client().post(SESSION, content=body).status_code in (413, 422)


def test_address_that_tries_keys_has_to_wait_and_no_other_address_does(horus: Closed) -> None:
    guesser = TestClient(horus.app, client=("10.0.0.1", 1))
    tried = [guesser.get(SESSION, headers={"X-API-Key": f"guess {n}"}).status_code for n in range(FREE + 2)]
    assert tried == [401] * FREE + [429] * 2
    right = {"X-API-Key": ADMIN_KEY}
    blocked = guesser.get(SESSION, headers=right)
    assert blocked.status_code == 429
    assert 1 <= int(blocked.headers["retry-after"]) <= 60
    assert guesser.post(SESSION, json={"key": ADMIN_KEY}).status_code == 429
    assert TestClient(horus.app, client=("10.0.0.2", 1)).get(SESSION, headers=right).status_code == 200


def test_sessions_go_on_where_keys_have_to_wait(horus: Closed) -> None:
    client = horus.client()
    client.post(SESSION, json={"key": ADMIN_KEY})
    for _ in range(FREE):
        horus.services.attempts.failed("testclient", "", time.monotonic())
    assert client.get(SESSION, headers={"X-API-Key": ADMIN_KEY}).status_code == 429
    assert client.get(SESSION).status_code == 200


@pytest.fixture
def stopped_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nothing be forgiven, however slow the machine."""
    for room in ("api.door", "api.routes.session"):
        monkeypatch.setattr(f"{room}.time", SimpleNamespace(monotonic=lambda: 0.0))


@pytest.mark.usefixtures("stopped_clock")
@pytest.mark.parametrize("wrong", ["old key of a wall", f"hrs.{'0' * 12}.{'x' * 43}"])
def test_wall_with_an_old_key_locks_out_nobody_who_shares_its_address(horus: Closed, wrong: str) -> None:
    wall, shown = horus.client(), {"X-API-Key": wrong}
    tried = [wall.get(SESSION, headers=shown).status_code for _ in range(FREE + 1)]
    assert tried == [401] * FREE + [429]
    assert horus.client("operator").get(SESSION).status_code == 200
    log_in = horus.client().post(SESSION, json={"key": horus.keys["viewer"]})
    assert log_in.status_code == 204


@pytest.mark.usefixtures("stopped_clock")
def test_who_guesses_at_one_made_key_gets_no_more_tries_at_it_by_what_else_he_shows(horus: Closed) -> None:
    key_id = horus.keys["operator"].split(".")[1]
    guesser = horus.client()
    answers = []
    for number in range(FREE + 2):
        answers.append(guesser.get(SESSION, headers={"X-API-Key": f"hrs.{key_id}.{number:043}"}).status_code)
        guesser.get(SESSION, headers={"X-API-Key": f"hrs.{number:012x}.{number:043}"})
    assert answers == [401] * FREE + [429] * 2
    assert horus.client("operator").get(SESSION).status_code == 429
    assert horus.client("viewer").get(SESSION).status_code == 200
    # The wrong ids are all counted as one: they buy no place for more guesses at the installation's key.
    assert guesser.get(SESSION, headers={"X-API-Key": ADMIN_KEY}).status_code == 429
    assert len(horus.services.attempts) == 2


def test_address_cannot_be_made_up_by_a_header(horus: Closed) -> None:
    guesser = TestClient(horus.app, client=("10.0.0.1", 1))
    for number in range(FREE + 1):
        headers = {"X-API-Key": "guess", "X-Forwarded-For": f"10.9.9.{number}", "Forwarded": f"for={number}"}
        last = guesser.get(SESSION, headers=headers)
    assert last.status_code == 429


def test_made_key_is_answered_with_try_again_while_kafka_has_not_told_of_keys(settings: Make) -> None:
    horus = closed(settings(**AWAY), known=False)
    unknown = {"X-API-Key": f"hrs.{'0' * 12}.{'x' * 43}"}
    answer = horus.client().get(SESSION, headers=unknown)
    assert answer.status_code == 503
    assert "retry-after" in answer.headers
    assert close_code(horus.client(), "/ws/ocorrencias", unknown) == 1013


def test_cookie_of_a_forged_session_is_no_wrong_key(horus: Closed) -> None:
    client = horus.client()
    client.cookies.set(COOKIE, "admin.9999999999.forged")
    assert {client.get(SESSION).status_code for _ in range(FREE + 2)} == {401}


def close_code(client: TestClient, path: str, headers: dict[str, str] | None = None) -> int:
    with (
        client.websocket_connect(path, headers=headers or {}) as socket,
        pytest.raises(WebSocketDisconnect) as end,
    ):
        socket.receive_text()
    return end.value.code


def test_documentation_shows_the_table_as_it_is() -> None:
    shown = (Path(__file__).parents[3] / "docs" / "access.md").read_text()
    stale = "put what `python -m api.roles` prints at the end of docs/access.md"
    assert shown.partition("## Every route\n\n")[2].strip() == table(), stale
