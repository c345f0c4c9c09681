"""The soak in its short form: every process killed, every kind of blow dealt, and nothing lost by it."""

import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from tests.soak.finding import Finding
from tests.soak.plan import PROCESSES
from tests.soak.report import Report

KILLS = 22
# A minute and a half on a quiet machine; a busy one works off the same in more time.
pytestmark = pytest.mark.timeout(900)


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    file = tmp_path_factory.mktemp("soak") / "report.json"
    # A process of its own: it mounts a disk that nobody else is to see.
    command = [sys.executable, "-m", "tests.soak", "--short", "--kills", str(KILLS), "--seed", "7"]
    done = subprocess.run(
        [*command, "--report", str(file)],
        cwd=Path(__file__).parents[2],
        text=True,
        capture_output=True,
        check=False,
    )
    print(done.stdout)
    assert file.exists(), done.stderr[-4000:]
    return msgspec.json.decode(file.read_bytes(), type=Report)


def test_the_knife_hit_every_process(report: Report) -> None:
    killed = [each.target for each in report.struck if each.kind == "kill"]

    assert len(killed) >= 20
    assert set(killed) == set(PROCESSES)


def test_nothing_was_lost_doubled_or_told_wrong(report: Report) -> None:
    def words(finding: Finding) -> str:
        return "\n  ".join([f"{finding.asked}, {finding.looked_at} looked at:", *finding.breaches[:8]])

    assert [words(each) for each in report.findings if not each.held] == []
