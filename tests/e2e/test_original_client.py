"""A page of the original backend's kind, on another port and without a key, in a browser on a whole Horus."""

import csv
import functools
import io
import threading
from collections.abc import Iterator
from http.server import ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.e2e import original_shapes as shapes
from tests.e2e.conftest import Aired
from tests.e2e.original_page import STATIC, Quiet, asked, plays, send, visited
from tests.e2e.original_shapes import read_as
from tests.integration.api.conftest import ROOT, Api, Installation

pytestmark = pytest.mark.timeout(300)

# Nobody sends there: a channel that is started on it listens, and that is all.
SILENT = "srt://127.0.0.1:9?mode=caller"
BY_HAND = {
    "start_ts": "2026-11-22T03:12:00.400Z",
    "end_ts": "2026-11-22T03:12:07.900Z",
    "duration_s": 7.5,
    "category": "Vídeo Manual",
    "type": "tarja",
    "severity": "Média (B)",
    "confidence": 0.8,
    "evidence": {"clip_path": "tarja.mp4", "human_description": "Tarja errada 📺"},
}
COLUMNS = ["ID", "Categoria", "Tipo", "Severidade", "Confiança", "Início", "Fim", "Duração (s)",
           "Evidência (path)", "Descrição Humana"]  # fmt: skip
UPLOAD_MS = 120_000


@pytest.fixture(scope="module")
def page_port() -> Iterator[int]:
    """Yield a port at which the page is served."""
    handler = functools.partial(Quiet, directory=str(STATIC))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


@pytest.fixture(scope="module")
def installation(aired: Aired) -> Installation:
    """Return the running Horus, for another API process of it."""
    environment = {**aired.rig.environment, "PYTHONPATH": str(ROOT)}
    home = Path(environment["HORUS_HOME"])
    return Installation(home=home, kafka=aired.rig.settings.bootstrap_servers, environment=environment)


@pytest.fixture(scope="module")
def api(installation: Installation, page_port: int) -> Iterator[Api]:
    """Yield an API that lets the page in as an operator, as an installation with such clients is set up."""
    with installation.serving(
        HORUS_ANONYMOUS_ROLE="operator",
        HORUS_CORS_ORIGINS=f"http://127.0.0.1:{page_port}",
        SRT_STREAM_URL_CANAL1=SILENT,
        # Beside the live channel, and other tests' work, on two cores.
        HORUS_UPLOAD_WAIT_S="240",
    ) as served:
        yield served


@pytest.fixture(scope="module")
def page(browser: Browser, api: Api, page_port: int) -> Iterator[Page]:
    with visited(browser, api, page_port) as opened:
        yield opened


@pytest.fixture(scope="module")
def admins_page(browser: Browser, installation: Installation, page_port: int) -> Iterator[Page]:
    """Yield the page before an API that lets everybody do everything, and waits for no upload."""
    with (
        installation.serving(
            HORUS_ANONYMOUS_ROLE="admin",
            HORUS_CORS_ORIGINS=f"http://127.0.0.1:{page_port}",
            HORUS_UPLOAD_INLINE_S="0",
        ) as served,
        visited(browser, served, page_port) as opened,
    ):
        yield opened


