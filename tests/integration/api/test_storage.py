"""Storage and docs over REST, and the storage process, before real Kafka."""

import os
import uuid
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from infra import clock
from infra.media_store import MediaStore, segment_uri
from tests.alarms import Alarm
from tests.integration.api.conftest import Api, wait_until
from tests.integration.api.test_pictures import epoch_at, playlist, record

CONFIG = "/api/v1/admin/storage-config"
USAGE = "/api/v1/admin/disk-usage"


@pytest.fixture
def http(api: Api) -> Iterator[httpx.Client]:
    """A client with the admin's key; the storage is put back as it was."""
    with api.client() as client:
        before = client.get(CONFIG).json()
        yield client
        back = {name: before[name] for name in ("mode", "local_path", "oneDriveLink", "quota_bytes")}
        keeps = {name: before[name] for name in ("retention_s", "upload_retention_s")}
        assert client.post(CONFIG, json={**back, **keeps}).status_code == 200


def test_storage_is_as_configured_and_what_is_left_out_stays(http: httpx.Client) -> None:
    link = "https://onedrive.example/shared"
    first = {"mode": "onedrive", "local_path": "copies", "oneDriveLink": link, "quota_bytes": 10**12}
    assert http.post(CONFIG, json=first).json().items() >= first.items()

    assert http.post(CONFIG, json={"retention_s": 86_400}).status_code == 200
    assert http.get(CONFIG).json().items() >= {**first, "retention_s": 86_400}.items()
    assert http.post(CONFIG, json={"quota_bytes": None}).json()["quota_bytes"] is None


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"local_path": "/etc"}, "HORUS_SYNC_ROOTS"),
        ({"local_path": "../clips"}, "HORUS_SYNC_ROOTS"),
        ({"local_path": "x" * 2000}, "local_path"),
        ({"retention_s": 60}, "retention_s"),
        ({"retention_s": 10**9}, "retention_s"),
        ({"quota_bytes": 0}, "quota_bytes"),
        ({"quota_bytes": 2**63}, "quota_bytes"),
        ({"mode": "tape"}, "mode"),
    ],
)
def test_storage_that_cannot_be_is_refused_by_reason(
    http: httpx.Client, change: dict[str, object], why: str
) -> None:
    answer = http.post(CONFIG, json=change)

    assert answer.status_code == 422
    assert why in answer.json()["detail"]


def test_disk_usage_is_told_of_our_folders_and_of_nothing_else(api: Api, http: httpx.Client) -> None:
    (api.installation.home / "media").mkdir(exist_ok=True)
    link = api.installation.home / f"out-{uuid.uuid4().hex}"
    link.symlink_to("/etc")

    told = http.get(USAGE, params={"path": "media"}).json()
    assert set(told) == {"path", "total_gb", "used_gb", "free_gb", "percent"}
    refusals = {
        http.get(USAGE, params={"path": path}).text
        for path in ("/", "/etc/passwd", "/no/such", "..", "../..", str(link), f"{link}/passwd")
    }
    refusals |= {http.get(f"{USAGE}?path=..%2f..%2fetc").text}
    assert len(refusals) == 1
    assert '"status":403' in refusals.pop()
    assert http.get(USAGE, params={"path": "no-such-folder"}).status_code == 404
    assert http.get(f"{USAGE}?path=%00").status_code == 422


def test_clips_are_copied_into_the_configured_folder_and_once(api: Api, http: httpx.Client) -> None:
    name = f"{uuid.uuid4().hex}.mp4"
    clips, export = api.installation.home / "clips", api.installation.home / "export"
    clips.mkdir(exist_ok=True)
    (clips / name).write_bytes(b"evidence")
    http.post(CONFIG, json={"local_path": "of-today"})

    first, second = (http.post("/api/v1/admin/sync-clips").json() for _ in range(2))

    assert name in first["copied"]
    assert name in second["skipped"]
    assert (second["copied"], second["errors"]) == ([], [])
    assert (export / "of-today" / name).read_bytes() == b"evidence"


