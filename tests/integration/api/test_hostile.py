"""Bad input to every route of a running API, by hand: nothing falls over, nothing is given away."""

import re
import socket
from collections.abc import Iterator
from itertools import product

import httpx
import pytest

from api.app import create_app
from api.http_protocol import HEAD_MAX
from api.roles import methods_of, routes_of
from infra.settings import load
from tests.integration.api.conftest import DEADLINE_S, KEY, Api

NASTY = (
    "..%2f..%2f..%2fetc%2fpasswd",
    "%2e%2e%2f%2e%2e%2fetc%2fpasswd",
    "..%5c..%5cetc%5cpasswd",
    "%252e%252e%252fetc%252fpasswd",
    "%2fetc%2fpasswd",
    "%00",
    "a%00.mp4",
    "%ff%fe",
    "%ed%a0%80",
    "%F0%9F%93%BA%E2%80%AE",
    "a" * 1000,
    "9" * 40,
    "-1",
    "NaN",
    "%27%3BSELECT%201--",
    "%24%7Bjndi%3Ax%7D",
)
RUBBISH = (
    b"",
    b"null",
    b"[]",
    b'"x"',
    b"{",
    b"\xff\xfe",
    b'{"start_ts": "0000-01-01T00:00:00Z", "duration_s": 1e400}',
    b'{"start_ts": "10000-01-01T00:00:00Z", "type": "\\ud800", "name": "\\u0000"}',
    b'{"confidence": NaN, "url": "-f lavfi", "fps": -1}',
    b"[" * 10_000 + b"]" * 10_000,
    b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
    b"9" * 100_000,
)
ENDLESS = {"/api/v1/events"}
"""Answers that go on for as long as somebody listens."""


@pytest.fixture(scope="module")
def routes(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, str]]:
    home = tmp_path_factory.mktemp("routes")
    app = create_app(load({"HORUS_HOME": str(home), "HORUS_ADMIN_KEY": "none"}, dotenv=None))
    return [(method, route.path) for route in routes_of(app) for method in methods_of(route)]


@pytest.fixture
def http(api: Api) -> Iterator[httpx.Client]:
    with api.client() as client:
        yield client


def harmless(answer: httpx.Response, what: object) -> None:
    """Check that an answer is none of a server that fell over, and gives nothing away."""
    assert answer.status_code < 500, (what, answer.text[:300])
    assert "root:" not in answer.text, what
    assert "Traceback" not in answer.text, what
    assert "/site-packages" not in answer.text, what
    if answer.status_code >= 400:
        assert answer.headers["content-type"] == "application/problem+json", what
        assert set(answer.json()) == {"type", "title", "status", "detail"}, what


def test_no_parameter_of_a_path_leads_out_or_over(http: httpx.Client, routes: list[tuple[str, str]]) -> None:
    tried = 0
    for (method, template), nasty in product(routes, NASTY):
        if "{" in template and method in ("GET", "DELETE"):
            path = re.sub(r"\{[^}]*\}", nasty, template)
            harmless(http.request(method, path), (method, path))
            tried += 1
    assert tried >= 10 * len(NASTY)


def test_no_parameter_of_a_query_leads_out_or_over(http: httpx.Client, routes: list[tuple[str, str]]) -> None:
    names = ("limit", "skip", "cursor", "from", "to", "channel", "type", "severity", "status", "q", "path",
        "folder", "name", "who", "action", "since", "bucket", "by")  # fmt: skip
    for method, template in routes:
        if method != "GET" or "{" in template or template in ENDLESS:
            continue
        for nasty in NASTY[:13]:
            harmless(http.get(f"{template}?" + "&".join(f"{name}={nasty}" for name in names)), template)
        for name in names:
            harmless(http.get(f"{template}?{name}={NASTY[0]}&{name}=%F0%9F%93%BA"), (template, name))
        for moment in ("0000-01-01T00:00:00Z", "9999-12-31T23:59:59-23:59", "1e400", "-1", "2026-01-01"):
            harmless(http.get(template, params={"from": moment, "to": moment}), (template, moment))
        harmless(http.get(f"{template}?" + "&".join(["channel=a"] * 2000)), template)


def test_no_body_leads_over(http: httpx.Client, routes: list[tuple[str, str]]) -> None:
    for (method, template), body in product(routes, RUBBISH):
        # A log-out or a stop takes no body, and would do what it says.
        if method not in ("POST", "PUT", "PATCH") or template.endswith(("/stop", "/cleanup", "/sync-clips")):
            continue
        path = re.sub(r"\{[^}]*\}", "1", template)
        for kind in ("application/json", "multipart/form-data; boundary=x", "text/html"):
            answer = http.request(method, path, content=body, headers={"Content-Type": kind})
            harmless(answer, (method, path, kind, body[:40]))


def test_unknown_methods_are_problems(http: httpx.Client) -> None:
    for method in ("OPTIONS", "TRACE", "PUT", "BREW", "HEAD"):
        answer = http.request(method, "/api/v1/ocorrencias/count")
        assert answer.status_code == 405
        assert "GET" in answer.headers["allow"]


def spoken(api: Api, *pieces: bytes) -> bytes:
    """Say bytes to the API and return what it says until it hangs up."""
    with socket.create_connection(("127.0.0.1", api.port), timeout=DEADLINE_S) as line:
        answer = b""
        try:
            for piece in pieces:
                line.sendall(piece)
        except (BrokenPipeError, ConnectionResetError):
            # It has already said what it thinks of this.
            pass
        try:
            while got := line.recv(65_536):
                answer += got
        except ConnectionResetError:
            pass
        return answer


HEAD = f"POST /api/v1/streams/stop HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-API-Key: {KEY}\r\n".encode()


def test_endless_chunked_body_is_stopped(api: Api) -> None:
    chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    answer = spoken(api, HEAD + b"Transfer-Encoding: chunked\r\n\r\n", *[chunk] * 64)
    assert answer == b"" or answer.startswith(b"HTTP/1.1 413")


@pytest.mark.parametrize(
    "request_",
    [
        b"GET /" + b"a" * 2 * HEAD_MAX + b" HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nX-A: " + b"a" * 2 * HEAD_MAX + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nBad Name: 1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nX-A: \0\r\n\r\n",
        b"GET \xff HTTP/1.1\r\nHost: x\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        HEAD + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
        HEAD + b"Content-Length: -1\r\n\r\n",
        HEAD + b"Content-Length: 99999999999999999999999\r\n\r\n",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"GET /../../../../etc/passwd HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        b"GET http://127.0.0.1:1/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    ],
    ids=range(12),
)
def test_what_is_no_http_of_ours_is_refused(api: Api, request_: bytes) -> None:
    status = spoken(api, request_).partition(b"\r\n")[0]
    assert status.startswith(b"HTTP/1.1 4")
    assert api.is_ready()
