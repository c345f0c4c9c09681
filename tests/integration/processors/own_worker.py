"""Running workers of the decisions stage on topics of their own."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[3]
# A static member that is gone for good is missed after 10 s; the rest is cold starts on a busy machine.
DEADLINE_S = 90.0


@contextmanager
def own_worker(
    kafka: str, home: Path, name: str, number: int = 0, **settings: str
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a worker of the stage ``name`` while the block lasts; its log is decisions-<number>.log."""
    environment = {
        "PATH": os.environ["PATH"],
        "KAFKA_BOOTSTRAP_SERVERS": kafka,
        "HORUS_HOME": str(home),
        **settings,
    }
    command = [sys.executable, "-m", "tests.integration.processors.own_decisions", name, str(number)]
    with (home / f"decisions-{number}.log").open("ab") as log:
        process = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=log, stderr=log)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def wait_until(condition: Callable[[], bool]) -> bool:
    """Tell whether a condition came true before the deadline."""
    deadline = time.monotonic() + DEADLINE_S
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True
