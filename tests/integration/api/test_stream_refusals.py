"""What no channel may be configured to, by REST, before a real Kafka."""

import socket
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from infra.kafka import Publisher
from schemas.events import StreamConfigured, StreamRemoved
from schemas.topics import STREAMS
from tests.integration.api.channels import configured, start
from tests.integration.api.conftest import CONFIGURED, KEY, PASSED, PASSPHRASE, Api, Installation, wait_until


@pytest.fixture
def http(loopback: Api) -> Iterator[httpx.Client]:
    with loopback.client() as client:
        yield client


@pytest.fixture
def name() -> str:
    return f"{CONFIGURED}{uuid.uuid4().hex[:12]}"


@pytest.mark.parametrize(
    "url",
    [
        "srt://10.0.0.1:9000",
        "srt://:9000?mode=listener",
        "srt://0.0.0.0:9000?mode=listener",
        "srt://[::ffff:10.0.0.1]:9000",
        "http://169.254.169.254/latest/meta-data",
        "http://0xa000001/x.m3u8",
        "http://tv.example/x.m3u8",
        "http://user@127.0.0.1@10.0.0.1/x",
        "file:///etc/passwd",
        "file:///etc/../etc/passwd",
        "/etc/passwd",
        "concat:/etc/passwd",
        "-f lavfi -i testsrc",
        "srt://127.0.0.1:9000 -f lavfi",
        "ftp://127.0.0.1/x",
        "gopher://127.0.0.1:6379/_x",
        "pipe:0",
        "",
        "x" * 5000,
    ],
)
def test_an_address_that_is_not_allowed_is_a_422_with_the_reason(
    loopback: Api, http: httpx.Client, name: str, url: str
) -> None:
    for answer in (
        http.put(f"/api/v1/streams/{name}", json={"url": url}),
        start(http, url=url or " ", channel=name),
    ):
        assert answer.status_code == 422, answer.text
        assert answer.headers["content-type"] == "application/problem+json"
    assert configured(loopback, name) is None


def test_a_refused_host_hears_nothing(http: httpx.Client, installation: Installation) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.0)
        port = listener.getsockname()[1]
        with installation.serving(HORUS_STREAM_HOSTS="10.0.0.0/8") as closed, closed.client() as client:
            answer = client.put("/api/v1/streams/rules-ssrf", json={"url": f"http://127.0.0.1:{port}/x"})
        assert answer.status_code == 422
        with pytest.raises(BlockingIOError):
            listener.accept()


@pytest.mark.parametrize(
    "body",
    [
        {"fps": 0},
        {"fps": 1000},
        {"fps": None},
        {"thresholds": {"nonsense": 0.5}},
        {"thresholds": {"fade": 1.5}},
        {"thresholds": {"sem_sinal": 0.5}},
        {"thresholds": {"fade": "high"}},
        {"onsets": {"fade": 0.0}},
        {"onsets": {"fade": 1e9}},
        {"disabled": ["nonsense"]},
        {"labels": ["x" * 65]},
        {"labels": [""]},
        {"title": "x" * 121},
        {"surprise": 1},
        {"mutes": [{"from": "2026-12-24T01:00:00", "to": "2026-12-24T02:00:00"}]},
        {"mutes": [{"from": "2026-12-24T02:00:00Z", "to": "2026-12-24T01:00:00Z"}]},
        {"mutes": [{"from": "0001-01-01T00:00:00Z", "to": "2026-12-24T01:00:00Z"}]},
        {"mutes": [{"from": "2026-12-24T01:00:00Z", "to": "9999-12-31T23:59:59Z"}]},
        {"mutes": [{"days": [], "from": "01:00", "to": "02:00", "zone": "UTC"}]},
        {"mutes": [{"days": ["mon"], "from": "25:00", "to": "02:00", "zone": "UTC"}]},
        {"mutes": [{"days": ["mon"], "from": "01:00", "to": "02:00", "zone": "../../etc/passwd"}]},
        {"mutes": [{"kind": "never"}]},
        {"mutes": ["always"]},
        {"mutes": [{"from": "2026-12-24T01:00:00Z", "to": "2026-12-24T02:00:00Z"}] * 51},
    ],
)
def test_rules_that_cannot_be_are_a_422(http: httpx.Client, name: str, body: dict[str, object]) -> None:
    answer = http.put(f"/api/v1/streams/{name}", json={"url": PASSED, **body})
    assert answer.status_code == 422, answer.text


@pytest.mark.parametrize("channel", ["status", "devices", "start", "A", "a b", "a.b", "-a", "%00", "a" * 64])
def test_a_name_that_cannot_be_one_is_refused(http: httpx.Client, channel: str) -> None:
    assert http.put(f"/api/v1/streams/{channel}", json={"url": PASSED}).status_code in (404, 405, 422)
    assert start(http, channel=channel, url=PASSED).status_code == 422


def test_no_more_channels_than_allowed(installation: Installation, name: str) -> None:
    with installation.serving(HORUS_CHANNELS_MAX="1") as small, small.client() as http:
        first = http.put(f"/api/v1/streams/{name}", json={"url": PASSED})
        second = http.put(f"/api/v1/streams/{name}2", json={"url": PASSED})
        http.delete(f"/api/v1/streams/{name}")
    assert second.status_code == 409
    assert first.status_code in (201, 409)


def test_a_file_in_an_allowed_folder_is_kept_as_the_file_itself(
    installation: Installation, tmp_path: Path, name: str
) -> None:
    (tmp_path / "one.ts").touch()
    (tmp_path / "two.ts").symlink_to(tmp_path / "one.ts")
    (tmp_path / "out.ts").symlink_to("/etc/hostname")
    with installation.serving(HORUS_STREAM_FILES=str(tmp_path)) as served, served.client() as http:
        answer = http.put(f"/api/v1/streams/{name}", json={"url": f"file://{tmp_path}/two.ts"})
        assert (answer.status_code, answer.json()["url"]) == (201, "one.ts")
        for way_out in ("out.ts", "../out.ts", "%2e%2e/out.ts"):
            refused = http.put(f"/api/v1/streams/{name}", json={"url": f"file://{tmp_path}/{way_out}"})
            assert refused.status_code == 422
        http.delete(f"/api/v1/streams/{name}")


def test_a_channel_configured_on_the_command_line_is_read_too(
    loopback: Api, http: httpx.Client, name: str
) -> None:
    now = datetime.now(UTC)
    wanted = StreamConfigured(channel=name, url=PASSED, configured_at=now, configured_by="cli")
    publisher = Publisher(loopback.installation.kafka, "test")
    publisher.publish(STREAMS, [wanted])
    wait_until(lambda: http.get(f"/api/v1/streams/{name}").status_code == 200)
    assert http.get(f"/api/v1/streams/{name}").json()["configured_by"] == "cli"
    publisher.publish(STREAMS, [StreamRemoved(channel=name, removed_at=now, removed_by="cli")])
    wait_until(lambda: http.get(f"/api/v1/streams/{name}").status_code == 404)


def test_channels_are_closed_to_strangers(loopback: Api) -> None:
    with httpx.Client(base_url=loopback.address) as stranger:
        assert stranger.get("/api/v1/streams").status_code == 401
        assert stranger.put("/api/v1/streams/tv1", json={"url": PASSED}).status_code == 401
        assert stranger.post("/api/v1/streams/start", json={}).status_code == 401
    assert KEY not in (loopback.installation.home / "api.log").read_text()
    assert PASSPHRASE not in (loopback.installation.home / "api.log").read_text()
