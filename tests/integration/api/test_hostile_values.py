"""Values that no client of ours would send, in every parameter of the OpenAPI document, to a running API."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from infra.media_store import segment_uri
from tests.integration.api.conftest import DEADLINE_S, KEY, Api
from tests.integration.api.test_hostile import ENDLESS, NASTY, harmless

KEYS = {"X-API-Key": KEY}
EPOCH = "20261123T000000.000Z"
# Those of NASTY are tried on what is read by test_hostile.py; here one of each kind.
VALUES = (
    *NASTY[:1],
    *NASTY[5:8],
    "9" * 5000,
    "1e400",
    "-Infinity",
    "0000-01-01T00:00:00Z",
    "0001-01-01T00:00:00%2B14:00",
    "0328-03-18T10:22:10Z",
    "10000-01-01T00:00:00Z",
    "9999-12-31T23:59:59-14:00",
    quote("📺\u202e\u200f שלום\u2028"),
    "",
)
HEADERS = (
    b"9" * 5000,
    b"bytes=" + b"9" * 5000 + b"-",
    b"bytes=" + b"0-0," * 4000,
    b"bytes=5--3",
    b'"' + b"9" * 900 + b'"',
    b"W/" * 400,
    b", " * 900 + b",",
    b"\xff\xfe\x80",
    "📺".encode(),
    b"-1",
    b"NaN",
    b"../../etc/passwd",
    b"Sun, 06 Nov 0000 08:49:37 GMT",
    b"Sun, 06 Nov 99999 08:49:37 GMT",
)
NAMES = (
    "📺 estúdio",
    "قناة الأولى",
    "עֲרוּץ 2",
    "e\u0301\u0327 👩‍👩‍👧‍👦",
    "' OR 1=1 --",
    "<script>alert(1)</script>",
    "a\r\nb: c",
)


@pytest.fixture
def http(api: Api) -> Iterator[httpx.Client]:
    with api.client() as client:
        yield client


@pytest.fixture(scope="module")
def document(api: Api) -> dict[str, Any]:
    with api.client() as http:
        return dict(http.get("/api/v1/openapi.json").json())


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, list[str]]]:
    """Yield method, path with all parameters filled in, and the names of those of the query."""
    for path, item in document["paths"].items():
        for method, operation in item.items():
            query = [each["name"] for each in operation.get("parameters", ()) if each["in"] == "query"]
            yield method.upper(), path, query


def filled(path: str, value: str) -> str:
    return re.sub(r"\{[^}]*\}", value, path)


def test_every_query_parameter_is_judged_before_it_is_used(
    http: httpx.Client, document: dict[str, Any]
) -> None:
    tried = 0
    for method, path, query in operations(document):
        for name in query:
            for value in VALUES:
                request = http.build_request(method, f"{filled(path, '1')}?{name}={value}")
                answer = http.send(request, stream=path in ENDLESS)
                if path not in ENDLESS or answer.status_code >= 400:
                    answer.read()
                    harmless(answer, (method, path, name, value[:40]))
                answer.close()
                tried += 1
    assert tried >= 40 * len(VALUES)


def test_every_parameter_of_a_path_is_judged_before_anything_is_done(
    http: httpx.Client, document: dict[str, Any]
) -> None:
    for method, path, _ in operations(document):
        writes = method in ("POST", "PUT", "PATCH")
        for value in (*VALUES, *(NASTY if writes else ())) if "{" in path else ():
            body: dict[str, str] | None = {} if writes else None
            answer = http.request(method, filled(path, value), json=body)
            harmless(answer, (method, path, value[:40]))
            assert answer.status_code >= 400 or not value, (method, path, value[:40])


def test_moments_that_no_clock_shows_are_422_wherever_one_is_asked_for(
    http: httpx.Client, document: dict[str, Any]
) -> None:
    asked = [(path, query) for method, path, query in operations(document) if {"from", "to"} <= set(query)]
    assert len(asked) >= 6
    for path, _ in asked:
        for moment in ("0328-03-18T10:22:10Z", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z"):
            answer = http.get(filled(path, "tv1"), params={"from": moment, "to": moment})
            assert answer.status_code == 422, (path, moment, answer.text)


@pytest.mark.parametrize("digits", [20, 300, 4301])
def test_number_of_a_segment_longer_than_any_name_is_refused(http: httpx.Client, digits: int) -> None:
    assert http.get(f"/hls/tv1/{EPOCH}/{'9' * digits}.ts").status_code == 422


def test_ten_thousand_filters_are_refused_wherever_they_come_in(
    http: httpx.Client, api: Api, document: dict[str, Any]
) -> None:
    for method, path, _ in operations(document):
        if method == "GET" and "{" not in path:
            many = http.get(f"{path}?" + "q=a&" * 10_000)
            assert 400 <= many.status_code < 500, path
    assert api.is_ready()


@pytest.mark.parametrize("filters", [1000, 2000, 4000, 10_000, 20_000])
@pytest.mark.parametrize("keys", [KEYS, {}], ids=["admin", "stranger"])
def test_handshake_beyond_all_measure_is_answered_and_hung_up(
    api: Api, filters: int, keys: dict[str, str]
) -> None:
    def asked() -> None:
        address = f"{api.socket}?{'type=a&' * filters}"
        with connect(address, additional_headers=keys, open_timeout=DEADLINE_S) as socket:
            socket.recv(DEADLINE_S)

    with pytest.raises((InvalidStatus, ConnectionClosed)) as refused:
        asked()
    if isinstance(refused.value, InvalidStatus):
        assert 400 <= refused.value.response.status_code < 500


def test_handshake_with_too_many_headers_is_answered_and_hung_up(api: Api) -> None:
    many = {f"X-{number}": "a" for number in range(200)}
    with pytest.raises(InvalidStatus) as refused:
        connect(api.socket, additional_headers={**KEYS, **many}, open_timeout=DEADLINE_S)
    assert refused.value.response.status_code == 431


@pytest.mark.parametrize(
    "query",
    [
        "cursor=NaN",
        "cursor=1e400",
        "cursor=" + "9" * 5000,
        "cursor=-2",
        "channel=%00",
        "channel=%ff",
        "type=a&" * 999,
    ],
)
def test_socket_that_asks_for_nonsense_is_closed_and_nobody_else(api: Api, query: str) -> None:
    def asked() -> None:
        with connect(f"{api.socket}?{query}", additional_headers=KEYS, open_timeout=DEADLINE_S) as socket:
            socket.recv(60)

    with pytest.raises((InvalidStatus, ConnectionClosed)) as refused:
        asked()
    if isinstance(refused.value, InvalidStatus):
        assert 400 <= refused.value.response.status_code < 500
    elif isinstance(refused.value, ConnectionClosed):
        assert refused.value.rcvd is not None and refused.value.rcvd.code == 1008
    assert api.is_ready()


def test_every_header_that_we_read_may_hold_anything(
    api: Api, http: httpx.Client, document: dict[str, Any]
) -> None:
    clips = api.installation.home / "clips"
    clips.mkdir(exist_ok=True)
    (clips / "headers.mp4").write_bytes(bytes(256))
    own = {
        each["name"]
        for item in document["paths"].values()
        for operation in item.values()
        for each in operation.get("parameters", ())
        if each["in"] == "header"
    }
    others = {"Range", "If-Range", "If-Modified-Since", "Content-Type", "Accept", "Origin", "Host", "Cookie",
        "X-Forwarded-For", "Accept-Encoding", "Expect", "Upgrade"}  # fmt: skip
    for name in sorted(own | others):
        for value in HEADERS:
            for method, path in (
                ("GET", "/clips/headers.mp4"),
                ("GET", "/api/v1/ocorrencias/0"),
                ("PATCH", "/api/v1/ocorrencias/999999999"),
                ("POST", "/api/v1/streams/cleanup"),
            ):
                answer = http.request(method, path, headers={name.encode(): value})
                assert answer.status_code < 500, (name, value[:40], method, path, answer.text[:200])


def test_names_of_any_script_come_back_as_they_went_in(http: httpx.Client) -> None:
    for name in NAMES:
        body = {"type": "fade", "human_description": name, "duration_s": 2.0, "category": "hand",
            "channel": "hostile-names", "start_ts": "2026-11-23T00:00:00Z"}  # fmt: skip
        made = http.post("/api/v1/ocorrencias", json=body)
        assert made.status_code == 201, made.text
        number = made.json()["id"]
        read = http.get(f"/api/v1/ocorrencias/{number}")
        found = http.get(
            "/api/v1/ocorrencias", params={"q": name.splitlines()[0], "channel": "hostile-names"}
        )
        assert read.json()["evidence"]["human_description"] == name
        assert number in [each["id"] for each in found.json()], name
        assert http.delete(f"/api/v1/ocorrencias/{number}").status_code == 200


def test_link_in_the_media_store_is_no_segment(api: Api, http: httpx.Client, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("root:x:0:0:secret")
    folder = api.installation.home / "media" / "hostile-link" / EPOCH
    folder.mkdir(parents=True)
    name = segment_uri("hostile-link", EPOCH, 1).rpartition("/")[2]
    (folder / name).symlink_to(secret)
    answer = http.get(f"/hls/hostile-link/{EPOCH}/{name}")
    assert answer.status_code == 404
    harmless(answer, name)
