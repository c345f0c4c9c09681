"""Channels by REST, before a real Kafka: wire shapes, rules, what survives a restart, what is refused."""

import socket
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from infra.follow import read_all
from infra.kafka import Publisher
from schemas.events import CommandDone, StreamConfigured, StreamRemoved
from schemas.topics import ADMIN, STREAMS
from tests.integration.api.conftest import KEY, Api, Installation, wait_until

SECRET = "hush-hush-hush"
URL = f"srt://127.0.0.1:9000?mode=caller&passphrase={SECRET}"
SHOWN = "srt://127.0.0.1:9000?mode=caller"
# What tests of this file configure and forget to remove would be seen by others.
PREFIX = "rules-"


@pytest.fixture(scope="module")
def loopback(installation: Installation, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """An API that lets streams come from loopback alone, and knows two streamIds."""
    with installation.serving(
        HORUS_STREAM_HOSTS="127.0.0.0/8,::1",
        HORUS_STREAM_FILES=str(tmp_path_factory.mktemp("files")),
        SRT_STREAM_URL_GLOBO=URL,
        SRT_STREAM_URL_DEFAULT="srt://127.0.0.2:9000",
    ) as served:
        yield served
        with served.client() as http:
            for each in http.get("/api/v1/streams").json():
                if each["channel"] == "default" or each["channel"].startswith(PREFIX):
                    http.delete(f"/api/v1/streams/{each['channel']}")


@pytest.fixture
def http(loopback: Api) -> Iterator[httpx.Client]:
    with loopback.client() as client:
        yield client


@pytest.fixture
def name() -> str:
    return f"{PREFIX}{uuid.uuid4().hex[:12]}"


@pytest.fixture
def no_default(http: httpx.Client) -> None:
    http.delete("/api/v1/streams/default")


def start(http: httpx.Client, **body: object) -> httpx.Response:
    return http.post("/api/v1/streams/start", json=body)


def configured(api: Api, channel: str) -> StreamConfigured | None:
    """Return what the log says of a channel."""
    found: StreamConfigured | None = None
    for envelope, _ in read_all(api.installation.kafka, STREAMS):
        if envelope.event.channel == channel:
            found = envelope.event if isinstance(envelope.event, StreamConfigured) else None
    return found


@pytest.mark.usefixtures("no_default")
def test_start_status_and_stop_have_the_shapes_of_the_original(loopback: Api, http: httpx.Client) -> None:
    begun = start(http, url=URL, streamId=None, fps=1.0, mode="srt", device="", whatever=1)
    assert (begun.status_code, begun.json()) == (200, {"status": "started", "mode": "srt"})
    status = http.get("/api/v1/streams/status").json()
    assert (status["running"], status["fps"]) == (True, 1.0)
    assert "default" in [each["channel"] for each in status["channels"]]

    again = start(http, url=URL)
    assert (again.status_code, "running already" in again.json()["detail"]) == (400, True)

    assert http.post("/api/v1/streams/stop").json() == {"status": "stopped"}
    assert http.get("/api/v1/streams/status").json()["running"] is False
    assert http.post("/api/v1/streams/stop", json={}).json() == {"status": "not running"}
    assert http.post("/api/v1/streams/cleanup").json() == {"status": "cleaned"}
    wanted = configured(loopback, "default")
    assert wanted is not None
    assert (wanted.url, wanted.enabled) == (URL, False)


@pytest.mark.usefixtures("no_default")
@pytest.mark.parametrize(
    ("body", "url"),
    [
        ({"streamId": "globo"}, URL),
        ({"streamId": "other"}, "srt://127.0.0.2:9000"),
        ({}, "srt://127.0.0.2:9000"),
        ({"url": "srt://127.0.0.3:9000", "streamId": "globo"}, "srt://127.0.0.3:9000"),
    ],
)
def test_a_stream_id_stands_for_an_address_of_the_environment(
    loopback: Api, http: httpx.Client, body: dict[str, str], url: str
) -> None:
    assert start(http, **body).status_code == 200
    wanted = configured(loopback, "default")
    assert wanted is not None
    assert wanted.url == url


def test_start_without_any_address_is_a_400_that_says_what_to_do(api: Api) -> None:
    with api.client() as http:
        answer = start(http, channel="nowhere", streamId="none")
    assert answer.status_code == 400
    assert "SRT_STREAM_URL" in answer.json()["detail"]


def test_capture_without_a_device_is_refused_with_the_reason(http: httpx.Client) -> None:
    listed = http.get("/api/v1/streams/devices").json()
    assert listed == {"devices": listed["devices"], "count": len(listed["devices"])}
    for device in ("/dev/video99", "../../etc/passwd", "0;reboot"):
        answer = start(http, mode="capture", device=device, channel="rules-capture")
        assert answer.status_code == 422
        assert "capture device" in answer.json()["detail"]


def test_a_channel_is_configured_read_changed_and_removed(http: httpx.Client, name: str) -> None:
    rules = {
        "title": "Canal 1",
        "fps": 2.5,
        "thresholds": {"fade": 0.7},
        "onsets": {"freeze": 3.0},
        "clears": {"freeze": 2.0},
        "mutes": [
            {
                "kind": "weekly",
                "days": ["mon", "tue"],
                "from": "23:30",
                "to": "05:00",
                "zone": "America/Sao_Paulo",
                "reason": "test card",
            },
            {"from": "2026-12-24T01:00:00-03:00", "to": "2026-12-24T03:00:00-03:00"},
        ],
        "labels": ["main", "emoji 📺"],
        "disabled": ["borrado"],
    }
    made = http.put(f"/api/v1/streams/{name}", json={"url": URL, **rules})
    assert made.status_code == 201
    read = http.get(f"/api/v1/streams/{name}")
    assert read.json() == made.json()
    body = read.json()
    assert {key: body[key] for key in rules if key != "mutes"} == {
        key: value for key, value in rules.items() if key != "mutes"
    }
    assert body["mutes"][0] == rules["mutes"][0]  # type: ignore[index]
    assert body["mutes"][1] == {
        "kind": "once",
        "from": "2026-12-24T04:00:00+00:00",
        "to": "2026-12-24T06:00:00+00:00",
        "reason": "",
    }
    assert (body["url"], body["enabled"], body["status"]["state"]) == (SHOWN, True, "unknown")
    assert read.headers["ETag"] == f'"{body["version"]}"'

    shown = http.put(f"/api/v1/streams/{name}", json={"url": body["url"], "fps": 5})
    assert (shown.status_code, shown.json()["thresholds"], shown.json()["title"]) == (200, {}, name)

    assert http.delete(f"/api/v1/streams/{name}").json() == {"deleted": name}
    assert http.get(f"/api/v1/streams/{name}").status_code == 404
    assert http.delete(f"/api/v1/streams/{name}").status_code == 404


def test_an_address_that_is_left_out_or_given_as_shown_keeps_its_passphrase(
    loopback: Api, http: httpx.Client, name: str
) -> None:
    http.put(f"/api/v1/streams/{name}", json={"url": URL})
    for body in ({"fps": 1}, {"url": SHOWN, "fps": 2}):
        assert http.put(f"/api/v1/streams/{name}", json=body).status_code == 200
        wanted = configured(loopback, name)
        assert wanted is not None
        assert wanted.url == URL


def test_no_answer_ever_holds_the_passphrase(http: httpx.Client, name: str) -> None:
    answers = [
        http.put(f"/api/v1/streams/{name}", json={"url": URL}),
        http.put(f"/api/v1/streams/{name}", json={"url": f"{URL} x"}),
        http.put(f"/api/v1/streams/{name}", json={"url": URL.replace("127.0.0.1", "10.0.0.1")}),
        http.get(f"/api/v1/streams/{name}"),
        http.get("/api/v1/streams"),
        http.get("/api/v1/streams/status"),
        http.get("/api/v1/admin/audit"),
        start(http, url=URL, channel=name),
        http.delete(f"/api/v1/streams/{name}"),
    ]
    assert [each.status_code for each in answers] == [201, 422, 422, 200, 200, 200, 200, 400, 200]
    assert not any(SECRET in each.text for each in answers)


def test_of_two_clients_only_the_first_changes_a_version(http: httpx.Client, name: str) -> None:
    path = f"/api/v1/streams/{name}"
    assert http.put(path, json={"url": URL}, headers={"If-Match": '"3"'}).status_code == 412
    tag = http.put(path, json={"url": URL}, headers={"If-None-Match": "*"}).headers["ETag"]
    assert http.put(path, json={"url": URL}, headers={"If-None-Match": "*"}).status_code == 412
    first, second = (http.put(path, json={"fps": fps}, headers={"If-Match": tag}) for fps in (1, 2))
    assert (first.status_code, second.status_code) == (200, 412)
    assert http.get(path).json()["fps"] == 1.0
    assert http.delete(path, headers={"If-Match": tag}).status_code == 412
    assert http.delete(path, headers={"If-Match": first.headers["ETag"]}).status_code == 200


def test_rules_outlive_a_stop_and_a_restart_of_the_api(
    loopback: Api, http: httpx.Client, installation: Installation, name: str
) -> None:
    http.put(f"/api/v1/streams/{name}", json={"url": URL, "thresholds": {"fade": 0.9}})
    assert http.post("/api/v1/streams/stop", json={"channel": name}).json() == {"status": "stopped"}
    read = http.get(f"/api/v1/streams/{name}").json()
    assert (read["enabled"], read["status"]["state"]) == (False, "stopped")

    with installation.serving() as another, another.client() as elsewhere:
        wait_until(lambda: elsewhere.get(f"/api/v1/streams/{name}").status_code == 200)
        assert elsewhere.get(f"/api/v1/streams/{name}").json() == read
        assert start(elsewhere, channel=name).status_code == 200

    wait_until(lambda: http.get(f"/api/v1/streams/{name}").json()["enabled"])
    wanted = configured(loopback, name)
    assert wanted is not None
    assert (wanted.url, wanted.thresholds, wanted.fps) == (URL, {"fade": 0.9}, 5.0)


def test_who_did_what_is_noted_for_ever(loopback: Api, http: httpx.Client, name: str) -> None:
    http.put(f"/api/v1/streams/{name}", json={"url": URL})
    http.post("/api/v1/streams/stop", json={"channel": name})
    start(http, channel=name)
    http.delete(f"/api/v1/streams/{name}")
    done = [
        envelope.event
        for envelope, _ in read_all(loopback.installation.kafka, ADMIN)
        if isinstance(envelope.event, CommandDone) and envelope.event.target == name
    ]
    assert [each.action for each in done] == [
        "streams.put",
        "streams.stop",
        "streams.start",
        "streams.delete",
    ]
    assert all(each.by for each in done)


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
    answer = http.put(f"/api/v1/streams/{name}", json={"url": URL, **body})
    assert answer.status_code == 422, answer.text


@pytest.mark.parametrize("channel", ["status", "devices", "start", "A", "a b", "a.b", "-a", "%00", "a" * 64])
def test_a_name_that_cannot_be_one_is_refused(http: httpx.Client, channel: str) -> None:
    assert http.put(f"/api/v1/streams/{channel}", json={"url": URL}).status_code in (404, 405, 422)
    assert start(http, channel=channel, url=URL).status_code == 422


def test_no_more_channels_than_allowed(installation: Installation, name: str) -> None:
    with installation.serving(HORUS_CHANNELS_MAX="1") as small, small.client() as http:
        first = http.put(f"/api/v1/streams/{name}", json={"url": URL})
        second = http.put(f"/api/v1/streams/{name}2", json={"url": URL})
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
    wanted = StreamConfigured(channel=name, url=URL, configured_at=now, configured_by="cli")
    publisher = Publisher(loopback.installation.kafka, "test")
    publisher.publish(STREAMS, [wanted])
    wait_until(lambda: http.get(f"/api/v1/streams/{name}").status_code == 200)
    assert http.get(f"/api/v1/streams/{name}").json()["configured_by"] == "cli"
    publisher.publish(STREAMS, [StreamRemoved(channel=name, removed_at=now, removed_by="cli")])
    wait_until(lambda: http.get(f"/api/v1/streams/{name}").status_code == 404)


def test_channels_are_closed_to_strangers(loopback: Api) -> None:
    with httpx.Client(base_url=loopback.address) as stranger:
        assert stranger.get("/api/v1/streams").status_code == 401
        assert stranger.put("/api/v1/streams/tv1", json={"url": URL}).status_code == 401
        assert stranger.post("/api/v1/streams/start", json={}).status_code == 401
    assert KEY not in (loopback.installation.home / "api.log").read_text()
    assert SECRET not in (loopback.installation.home / "api.log").read_text()