def test_folder_that_became_a_link_is_not_copied_into(api: Api, http: httpx.Client, tmp_path: Path) -> None:
    http.post(CONFIG, json={"local_path": "turned"})
    export = api.installation.home / "export"
    export.mkdir(exist_ok=True)
    (export / "turned").symlink_to(tmp_path)

    assert http.post("/api/v1/admin/sync-clips").status_code == 422
    assert list(tmp_path.iterdir()) == []


def test_segment_that_retention_took_is_left_out_of_past_playlists_and_told(
    api: Api, http: httpx.Client, tmp_path: Path
) -> None:
    channel, start = f"tv-{uuid.uuid4().hex[:12]}", clock.now() - timedelta(seconds=60)
    files = [tmp_path / f"{number}.bin" for number in range(3)]
    for file in files:
        file.write_bytes(b"media")
    record(api.installation, channel, start, files, tmp_path)
    window = {"from": start.isoformat(), "to": (start + timedelta(seconds=30)).isoformat()}
    address = str(httpx.URL(f"/hls/{channel}/stream.m3u8", params=window))
    wait_until(lambda: len([line for line in playlist(api, address) or [] if line.endswith(".ts")]) == 3)

    store = MediaStore(str(api.installation.home / "media"))
    store.remove(segment_uri(channel, epoch_at(start), 0))

    names = [line for line in playlist(api, address) or [] if line.endswith(".ts")]
    assert names == [f"{epoch_at(start)}/{seq}.ts" for seq in (1, 2)]
    gone = http.get(f"/hls/{channel}/{epoch_at(start)}/0.ts")
    assert gone.status_code == 404
    assert "retention" in gone.json()["detail"]
    for seq in (1, 2):
        store.remove(segment_uri(channel, epoch_at(start), seq))
    assert http.get(address).status_code == 404


def test_storage_process_takes_what_the_configuration_says_and_leaves_what_an_alarm_needs(
    api: Api, http: httpx.Client, tmp_path: Path
) -> None:
    channel, start = f"tv-{uuid.uuid4().hex[:12]}", clock.now() - timedelta(hours=3)
    store, home = MediaStore(str(tmp_path / "media")), api.installation.home
    uris = [segment_uri(channel, epoch_at(start), seq) for seq in range(4)]
    ages = [timedelta(hours=4), timedelta(hours=3, seconds=5), timedelta(hours=2), timedelta(minutes=1)]
    for uri, age in zip(uris, ages, strict=True):
        spooled = tmp_path / "spooled.ts"
        spooled.write_bytes(b"media")
        store.put(uri, spooled)
        file = store.local_path(uri)
        assert file is not None
        os.utime(file, ((clock.now() - age).timestamp(),) * 2)
    api.publish([Alarm(channel=channel, start=start).opened()])
    assert http.post(CONFIG, json={"retention_s": 3600}).status_code == 200

    with api.installation.running("infra.retention", HORUS_HOME=str(tmp_path)):
        wait_until(lambda: store.missing(uris) == {uris[0], uris[2]}, f"{home}/infra.retention.log")


def test_docs_are_listed_and_read(http: httpx.Client) -> None:
    listed = http.get("/api/v1/docs/list").json()

    assert set(listed) == {"docs", "tools", "configs"}
    readme = next(doc for doc in listed["docs"] if doc["name"] == "README.md")
    assert set(readme) == {"name", "size", "mtime"}
    page = http.get("/api/v1/docs/file", params={"folder": "docs", "name": "README.md"}).json()
    assert (page["name"], page["folder"]) == ("README.md", "docs")
    assert "Horus" in page["content"]


@pytest.mark.parametrize(
    "query",
    [
        *(
            "folder=docs&name=../README.md",
            "folder=docs&name=..%2fREADME.md",
            "folder=docs&name=%252e%252e/x",
        ),
        *("folder=..&name=README.md", "folder=/etc&name=passwd", "name=/etc/passwd", "folder=docs&name=."),
        *("folder=docs&name=..%5cpyproject.toml", "folder=docs&name=%E2%80%AEdm.EMDAER", "folder=docs&name="),
    ],
)
def test_page_that_is_not_on_the_list_is_not_found(http: httpx.Client, query: str) -> None:
    assert http.get(f"/api/v1/docs/file?{query}").status_code == 404
