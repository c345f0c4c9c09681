"""Claims about the whole stack on one machine: `horus up`, what is killed in it, and how it ends."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from infra.local.ports import free_port

ROOT = Path(__file__).parents[3]
# Only a leash: ten processes start on two cores, beside whatever else the machine does.
DEADLINE_S = 240.0

pytestmark = [pytest.mark.long, pytest.mark.timeout(600)]


class Home:
    """A home with ports of its own, and the command line in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        names = ("HORUS_PORT", "HORUS_KAFKA_PORT", "HORUS_KAFKA_CONTROLLER_PORT", "HORUS_POSTGRES_PORT")
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("HORUS_")}
        self.environment = {
            **inherited,
            **{name: str(free_port()) for name in names},
            "PYTHONPATH": str(ROOT),
            "HORUS_HOME": str(folder),
        }

    def command(self, *given: str) -> list[str]:
        return [sys.executable, "-m", "infra.cli.main", *given]

    def horus(self, *given: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(*given), env=self.environment, cwd=ROOT, capture_output=True, text=True, check=False
        )

    def foreground(self) -> subprocess.Popen[bytes]:
        with (self.folder / "out").open("wb") as out:
            return subprocess.Popen(
                self.command("up"), env=self.environment, cwd=ROOT, stdout=out, stderr=subprocess.STDOUT
            )

    def said(self) -> str:
        return (self.folder / "out").read_text()

    def status(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.horus("status", "--json").stdout)
        return found

    def pid(self, name: str) -> int:
        return next(int(each["pid"]) for each in self.status()["processes"] if each["name"] == name)

    def left(self) -> list[str]:
        """Return the command lines of processes that belong to this home."""
        mine = []
        for process in psutil.process_iter():
            try:
                line, environment = " ".join(process.cmdline()), process.environ()
            except (psutil.NoSuchProcess, psutil.AccessDenied):
                continue
            if line and (str(self.folder) in line or environment.get("HORUS_HOME") == str(self.folder)):
                mine.append(line)
        return mine


@pytest.fixture
def home() -> Iterator[Home]:
    """A home that the account of Postgres can reach; nothing runs in it afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="horus-up-"))
    folder.chmod(0o711)
    home = Home(folder)
    yield home
    home.horus("down")
    shutil.rmtree(folder, ignore_errors=True)


def until(holds: Callable[[], object], why: Callable[[], str] = str) -> None:
    """Wait until a condition holds; fail past the deadline."""
    deadline = time.monotonic() + DEADLINE_S
    while not holds():
        assert time.monotonic() < deadline, why()
        # Most ask the command line, and each such question is a process.
        time.sleep(0.5)


def test_stack_is_ready_heals_itself_and_goes_down_whole(home: Home) -> None:
    up = home.foreground()
    until(lambda: "Ctrl-C stops everything" in home.said() or up.poll() is not None, home.said)
    status = home.status()
    assert status["ready"]
    assert {each["name"] for each in status["processes"]} == {
        *("kafka", "postgres", "producers", "analyses", "video", "audio"),
        *("decisions", "evidence", "projections", "storage", "api"),
    }

    again = home.horus("up", "--detach")
    assert (again.returncode, again.stderr.splitlines()) == (
        1,
        [f"horus: Horus already runs in {home.folder}"],
    )

    added = home.horus("channels", "add", "tv1", "srt://127.0.0.1:1?passphrase=verysecret&mode=caller")
    assert added.returncode == 0, added.stderr
    (row,) = json.loads(home.horus("channels", "list", "--json").stdout)
    assert row["channel"] == "tv1"
    assert "verysecret" not in row["url"]
    assert home.horus("channels", "remove", "tv1").returncode == 0
    assert json.loads(home.horus("channels", "list", "--json").stdout) == []

    for name in ("kafka", "postgres", "api"):
        before = home.pid(name)
        os.kill(before, signal.SIGKILL)
        until(lambda name=name, before=before: home.pid(name) not in (0, before))  # type: ignore[misc]
    until(lambda: home.status()["ready"], lambda: home.horus("status").stdout)
    assert {each["name"] for each in home.status()["processes"] if each["restarts"]} >= {"kafka", "postgres"}

    first = _supervisor(home)
    os.kill(first, signal.SIGKILL)
    until(lambda: _supervisor(home) not in (0, first) and home.status()["ready"], home.said)
    up.send_signal(signal.SIGTERM)
    assert up.wait(DEADLINE_S) == 143, home.said()
    assert home.left() == []


def test_interrupted_start_ends_with_130_and_leaves_nothing(home: Home) -> None:
    up = home.foreground()
    until(lambda: "Kafka answers" in home.said() or up.poll() is not None, home.said)
    up.send_signal(signal.SIGINT)
    assert up.wait(DEADLINE_S) == 130, home.said()
    assert "Traceback" not in home.said()
    assert home.left() == []


def test_foreground_killed_takes_everything_with_it(home: Home) -> None:
    up = home.foreground()
    until(lambda: "Kafka answers" in home.said() or up.poll() is not None, home.said)
    up.kill()
    up.wait()
    until(lambda: not home.left(), lambda: "\n".join(home.left()))


def _supervisor(home: Home) -> int:
    file = home.folder / "run" / "supervisord.pid"
    return int(file.read_text() or 0) if file.exists() else 0
