"""Which processes make up Horus on one machine, and how each is run and stopped."""

import signal
import sys
from dataclasses import dataclass, field
from typing import Literal

Group = Literal["servers", "horus"]
"""Servers start first and stop last."""


@dataclass(frozen=True)
class Process:
    """A process as its supervisor needs to know it."""

    name: str
    group: Group
    command: list[str]
    stop: signal.Signals = signal.SIGTERM
    stop_wait_s: int = 10
    """Past this it is killed."""
    orphaned: signal.Signals = signal.SIGKILL
    """The signal it gets when the supervisor itself dies."""
    account: str | None = None
    """The account to run as; None: the supervisor's."""
    environment: dict[str, str] = field(default_factory=dict)


def kafka(command: list[str]) -> Process:
    """Return the embedded broker."""
    # A clean stop writes its index files, which makes the next start quick; 15 s is ten times what it takes.
    return Process("kafka", "servers", command, stop_wait_s=15)


def postgres(command: list[str], account: str | None) -> Process:
    """Return the embedded Postgres."""
    # SIGINT is its fast shutdown, SIGQUIT its immediate one: both end every session of its own accord.
    return Process(
        "postgres",
        "servers",
        command,
        stop=signal.SIGINT,
        stop_wait_s=15,
        orphaned=signal.SIGQUIT,
        account=account,
    )


def stages() -> list[Process]:
    """Return Horus' own processes, one worker each."""
    modules = {
        "producers": ["producers"],
        "analyses": ["producers.analyses"],
        "video": ["processors.video", "--worker", "0"],
        "audio": ["processors.audio", "--worker", "0"],
        "decisions": ["processors.decisions", "--worker", "0"],
        "evidence": ["processors.evidence", "--worker", "0"],
        "projections": ["projections"],
        "storage": ["infra.retention"],
        "api": ["api"],
    }
    # Each stage has its own threads for heavy work; BLAS' pools beside them only fight for the cores.
    environment = {"PYTHONUNBUFFERED": "1", "OPENBLAS_NUM_THREADS": "1"}
    return [
        Process(name, "horus", [sys.executable, "-m", *module], environment=environment)
        for name, module in modules.items()
    ]
