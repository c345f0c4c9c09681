"""A whole Horus of its own for a benchmark: free ports, a home of its own, real SRT senders."""

import json
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from infra.local.leash import leashed
from infra.local.ports import free_port
from infra.settings import Settings, load


@dataclass(frozen=True)
class Rig:
    """A running Horus and how to talk to it."""

    settings: Settings
    environment: dict[str, str]

    def horus(self, *words: str) -> str:
        """Run a `horus` command against this installation and return what it printed."""
        command = [sys.executable, "-m", "infra.cli.main", *words]
        ended = subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False)
        # `status` alone says by its code that not everything is ready.
        if ended.returncode != 0 and words[0] != "status":
            raise RuntimeError(f"horus {' '.join(words)}: {ended.stderr.strip()}")
        return ended.stdout

    def processes(self) -> list[tuple[str, int]]:
        """Return name and pid of each process under the supervisor."""
        found = json.loads(self.horus("status", "--json"))
        return [(each["name"], each["pid"]) for each in found["processes"] if each["pid"]]

    @property
    def key(self) -> str:
        """Return the admin key."""
        return self.environment["HORUS_ADMIN_KEY"]


@contextmanager
def running() -> Iterator[Rig]:
    """Start Horus with nothing to watch; stop it and remove its home in the end."""
    with tempfile.TemporaryDirectory(prefix="horus-bench-") as home:
        Path(home).chmod(0o711)
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": os.environ.get("HOME", "/"),
            "HORUS_HOME": home,
            "HORUS_ADMIN_KEY": "for this benchmark only",
            "HORUS_PORT": str(free_port()),
            "HORUS_KAFKA_PORT": str(free_port()),
            "HORUS_KAFKA_CONTROLLER_PORT": str(free_port()),
            "HORUS_POSTGRES_PORT": str(free_port()),
        }
        rig = Rig(load(environment, dotenv=None), environment)
        rig.horus("up", "--detach")
        try:
            yield rig
        finally:
            rig.horus("down")


@contextmanager
def on_air(rig: Rig, ffmpeg: Path, file: Path, channels: int) -> Iterator[None]:
    """Send a file in a loop over SRT to as many channels, each at another place of it."""
    with ExitStack() as senders:
        for number in range(channels):
            port = free_port(socket.SOCK_DGRAM)
            rig.horus("channels", "add", f"bench{number}", f"srt://127.0.0.1:{port}?mode=listener")
            senders.enter_context(_sender(ffmpeg, file, port, start_s=number * 3))
        yield
    for number in range(channels):
        rig.horus("channels", "remove", f"bench{number}")


@contextmanager
def _sender(ffmpeg: Path, file: Path, port: int, start_s: int) -> Iterator[None]:
    # The caller is patient: Horus listens as soon as it has read of the channel.
    url = f"srt://127.0.0.1:{port}?mode=caller&connect_timeout=20000"
    command = [
        str(ffmpeg), "-v", "error", "-nostdin", "-re", "-ss", str(start_s), "-stream_loop", "-1",
        "-i", str(file), "-c", "copy", "-f", "mpegts", url,
    ]  # fmt: skip
    process = subprocess.Popen(leashed(command, parent=os.getpid()))
    try:
        yield
        if process.poll() is not None:
            raise RuntimeError(f"the sender to port {port} has ended by itself: these figures are void")
    finally:
        process.kill()
        process.wait()
