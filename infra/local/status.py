"""How the processes of an installation fare, and what they cost."""

import time

import msgspec
import psutil

from infra.local.bring_up import api_trouble
from infra.local.control import Control, NotRunning, State
from infra.local.installation import Installation, api_url
from infra.local.logs import starts_in
from infra.settings import Settings

# Long enough for a CPU share to mean something, short enough for a person to wait.
MEASURE_S = 0.5
MB = 1_000_000


class ProcessStatus(msgspec.Struct, frozen=True, kw_only=True):
    """One process, its children (ffmpeg) included."""

    name: str
    state: str
    pid: int
    """0 while it does not run."""
    uptime_s: int
    restarts: int
    """Since the supervisor started."""
    cpu_percent: float
    """Of one core, over the last half second."""
    rss_mb: float


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """All of Horus in one home."""

    running: bool
    ready: bool
    """Every process runs and the API says that it is ready."""
    api: str
    processes: list[ProcessStatus]


def look(settings: Settings) -> Status:
    """Return how Horus fares in this home; takes half a second."""
    installation = Installation(settings.home)
    url = api_url(settings)
    try:
        states = Control(installation).states()
    except NotRunning:
        return Status(running=False, ready=False, api=url, processes=[])
    starts = starts_in(installation.supervisor_log.read_text(errors="replace"))
    families = {each.name: _family(each.pid) for each in states if each.pid}
    before = {name: _cpu_s(family) for name, family in families.items()}
    began = time.monotonic()
    time.sleep(MEASURE_S)
    took = time.monotonic() - began
    processes = [
        ProcessStatus(
            name=each.name,
            state=each.state,
            pid=each.pid,
            uptime_s=_uptime_s(each),
            restarts=max(0, starts.get(each.name, 0) - 1),
            cpu_percent=round(_share(families.get(each.name, []), before.get(each.name, 0.0), took), 1),
            rss_mb=round(_rss(families.get(each.name, [])) / MB, 1),
        )
        for each in states
    ]
    up = all(each.state == "RUNNING" for each in processes)
    return Status(running=True, ready=up and api_trouble(url) is None, api=url, processes=processes)


def _uptime_s(state: State) -> int:
    return max(0, int(time.time()) - state.started_at) if state.pid else 0


def _family(pid: int) -> list[psutil.Process]:
    try:
        first = psutil.Process(pid)
        return [first, *first.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def _share(family: list[psutil.Process], before_s: float, took_s: float) -> float:
    # A child that ended meanwhile takes its seconds out of the sum.
    return max(0.0, 100 * (_cpu_s(family) - before_s) / took_s)


def _cpu_s(family: list[psutil.Process]) -> float:
    total = 0.0
    for process in family:
        try:
            times = process.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += times.user + times.system
    return total


def _rss(family: list[psutil.Process]) -> int:
    total = 0
    for process in family:
        try:
            total += int(process.memory_info().rss)
        except psutil.NoSuchProcess:
            continue
    return total
