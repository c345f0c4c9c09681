"""Crash points: where they are, how they are named, and that they kill."""

import re
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from infra.crash_point import POINTS, Crash, parse
from infra.settings import BadSettings, load

ROOT = Path(__file__).parents[3]
ROOMS = ("infra", "producers", "processors", "projections", "api")
CALL = re.compile(r"\breached\(\s*\"([a-z.-]+)\"\)")


def test_every_point_of_the_registry_is_in_the_code_once_and_no_other() -> None:
    calls = Counter(
        name
        for room in ROOMS
        for file in (ROOT / room).rglob("*.py")
        for name in CALL.findall(file.read_text())
    )

    assert calls == Counter(list(POINTS))


def test_a_point_is_named_alone_or_with_the_time_at_which_it_kills() -> None:
    assert parse("") is None
    assert parse("fold.after-state") == Crash("fold.after-state", 1)
    assert parse("fold.after-state:3") == Crash("fold.after-state", 3)


@pytest.mark.parametrize("text", ["fold.after-lunch", "fold.after-state:0", "fold.after-state:x", ":2"])
def test_settings_refuse_what_names_no_point(text: str) -> None:
    with pytest.raises(BadSettings, match="HORUS_CRASH_AT"):
        load({"HORUS_CRASH_AT": text}, dotenv=None)


def visits(count: int, at: str | None) -> subprocess.CompletedProcess[str]:
    """Reach a point ``count`` times in a process of its own, counting aloud."""
    program = (
        "from infra.crash_point import reached\n"
        f"for number in range({count}):\n"
        "    print(number, flush=True)\n"
        "    reached('fold.before-outputs')\n"
        "    reached('fold.after-state')\n"
    )
    environment = {} if at is None else {"HORUS_CRASH_AT": at}
    return subprocess.run(
        [sys.executable, "-c", program],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_process_dies_by_sigkill_when_it_reaches_its_point_for_the_named_time() -> None:
    ended = visits(5, "fold.after-state:3")

    assert (ended.returncode, ended.stdout.split()) == (-signal.SIGKILL, ["0", "1", "2"])


def test_without_the_variable_nobody_dies() -> None:
    assert visits(2, None).returncode == 0
