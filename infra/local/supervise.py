"""Starting and ending the supervisor itself."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping

import psutil

from infra.local.control import Control, NotRunning, Stopping
from infra.local.installation import Installation
from infra.local.leash import leashed
from infra.local.logs import last_line

# The supervisor answers within half a second on a quiet machine.
START_DEADLINE_S = 30.0
# It stops Horus' processes within 10 s, then the servers within 15 s, and kills what is left.
STOP_DEADLINE_S = 40.0
POLL_S = 0.05


class StartFailed(RuntimeError):
    """Something did not come up; the text is what a user sees."""


def start_supervisor(
    installation: Installation, environment: Mapping[str, str], *, on_leash: bool
) -> subprocess.Popen[bytes]:
    """Start the supervisor with nothing in it running, and wait until it answers.

    ``on_leash``: when the calling thread dies, it stops everything and ends. Raises StartFailed.
    """
    installation.pid_file.unlink(missing_ok=True)
    command = [sys.executable, "-m", "supervisor.supervisord", "-c", str(installation.conf)]
    if on_leash:
        command = leashed(command, parent=os.getpid(), by=signal.SIGTERM)
    said = installation.log("supervisord.err")
    with said.open("wb") as out:
        # A session of its own: Ctrl-C reaches the command line alone, which then stops everything in order.
        supervisor = subprocess.Popen(
            command,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    control = Control(installation)
    deadline = time.monotonic() + START_DEADLINE_S
    while not control.running():
        if supervisor.poll() is not None or time.monotonic() > deadline:
            raise StartFailed(f"the supervisor did not start: {last_line(said)}")
        time.sleep(POLL_S)
    return supervisor


def take_down(installation: Installation) -> None:
    """Stop everything, servers last, and return when the supervisor is gone. Raises NotRunning."""
    control = Control(installation)
    try:
        pid = control.pid()
        control.shutdown()
    except Stopping:
        # Somebody else has told it; what remains is to wait.
        pid = int(installation.pid_file.read_text())
    deadline = time.monotonic() + STOP_DEADLINE_S
    while _alive(pid):
        if time.monotonic() > deadline:
            kill_supervisor(pid)
        time.sleep(POLL_S)


def kill_supervisor(pid: int) -> None:
    """End the supervisor at once; what runs in it is on leashes and goes with it."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def _alive(pid: int) -> bool:
    try:
        # A child of ours stays as a zombie until it is waited for.
        return os.waitpid(pid, os.WNOHANG)[0] != pid
    except ChildProcessError:
        try:
            # Where process 1 reaps nobody (a container), the dead stay as zombies.
            return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return False


__all__ = ["NotRunning", "StartFailed", "kill_supervisor", "start_supervisor", "take_down"]
