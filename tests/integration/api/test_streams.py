"""Channels by REST, before a real Kafka: wire shapes, rules, what survives a restart, what is refused."""

import uuid
from collections.abc import Iterator

import httpx
import pytest

from infra.follow import read_all
from schemas.events import CommandDone
from schemas.topics import ADMIN
from tests.integration.api.channels import SHOWN, configured, records, start
from tests.integration.api.conftest import CONFIGURED, PASSED, PASSPHRASE, Api, Installation, wait_until


@pytest.fixture
def http(loopback: Api) -> Iterator[httpx.Client]:
    with loopback.client() as client:
        yield client


@pytest.fixture
def name() -> str:
    return f"{CONFIGURED}{uuid.uuid4().hex[:12]}"


@pytest.fixture
def no_default(http: httpx.Client) -> None:
    http.delete("/api/v1/streams/default")


@pytest.mark.usefixtures("no_default")
def test_start_status_and_stop_have_the_shapes_of_the_original(loopback: Api, http: httpx.Client) -> None:
    begun = start(http, url=PASSED, streamId=None, fps=1.0, mode="srt", device="", whatever=1)
    assert (begun.status_code, begun.json()) == (200, {"status": "started", "mode": "srt"})
    status = http.get("/api/v1/streams/status").json()
    assert (status["running"], status["fps"]) == (True, 1.0)
    assert "default" in [each["channel"] for each in status["channels"]]

    again = start(http, url=PASSED)
    assert (again.status_code, "running already" in again.json()["detail"]) == (400, True)

    assert http.post("/api/v1/streams/stop").json() == {"status": "stopped"}
    assert http.get("/api/v1/streams/status").json()["running"] is False
    assert http.post("/api/v1/streams/stop", json={}).json() == {"status": "not running"}
    assert http.post("/api/v1/streams/cleanup").json() == {"status": "cleaned"}
    wanted = configured(loopback, "default")
    assert wanted is not None
    assert (wanted.url, wanted.enabled) == (PASSED, False)


@pytest.mark.usefixtures("no_default")
@pytest.mark.parametrize(
    ("body", "url"),
    [
        ({"streamId": "globo"}, PASSED),
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
    made = http.put(f"/api/v1/streams/{name}", json={"url": PASSED, **rules})
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
    http.put(f"/api/v1/streams/{name}", json={"url": PASSED})
    for body in ({"fps": 1}, {"url": SHOWN, "fps": 2}):
        assert http.put(f"/api/v1/streams/{name}", json=body).status_code == 200
        wanted = configured(loopback, name)
        assert wanted is not None
        assert wanted.url == PASSED


def test_no_record_of_a_channel_holds_the_passphrase(loopback: Api, http: httpx.Client, name: str) -> None:
    http.put(f"/api/v1/streams/{name}", json={"url": PASSED})
    http.put(f"/api/v1/streams/{name}", json={"url": SHOWN, "fps": 2})
    http.post("/api/v1/streams/stop", json={"channel": name})
    start(http, channel=name, url=PASSED)
    written = records(loopback, name)
    assert len(written) >= 1
    assert all(b"srt://127.0.0.1:9000?mode=caller&passphrase=sealed:" in each for each in written)
    assert not any(PASSPHRASE.encode() in each for each in written)
    wanted = configured(loopback, name)
    assert wanted is not None
    assert wanted.url == PASSED


def test_no_answer_ever_holds_the_passphrase(http: httpx.Client, name: str) -> None:
    answers = [
        http.put(f"/api/v1/streams/{name}", json={"url": PASSED}),
        http.put(f"/api/v1/streams/{name}", json={"url": f"{PASSED} x"}),
        http.put(f"/api/v1/streams/{name}", json={"url": PASSED.replace("127.0.0.1", "10.0.0.1")}),
        http.get(f"/api/v1/streams/{name}"),
        http.get("/api/v1/streams"),
        http.get("/api/v1/streams/status"),
        http.get("/api/v1/admin/audit"),
        start(http, url=PASSED, channel=name),
        http.delete(f"/api/v1/streams/{name}"),
    ]
    assert [each.status_code for each in answers] == [201, 422, 422, 200, 200, 200, 200, 400, 200]
    assert not any(PASSPHRASE in each.text for each in answers)


def test_of_two_clients_only_the_first_changes_a_version(http: httpx.Client, name: str) -> None:
    path = f"/api/v1/streams/{name}"
    assert http.put(path, json={"url": PASSED}, headers={"If-Match": '"3"'}).status_code == 412
    tag = http.put(path, json={"url": PASSED}, headers={"If-None-Match": "*"}).headers["ETag"]
    assert http.put(path, json={"url": PASSED}, headers={"If-None-Match": "*"}).status_code == 412
    first, second = (http.put(path, json={"fps": fps}, headers={"If-Match": tag}) for fps in (1, 2))
    assert (first.status_code, second.status_code) == (200, 412)
    assert http.get(path).json()["fps"] == 1.0
    assert http.delete(path, headers={"If-Match": tag}).status_code == 412
    assert http.delete(path, headers={"If-Match": first.headers["ETag"]}).status_code == 200


def test_rules_outlive_a_stop_and_a_restart_of_the_api(
    loopback: Api, http: httpx.Client, installation: Installation, name: str
) -> None:
    http.put(f"/api/v1/streams/{name}", json={"url": PASSED, "thresholds": {"fade": 0.9}})
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
    assert (wanted.url, wanted.thresholds, wanted.fps) == (PASSED, {"fade": 0.9}, 5.0)


def test_who_did_what_is_noted_for_ever(loopback: Api, http: httpx.Client, name: str) -> None:
    http.put(f"/api/v1/streams/{name}", json={"url": PASSED})
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
