"""Every fault, all the way: real SRT in; alarm, row, clip, HLS and a page in a browser out."""

import queue
import shutil
import socket
import subprocess
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import av
import httpx
import pytest
from playwright.sync_api import Page, expect, sync_playwright

from benchmarks.rig import Rig, running
from infra import clock
from infra.demo.alarms import Alarms
from infra.demo.programme import Fault, Programme
from infra.demo.render import rendered
from infra.demo.score import Heard, Row, complete, hear, injections, judge
from infra.demo.transmit import Transmitter
from infra.ffmpeg import find_ffmpeg
from infra.local.ports import free_port
from schemas.faults import FAULTS

pytestmark = pytest.mark.timeout(300)

# Each type of fault once, no two alike in length; the cut ends on a key frame (see infra.demo).
PROGRAMME = Programme(
    name="e2e",
    title="Teste",
    duration_s=76.0,
    width=640,
    height=360,
    fps=25,
    seed=4404,
    sound="speech",
    faults=(
        Fault("fade", 9.36, 15.44),
        Fault("ausencia_audio", 16.6, 20.2),
        Fault("freeze", 21.56, 25.88),
        Fault("ruido_hiss", 26.64, 30.48),
        Fault("borrado", 31.4, 35.72),
        Fault("eco_reverb", 36.28, 40.76),
        Fault("bloco", 41.36, 45.32),
        Fault("distorcao", 46.56, 50.28),
        Fault("barras", 51.44, 56.68),
        Fault("sinal_teste", 51.44, 56.68),
        Fault("sem_sinal", 60.52, 67.0),
    ),
)
DEADLINE = timedelta(seconds=106)


class Aired:
    """A Horus that has seen the programme once, still running and still fed."""

    def __init__(self, rig: Rig, api: httpx.Client, rows: list[Row], heard: list[Heard]) -> None:
        self.rig = rig
        self.api = api
        self.rows = rows
        self.heard = heard


@pytest.fixture(scope="module")
def aired(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aired]:
    file = rendered(PROGRAMME, tmp_path_factory.mktemp("programme"))
    port = free_port(socket.SOCK_DGRAM)
    with running() as rig:
        url = f"http://127.0.0.1:{rig.settings.horus_port}"
        headers = {"Authorization": f"Bearer {rig.key}"}
        rig.horus("channels", "add", PROGRAMME.name, f"srt://127.0.0.1:{port}?mode=listener")
        on_air_at = clock.now() + timedelta(seconds=2)
        transmitter = Transmitter(
            file, PROGRAMME.duration_s, f"srt://127.0.0.1:{port}", on_air_at, cuts=PROGRAMME.cuts
        )
        alarms = Alarms(f"ws{url.removeprefix('http')}/ws/ocorrencias", rig.key, -1)
        alarms.start()
        transmitter.start()
        try:
            heard = _listen(alarms, on_air_at)
            script = injections([PROGRAMME], on_air_at, 0)
            with httpx.Client(base_url=url, headers=headers, trust_env=False, timeout=10) as api:
                yield Aired(rig, api, judge(script, heard, on_air_at), heard)
        finally:
            transmitter.stop()
            alarms.stop()


def _listen(alarms: Alarms, on_air_at: datetime) -> list[Heard]:
    script = injections([PROGRAMME], on_air_at, 0)
    heard: dict[str, Heard] = {}
    # To the end of the run and no further: the next one has the same faults again.
    end = on_air_at + timedelta(seconds=PROGRAMME.duration_s + 5)
    while clock.now() < end or not complete(script, heard.values()):
        if clock.now() > on_air_at + DEADLINE:
            # The account of faults and alarms says what was not told.
            break
        try:
            heard = hear(heard, alarms.told.get(timeout=0.5))
        except queue.Empty:
            continue
    return list(heard.values())


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
def page(aired: Aired) -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=["--no-sandbox", "--disable-gpu", "--autoplay-policy=no-user-gesture-required"],
        )
        yield browser.new_page(viewport={"width": 1280, "height": 800})
        browser.close()


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
