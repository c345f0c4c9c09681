"""A whole Horus that has seen every fault once, for all tests of this folder, and a browser."""

import queue
import shutil
import socket
from collections.abc import Iterator
from datetime import datetime, timedelta

import httpx
import pytest
from playwright.sync_api import Browser, sync_playwright

from benchmarks.rig import Rig, running
from infra import clock
from infra.demo.alarms import Alarms
from infra.demo.programme import Fault, Programme
from infra.demo.render import rendered
from infra.demo.score import Heard, Row, complete, hear, injections, judge
from infra.demo.transmit import Transmitter
from infra.local.ports import free_port

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


@pytest.fixture(scope="package")
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


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    # Not for the session: Playwright's loop would be in the way of tests elsewhere that start their own.
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=["--no-sandbox", "--disable-gpu", "--autoplay-policy=no-user-gesture-required"],
        )
        yield chromium
        chromium.close()
