"""The whole of Horus as `horus up` brings it up, its processes by name, and the soak's producer beside it."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from xml.parsers.expat import ExpatError

import msgspec
import psutil

from infra.local.bring_up import api_trouble
from infra.local.control import Control, NotRunning
from infra.local.installation import Installation, api_url
from infra.local.leash import leashed
from infra.local.ports import free_port
from infra.settings import Settings, load
from tests.soak.disk import QUOTA_BYTES
from tests.soak.script import Script

# Everything is up in half a minute on two busy cores; past this something is wrong.
READY_DEADLINE_S = 150.0
STOP_DEADLINE_S = 60.0
LOOK_S = 0.2
# A producer that was killed is started again after so long, as a supervisor would.
AGAIN_S = 1.0


class NotUp(RuntimeError):
    """Horus does not come up; the text says what it said."""


class System:
    """One installation with a home and ports of its own, in the foreground of a process on a leash."""

    def __init__(self, home: Path) -> None:
        """Choose ports; nothing starts before `start`."""
        self.home = home
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": os.environ.get("HOME", "/"),
            "PYTHONUNBUFFERED": "1",
            "OPENBLAS_NUM_THREADS": "1",
            "HORUS_HOME": str(home),
            "HORUS_ADMIN_KEY": "for this soak only",
            "HORUS_MEDIA_QUOTA_BYTES": str(QUOTA_BYTES),
            # On quiet topics nothing but our poison comes, which is what the limit is there to stop.
            "HORUS_POISON_RUN": "500",
            "HORUS_POISON_RATIO": "1",
            "HORUS_PORT": str(free_port()),
            "HORUS_KAFKA_PORT": str(free_port()),
            "HORUS_KAFKA_CONTROLLER_PORT": str(free_port()),
            "HORUS_POSTGRES_PORT": str(free_port()),
        }
        self.settings: Settings = load(self.environment, dotenv=None)
        self.control = Control(Installation(self.settings.home))
        self._up: subprocess.Popen[bytes] | None = None
        self._playout: subprocess.Popen[bytes] | None = None
        self._script: Path | None = None
        self._again_at = 0.0
        self.playout_over = False
        """The last segment of the script is in the log."""

    @property
    def websocket(self) -> str:
        """Return the address of the alarms' WebSocket."""
        return f"ws{api_url(self.settings).removeprefix('http')}/ws/ocorrencias"

    @property
    def key(self) -> str:
        """Return the admin key."""
        return self.environment["HORUS_ADMIN_KEY"]

    def launch(self) -> None:
        """Begin to bring everything up; returns at once."""
        self._up = self.run(["infra.cli.main", "up"], "up")

    @property
    def ready(self) -> bool:
        """Tell whether every process runs and the API answers."""
        return self._all_running() and api_trouble(api_url(self.settings)) is None

    def _all_running(self) -> bool:
        try:
            return all(each.state == "RUNNING" for each in self.control.states())
        except NotRunning:
            return False

    def wait(self) -> None:
        """Wait until everything is ready. Raises NotUp with the words of `horus up` when it is not."""
        deadline = time.monotonic() + READY_DEADLINE_S
        while not self.ready:
            if (self._up is not None and self._up.poll() is not None) or time.monotonic() > deadline:
                said = self.home.joinpath("logs", "up.log").read_text(errors="replace")[-2000:]
                raise NotUp(f"Horus is not ready within {READY_DEADLINE_S:g} s: {said}")
            time.sleep(LOOK_S)

    def run(self, words: list[str], log: str) -> subprocess.Popen[bytes]:
        """Start ``python -m WORDS`` in this installation, on a leash; it writes into ``logs/<log>.log``."""
        logs = self.home / "logs"
        logs.mkdir(parents=True, exist_ok=True)
        with (logs / f"{log}.log").open("ab") as out:
            return subprocess.Popen(
                # By SIGTERM: `horus up` takes down what it has started.
                leashed([sys.executable, "-m", *words], parent=os.getpid(), by=signal.SIGTERM),
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def put_on_air(self, script: Script) -> None:
        """Begin to produce what a script says, or go on with it to another end; `keep` keeps it up."""
        self._script = self.home / "script.json"
        beside = self.home / "script.new"
        beside.write_bytes(msgspec.json.encode(script))
        beside.replace(self._script)
        self.keep()

    def keep(self) -> None:
        """Start the producer again where it was killed; to be called often."""
        if self._script is None or self.playout_over:
            return
        if self._playout is not None:
            if (code := self._playout.poll()) is None:
                return
            if code == 0:
                self.playout_over = True
                return
            if not self._again_at:
                self._again_at = time.monotonic() + AGAIN_S
            if time.monotonic() < self._again_at:
                return
        self._again_at = 0.0
        self._playout = self.run(["tests.soak.playout", str(self._script)], "playout")

    def pids(self) -> dict[str, int]:
        """Return the process id of everything that runs now, by name."""
        found: dict[str, int] = {}
        try:
            found["supervisor"] = self.control.pid()
            found |= {each.name: each.pid for each in self.control.states() if each.pid}
        except (NotRunning, ExpatError):
            # Gone, or killed in the middle of its answer.
            found.clear()
        if self._playout is not None and self._playout.poll() is None:
            found["playout"] = self._playout.pid
        return found

    def family(self, name: str) -> list[psutil.Process]:
        """Return the processes that a pause must stop; Postgres' work is done by its children."""
        try:
            first = psutil.Process(self.pids()[name])
            return [first, *first.children(recursive=True)] if name == "postgres" else [first]
        except (KeyError, psutil.NoSuchProcess):
            return []

    def stop(self) -> None:
        """Stop everything and return when nothing is left."""
        for process, farewell in ((self._playout, signal.SIGTERM), (self._up, signal.SIGINT)):
            if process is None or process.poll() is not None:
                continue
            process.send_signal(farewell)
            try:
                process.wait(STOP_DEADLINE_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
