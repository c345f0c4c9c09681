"""Headers under every answer, and what pages of other origins may send and read."""

from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.routes import page
from infra.settings import Settings
from tests.unit.api.doors import AWAY, closed

Make = Callable[..., Settings]
NOC = "https://noc.example"


@pytest.mark.parametrize(
    ("path", "status"),
    [("/healthz", 200), ("/api/v1/nothing", 404), ("/api/v1/ocorrencias/x", 422), ("/page/page.js", 200),
     ("/", 500)],
)  # fmt: skip
def test_every_answer_carries_them_whatever_became_of_it(
    settings: Make, monkeypatch: pytest.MonkeyPatch, path: str, status: int
) -> None:
    if status == 500:
        monkeypatch.setattr(page, "_file", lambda _: 1 / 0)
    answer = closed(settings(**AWAY)).client("viewer").get(path)
    assert answer.status_code == status
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-frame-options"] == "DENY"
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert "division" not in answer.text


def test_answers_of_the_api_are_kept_by_nobody(settings: Make) -> None:
    answer = closed(settings(**AWAY)).client("viewer").get("/api/v1/session")
    assert answer.headers["cache-control"] == "no-store"


def test_https_is_kept_to_only_where_there_is_https(settings: Make) -> None:
    app = closed(settings(**AWAY)).app
    assert "strict-transport-security" not in TestClient(app).get("/healthz").headers
    encrypted = TestClient(app, base_url="https://testserver")
    assert "max-age" in encrypted.get("/healthz").headers["strict-transport-security"]


@pytest.mark.parametrize("path", ["/", "/docs"])
def test_pages_run_no_script_but_their_own(settings: Make, path: str) -> None:
    answer = closed(settings(**AWAY)).client("viewer").get(path)
    policy = answer.headers["content-security-policy"]
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    assert "<script>" not in answer.text
    assert "style=" not in answer.text
    assert "//" not in answer.text.replace("http://www.w3.org", "")


def test_no_other_origin_may_call_until_named(settings: Make) -> None:
    asked = {"Origin": NOC, "Access-Control-Request-Method": "GET"}
    client = TestClient(create_app(settings(**AWAY)))
    answer = client.options("/api/v1/ocorrencias", headers=asked)
    assert answer.status_code == 401
    assert "access-control-allow-origin" not in answer.headers


def test_named_origin_may_send_and_read_what_clients_need(settings: Make) -> None:
    client = TestClient(create_app(settings(**AWAY, HORUS_CORS_ORIGINS=NOC)))
    wanted = "If-Match, Idempotency-Key, Last-Event-ID, X-API-Key, Range, Authorization"
    asked = {
        "Origin": NOC,
        "Access-Control-Request-Method": "PATCH",
        "Access-Control-Request-Headers": wanted,
    }
    assert client.options("/api/v1/ocorrencias/1", headers=asked).status_code == 200
    refused = client.get("/api/v1/ocorrencias", headers={"Origin": NOC})
    assert refused.status_code == 401
    assert refused.headers["access-control-allow-origin"] == NOC
    readable = refused.headers["access-control-expose-headers"]
    for name in ("X-Total-Count", "X-Next-Cursor", "Link", "ETag", "Retry-After"):
        assert name in readable
    other = {**asked, "Origin": "https://evil.example"}
    assert "access-control-allow-origin" not in client.options("/api/v1/ocorrencias", headers=other).headers


@pytest.mark.parametrize(("origins", "credentials"), [(NOC, "true"), ("*", None)])
def test_only_pages_of_named_origins_may_come_with_the_cookie(
    settings: Make, origins: str, credentials: str | None
) -> None:
    client = TestClient(create_app(settings(**AWAY, HORUS_CORS_ORIGINS=origins)))
    answer = client.get("/healthz", headers={"Origin": NOC})
    assert answer.headers["access-control-allow-origin"] in (NOC, "*")
    assert answer.headers.get("access-control-allow-credentials") == credentials


def test_clips_may_be_shown_on_another_port_but_on_other_sites_only_when_named(settings: Make) -> None:
    alone = TestClient(create_app(settings(**AWAY))).get("/healthz")
    named = TestClient(create_app(settings(**AWAY, HORUS_CORS_ORIGINS=NOC))).get("/healthz")
    assert alone.headers["cross-origin-resource-policy"] == "same-site"
    assert named.headers["cross-origin-resource-policy"] == "cross-origin"