@pytest.fixture(scope="module")
def clip(aired: Aired, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a small file with a black picture: Horus' own evidence of one."""
    told = {each.uid for each in aired.heard}
    rows = aired.api.get("/api/v1/ocorrencias", params={"type": "fade"}).json()
    address = next(row["evidence"]["clip_path"] for row in rows if row["uid"] in told)
    file = tmp_path_factory.mktemp("upload") / "passagem de bloco.mp4"
    file.write_bytes(aired.api.get(address).raise_for_status().content)
    return file


def test_list_is_an_array_newest_first_in_pages(page: Page) -> None:
    status, middle = asked(page, "list", 1, 3)
    _, everything = asked(page, "list", 0, 1000)

    rows = [read_as(shapes.Occurrence, each) for each in everything]
    ids = [row.id for row in rows]
    assert status == 200
    assert ids == sorted(ids, reverse=True)
    # What has arrived between the two questions lies before them.
    first = ids.index(middle[0]["id"])
    assert first >= 1
    assert [each["id"] for each in middle] == ids[first : first + 3]
    drawn = page.evaluate("client.draw()")
    _, afterwards = asked(page, "list", 0, 1000)
    assert min(100, len(ids)) <= drawn <= min(100, len(afterwards))


def test_count_is_a_number_in_an_object(page: Page) -> None:
    _, rows = asked(page, "list", 0, 1000)
    status, body = asked(page, "count")
    assert status == 200
    assert read_as(shapes.Count, body).count >= len(rows) > 0


def test_entered_by_hand_it_is_heard_edited_listed_and_deleted(page: Page) -> None:
    status, body = asked(page, "create", BY_HAND)
    made = read_as(shapes.Occurrence, body)
    assert status == 201
    given = {name: body[name] for name in ("type", "category", "severity", "confidence", "duration_s")}
    assert given == {name: BY_HAND[name] for name in given}
    assert (made.start_ts.isoformat(), made.end_ts.isoformat()) == (
        "2026-11-22T03:12:00.400000+00:00",
        "2026-11-22T03:12:07.900000+00:00",
    )
    assert (made.evidence.clip_path, made.evidence.human_description) == (
        "/clips/tarja.mp4",
        "Tarja errada 📺",
    )

    page.wait_for_function("id => heard.some((each) => each.data.id === id)", arg=made.id)
    told = page.evaluate("id => heard.filter((each) => each.data.id === id)", made.id)
    assert [read_as(shapes.New, each).data for each in told] == [made]

    # The gravity follows the duration, unless it is given.
    _, longer = asked(page, "edit", made.id, {"duration_s": 61})
    assert read_as(shapes.Occurrence, longer).severity == "Gravíssima (X)"
    status, edited = asked(
        page, "edit", made.id, {"duration_s": 12, "severity": "Leve (C)", "human_description": "Revisto"}
    )
    assert status == 200
    assert (edited["severity"], edited["duration_s"]) == ("Leve (C)", 12)
    assert edited["evidence"]["human_description"] == "Revisto"
    _, (listed, *_) = asked(page, "list", 0, 1)
    assert listed["id"] != made.id or listed == edited

    status, body = asked(page, "remove", made.id)
    assert (status, read_as(shapes.Deleted, body).deleted) == (200, made.id)
    _, rows = asked(page, "list", 0, 1000)
    assert made.id not in {row["id"] for row in rows}
    status, body = asked(page, "remove", made.id)
    assert status == 404
    assert str(made.id) in read_as(shapes.Refused, body).detail


def test_form_with_everything_optional_left_empty_is_taken(page: Page) -> None:
    form = {
        "start_ts": "2026-11-22T03:12:00.000Z",
        "end_ts": "2026-11-22T03:12:01.000Z",
        "duration_s": 1,
        "category": "video",
        "type": "fade",
        "severity": None,
        "confidence": None,
        "evidence": {"clip_path": "", "original_filename": "", "model": "", "human_description": ""},
    }

    status, body = asked(page, "create", form)

    assert status == 201, body
    assert read_as(shapes.Occurrence, body).evidence.clip_path is None
    asked(page, "remove", body["id"])


def test_export_is_a_csv_that_a_spreadsheet_opens(page: Page) -> None:
    answer = page.evaluate("client.exported()")

    assert (answer["status"], answer["type"]) == (200, "text/csv; charset=utf-8")
    assert answer["disposition"] == 'attachment; filename="ocorrencias.csv"'
    assert answer["mark"] == [0xEF, 0xBB, 0xBF]
    header, *rows = csv.reader(io.StringIO(answer["text"]))
    assert header == COLUMNS
    assert rows and all(len(row) == len(COLUMNS) for row in rows)


def test_channel_is_started_once_seen_and_stopped(page: Page) -> None:
    status, body = asked(page, "start", {"url": SILENT, "fps": 1.0, "mode": "srt"})
    assert (status, read_as(shapes.Started, body).mode) == (200, "srt")
    status, body = asked(page, "start", {"url": SILENT})
    assert status == 400
    assert "running" in read_as(shapes.Refused, body).detail

    status, body = asked(page, "status")
    assert status == 200
    assert (read_as(shapes.Status, body).running, body["fps"]) == (True, 1)

    assert asked(page, "stop") == (200, {"status": "stopped"})
    assert asked(page, "stop") == (200, {"status": "not running"})
    assert asked(page, "cleanup") == (200, {"status": "cleaned"})
    assert asked(page, "status")[1]["running"] is False


def test_stream_id_is_looked_up_in_the_environment(page: Page) -> None:
    status, body = asked(page, "start", {"streamId": "canal1"})
    assert (status, body) == (200, {"status": "started", "mode": "srt"})
    asked(page, "stop")

    status, body = asked(page, "start", {"streamId": "canal2"})
    assert status == 400
    assert "URL" in read_as(shapes.Refused, body).detail


def test_devices_are_listed(page: Page) -> None:
    status, body = asked(page, "devices")
    found = read_as(shapes.Devices, body)
    assert (status, found.count) == (200, len(found.devices))


def test_documents_are_listed_and_read(page: Page) -> None:
    status, body = asked(page, "docs")
    assert status == 200
    (access,) = [each for each in read_as(shapes.Docs, body).docs if each.name == "access.md"]
    status, body = asked(page, "doc", "docs", "access.md")
    text = read_as(shapes.DocText, body)
    assert (status, text.folder, text.name) == (200, "docs", "access.md")
    assert len(text.content.encode()) == access.size
    assert asked(page, "doc", "docs", "../README.md")[0] == 404


def test_uploaded_file_with_faults_is_answered_with_the_gravest_and_its_clip_plays(
    page: Page, clip: Path
) -> None:
    page.set_default_timeout(UPLOAD_MS)

    status, body = send(page, clip)

    assert status == 200, body
    found = read_as(shapes.UploadFaults, body)
    (black,) = [each for each in found.ocorrencias if each.type == "fade"]
    assert (black.category, black.evidence.original_filename) == ("Video Arquivo", clip.name)
    assert found.id in {each.id for each in found.ocorrencias}
    assert found.evidence.clip_path is not None
    plays(page, found.evidence.clip_path)


def test_file_that_is_no_media_is_refused_with_400(page: Page, tmp_path: Path) -> None:
    file = tmp_path / "clip.mp4"
    file.write_bytes(b"PK\x03\x04 no film at all")

    status, body = send(page, file)

    assert status == 400
    assert "clip.mp4" in read_as(shapes.Refused, body).detail


def test_evidence_of_a_live_alarm_plays_by_its_path(page: Page) -> None:
    _, rows = asked(page, "list", 0, 1000)
    plays(page, next(row["evidence"]["clip_path"] for row in rows
                     if row["channel"] == "e2e" and row["evidence"]["clip_path"]))  # fmt: skip


def test_longer_file_is_queued_and_its_job_can_be_asked_for(admins_page: Page, clip: Path) -> None:
    status, body = send(admins_page, clip)

    queued = read_as(shapes.UploadQueued, body)
    assert status == 202
    assert queued.duration_s > 10
    status, body = asked(admins_page, "analysis", queued.job_id)
    assert (status, body["job_id"]) == (200, queued.job_id)
    assert body["status"] in ("queued", "running", "finished")
    fetched = "path => fetch(API + path).then((answer) => answer.status)"
    assert admins_page.evaluate(fetched, queued.clip_url) == 200


def test_storage_is_for_admins(page: Page) -> None:
    for call in ("diskUsage", "storage", "saveStorage", "syncClips"):
        status, body = asked(page, call, {} if call == "saveStorage" else "")
        assert status == 401, call
        read_as(shapes.Refused, body)


def test_admin_sees_the_disk_configures_the_storage_and_copies_clips(
    admins_page: Page, installation: Installation
) -> None:
    status, body = asked(admins_page, "diskUsage", str(installation.home))
    disk = read_as(shapes.Disk, body)
    assert (status, disk.path) == (200, str(installation.home))
    assert 0 < disk.free_gb < disk.total_gb
    assert 0 < disk.percent < 100

    form = {"mode": "onedrive", "local_path": "copies", "oneDriveLink": "https://1drv.ms/f/x"}
    status, body = asked(admins_page, "saveStorage", form)
    saved = read_as(shapes.Storage, body)
    assert (status, saved.mode, saved.oneDriveLink) == (200, "onedrive", "https://1drv.ms/f/x")
    assert asked(admins_page, "storage") == (200, body)

    status, body = asked(admins_page, "syncClips")
    copied = read_as(shapes.Synced, body)
    assert (status, copied.errors) == (200, [])
    folder = Path(saved.sync_roots[0]) / saved.local_path
    assert copied.copied
    assert set(copied.copied) <= {each.name for each in folder.iterdir()}
    _, again = asked(admins_page, "syncClips")
    assert set(copied.copied) <= set(again["skipped"])


def test_page_of_an_origin_that_is_not_named_reads_nothing_and_does_nothing(
    browser: Browser, api: Api, page: Page, page_port: int
) -> None:
    asked(page, "start", {"url": SILENT})
    stranger = browser.new_page()
    # The same server under another name: another origin.
    stranger.goto(f"http://localhost:{page_port}/index.html?api={api.address}")

    refused = stranger.evaluate("client.count().catch((error) => String(error))")
    # A request that browsers send without asking first: its answer is kept from the page, its effect is not.
    stranger.evaluate("client.stop().catch(String)")
    stranger.wait_for_function("socket.state === 'closed'")

    assert "Failed to fetch" in refused
    assert stranger.evaluate("socket.code") == 4403
    assert asked(page, "stop") == (200, {"status": "stopped"})
    stranger.close()
