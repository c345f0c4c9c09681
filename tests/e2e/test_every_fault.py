"""Every fault, all the way: real SRT in; alarm, row, clip, HLS and a page in a browser out."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import av
import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from infra.ffmpeg import find_ffmpeg
from schemas.faults import FAULTS
from tests.e2e.conftest import PROGRAMME, Aired

pytestmark = pytest.mark.timeout(300)


def test_every_fault_is_raised_and_closed_once_and_nothing_else_is(aired: Aired) -> None:
    assert {fault.type for fault in PROGRAMME.faults} == set(FAULTS)
    assert [(row.fault, row.verdict) for row in aired.rows] == [
        (fault.type, "ok") for fault in PROGRAMME.faults
    ]


def test_rows_tell_what_the_websocket_told(aired: Aired) -> None:
    told = {each.uid for each in aired.heard}

    rows = aired.api.get("/api/v1/ocorrencias", params={"limit": 100}).json()

    assert told <= {row["uid"] for row in rows}
    assert [row["id"] for row in rows] == sorted((row["id"] for row in rows), reverse=True)
    one = aired.api.get(f"/api/v1/ocorrencias/{rows[-1]['id']}").json()
    assert one == rows[-1]
    # Six seconds of black, told to within half a second, hence a grade up from the mildest.
    (black,) = [row for row in rows if row["type"] == "fade" and row["uid"] in told]
    assert black["duration_s"] == pytest.approx(6.08, abs=0.5)
    assert (black["severity"], black["status"]) == ("Média (B)", "encerrada")


def test_evidence_is_a_clip_that_shows_the_fault_and_a_thumbnail(aired: Aired, tmp_path: Path) -> None:
    told = {each.uid for each in aired.heard}
    rows = aired.api.get("/api/v1/ocorrencias", params={"type": "fade"}).json()
    (black,) = [row for row in rows if row["uid"] in told]
    evidence = black["evidence"]

    clip = aired.api.get(evidence["clip_path"])
    thumbnail = aired.api.get(evidence["thumbnail_path"])

    assert clip.headers["content-type"] == "video/mp4"
    assert thumbnail.headers["content-type"] == "image/jpeg"
    file = tmp_path / "clip.mp4"
    file.write_bytes(clip.content)
    start_s, end_s = evidence["event_window"]
    within, before = [], []
    with av.open(str(file)) as media:
        for frame in media.decode(video=0):
            # The middle of the picture, clear of logo, clock and lower third.
            luma = frame.to_ndarray(format="gray")[120:200, 200:440].mean()
            assert frame.time is not None
            if start_s + 0.5 < frame.time < end_s - 0.5:
                within.append(luma)
            elif frame.time < start_s - 0.5:
                before.append(luma)
    assert max(within) < 24, "the clip's window shows something else than black"
    assert min(before) > 24, "there is no healthy picture before the fault"


def test_hls_plays_in_ffmpeg(aired: Aired) -> None:
    ffmpeg = find_ffmpeg(aired.rig.settings)
    playlist = f"{aired.api.base_url}/hls/{PROGRAMME.name}/stream.m3u8"

    played = subprocess.run(
        [
            str(ffmpeg), "-v", "error", "-nostdin", "-headers", f"Authorization: Bearer {aired.rig.key}\r\n",
            "-i", playlist, "-t", "2", "-f", "rawvideo", "-pix_fmt", "gray", "-s", "16x9", "-",
        ],
        capture_output=True, check=True, timeout=60,
    )  # fmt: skip

    assert len(played.stdout) == 2 * 25 * 16 * 9


@pytest.mark.parametrize(
    "path", ["/api/v1/ocorrencias", "/api/v1/streams/status", "/hls/e2e/stream.m3u8", "/clips/x.mp4", "/"]
)
def test_nothing_but_health_answers_without_a_key(aired: Aired, path: str) -> None:
    assert httpx.get(f"{aired.api.base_url}{path}", trust_env=False).status_code == 401
    assert httpx.get(f"{aired.api.base_url}/healthz", trust_env=False).status_code == 200


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    opened = browser.new_page(viewport={"width": 1280, "height": 800})
    yield opened
    opened.close()


def test_an_operator_logs_in_and_sees_moving_pictures_and_the_alarms(aired: Aired, page: Page) -> None:
    page.goto(f"{aired.api.base_url}")
    page.fill("input[type=password]", aired.rig.key)
    page.keyboard.press("Enter")

    expect(page.get_by_text("Tela preta").first).to_be_visible(timeout=20_000)
    for fault in FAULTS.values():
        expect(page.get_by_text(fault.label_pt).first).to_be_visible()
    # Two looks at the player's clock: it plays, and not a still.
    page.wait_for_function(
        "() => { const v = document.querySelector('video');"
        " return v && v.currentTime > 0.5 && v.videoWidth > 0 }",
        timeout=40_000,
    )
    first = page.evaluate("document.querySelector('video').currentTime")
    page.wait_for_function(f"() => document.querySelector('video').currentTime > {first} + 1", timeout=20_000)


def test_long_names_stay_within_the_page(aired: Aired, page: Page) -> None:
    by_hand = {"channel": "c" * 60, "type": "T" * 80, "category": "video", "start_ts": "2026-11-22T03:12:00Z"}
    made = aired.api.post("/api/v1/ocorrencias", json={**by_hand, "duration_s": 1}).raise_for_status().json()
    page.goto(f"{aired.api.base_url}")
    page.fill("input[type=password]", aired.rig.key)
    page.keyboard.press("Enter")

    page.wait_for_selector(f".alarm[data-id='{made['id']}']", timeout=20_000)

    root = "document.documentElement"
    assert page.evaluate(f"{root}.scrollWidth") <= page.evaluate(f"{root}.clientWidth")
    aired.api.delete(f"/api/v1/ocorrencias/{made['id']}").raise_for_status()
