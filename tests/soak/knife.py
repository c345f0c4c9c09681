"""The blows of a plan, dealt to a running system; each is written down with its time and what it hit."""

import heapq
import os
import signal
import subprocess
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial

import msgspec
import psutil
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from infra import clock, postgres
from tests.soak.disk import Disk
from tests.soak.plan import Kind, Trouble
from tests.soak.poison import Poisoner
from tests.soak.system import System

# A victim that is just being started again is waited for: every kill of the plan hits somebody.
AGAIN_S = 0.3
LEAVE_S = 5.0
MODULES = {
    "video": "processors.video",
    "audio": "processors.audio",
    "decisions": "processors.decisions",
    "evidence": "processors.evidence",
    "projections": "projections",
}


class Struck(msgspec.Struct, frozen=True, kw_only=True):
    """A trouble as it happened."""

    at: datetime
    until: datetime
    """When it was taken back; of a kill the moment itself."""
    kind: Kind
    target: str
    pid: int = 0


class Knife:
    """Deals a plan's blows when their time has come; `step` is to be called often, from one thread."""

    def __init__(self, system: System, disk: Disk, poisoner: Poisoner, plan: Sequence[Trouble]) -> None:
        """Hold what may be struck; the plan's seconds are those that `step` is told."""
        self.struck: list[Struck] = []
        self._system = system
        self._disk = disk
        self._poisoner = poisoner
        self._plan = deque(plan)
        self._late_s = 0.0
        self._ends: list[tuple[float, int, Callable[[], None]]] = []
        self._guests: list[subprocess.Popen[bytes]] = []

    @property
    def over(self) -> bool:
        """Tell whether every blow was dealt and every one that lasts was taken back."""
        return not self._plan and not self._ends

    @property
    def kills(self) -> int:
        """Return how many processes were killed."""
        return sum(each.kind == "kill" for each in self.struck)

    def step(self, now_s: float) -> None:
        """Do what is due by ``now_s``: first what ends, then the next blow if its victim is there."""
        while self._ends and self._ends[0][0] <= now_s:
            heapq.heappop(self._ends)[2]()
        if not self._plan or now_s < self._plan[0].at_s + self._late_s:
            return
        # The rest of the plan is later by as much as this one: no burst makes up for it.
        self._late_s = now_s - self._plan[0].at_s
        hit = self._strike(self._plan[0], now_s)
        if hit is None:
            self._late_s += AGAIN_S
            return
        self._plan.popleft()
        self.struck.append(hit)

    def rest(self) -> None:
        """Take back at once whatever still lasts, and deal no more."""
        self._plan.clear()
        for _, _, end in self._ends:
            end()
        self._ends.clear()
        for guest in self._guests:
            _leave(guest, signal.SIGKILL)

    def _strike(self, trouble: Trouble, now_s: float) -> Struck | None:
        """Deal a blow; None when there is nobody to hit just now."""
        at = clock.now()
        pid = self._system.pids().get(trouble.target, 0)
        match trouble.kind:
            case "kill" | "restart":
                # Postgres' own word for a fast end in good order is SIGINT.
                gently = signal.SIGINT if trouble.target == "postgres" else signal.SIGTERM
                if not _signalled(pid, signal.SIGKILL if trouble.kind == "kill" else gently):
                    return None
            case "stop":
                family = self._system.family(trouble.target)
                if not family:
                    return None
                for process in family:
                    _sent(process, signal.SIGSTOP)
                self._later(now_s + trouble.lasts_s, partial(_resume, family))
            case "cut":
                if not _connections_cut(self._system):
                    return None
            case "twin" | "join":
                guest = self._guest(trouble)
                pid = guest.pid
                # A twin is killed, or it would take the static membership with it; a joiner leaves politely.
                farewell = signal.SIGKILL if trouble.kind == "twin" else signal.SIGTERM
                self._later(now_s + trouble.lasts_s, partial(_leave, guest, farewell))
            case "poison":
                self._poisoner.send(trouble.target)
            case "full":
                self._disk.fill()
                self._later(now_s + trouble.lasts_s, self._disk.free)
        return Struck(
            at=at,
            until=at + timedelta(seconds=trouble.lasts_s),
            kind=trouble.kind,
            target=trouble.target,
            pid=pid,
        )

    def _guest(self, trouble: Trouble) -> subprocess.Popen[bytes]:
        words = [MODULES[trouble.target]]
        if trouble.target != "projections":
            # One number for two fences the first; another number makes the group share anew.
            words += ["--worker", "0" if trouble.kind == "twin" else "1"]
        guest = self._system.run(words, f"{trouble.target}-{trouble.kind}")
        self._guests.append(guest)
        return guest

    def _later(self, at_s: float, end: Callable[[], None]) -> None:
        # The count keeps equal moments from comparing functions.
        heapq.heappush(self._ends, (at_s, len(self.struck), end))


def _signalled(pid: int, number: signal.Signals) -> bool:
    if not pid:
        return False
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return False
    return True


def _sent(process: psutil.Process, number: signal.Signals) -> None:
    with suppress(psutil.NoSuchProcess):
        process.send_signal(number)


def _resume(family: Sequence[psutil.Process]) -> None:
    # psutil knows a process by its start too: a number that was given anew is left alone.
    for process in family:
        _sent(process, signal.SIGCONT)


def _leave(guest: subprocess.Popen[bytes], farewell: signal.Signals) -> None:
    if guest.poll() is not None:
        return
    guest.send_signal(farewell)
    try:
        guest.wait(LEAVE_S)
    except subprocess.TimeoutExpired:
        guest.kill()
        guest.wait()


def _connections_cut(system: System) -> bool:
    """Cut every connection to the database but our own; tell whether there was a database to do it."""
    engine = postgres.engine(system.settings)
    try:
        with engine.connect() as connection:
            connection.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            )
    except SQLAlchemyError:
        return False
    finally:
        engine.dispose()
    return True
