"""``python -m tests.soak``: the whole system under the knife; exit code 1 when anything is lost or wrong."""

import argparse
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import msgspec

from infra import logs
from tests.soak.plan import LONG, SHORT, kills_in, planned
from tests.soak.poison import POISONED
from tests.soak.report import table
from tests.soak.run import soak

# A mount of our own, which nobody else sees and which goes with the last of our processes.
UNSHARE = ("unshare", "--mount", "--propagation", "private")
UNSHARED = "HORUS_SOAK_UNSHARED"


def main() -> int:
    """Run one soak; return the exit code."""
    parser = argparse.ArgumentParser(prog="make soak", description=__doc__)
    parser.add_argument("--kills", type=int, default=1000, help="processes to kill (default: 1000)")
    parser.add_argument("--hours", type=float, help="kill for so long instead")
    parser.add_argument("--seed", type=int, default=1, help="repeats a soak's blows (default: 1)")
    parser.add_argument("--short", action="store_true", help="the fast pace, as in make test")
    parser.add_argument("--report", type=Path, help="write the verdict there, as JSON")
    asked = parser.parse_args()
    _alone()
    logs.configure("soak", "ERROR")
    for each in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, lambda number, _: sys.exit(128 + number))
    pace = SHORT if asked.short else LONG
    kills = asked.kills if asked.hours is None else kills_in(asked.hours, pace)
    plan = planned(asked.seed, kills, pace, [topic.name for topic in POISONED])
    try:
        report = soak(asked.seed, plan, _say, live=pace.live)
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    if asked.report is not None:
        asked.report.write_bytes(msgspec.json.format(msgspec.json.encode(report)))
    print(table(report))
    return 0 if report.held else 1


def _say(words: str) -> None:
    print(f"[soak] {words}", file=sys.stderr, flush=True)


def _alone() -> None:
    """Begin again with mounts of our own, where that is possible."""
    if os.geteuid() != 0 or UNSHARED in os.environ or shutil.which(UNSHARE[0]) is None:
        return
    # In a container root may be root by name only.
    if subprocess.run([*UNSHARE, "true"], capture_output=True, check=False).returncode == 0:
        os.environ[UNSHARED] = "1"
        os.execvp(UNSHARE[0], [*UNSHARE, sys.executable, "-m", "tests.soak", *sys.argv[1:]])


if __name__ == "__main__":
    sys.exit(main())
