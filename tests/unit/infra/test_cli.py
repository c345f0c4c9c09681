"""Claims about the command line: what it prints, and how it ends."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from infra.cli.channels import listed
from infra.cli.exits import BAD_USE, FAILED
from infra.cli.settings import dotenv
from infra.cli.status import clock, in_columns
from infra.local.status import ProcessStatus, Status
from schemas.events import StreamConfigured, StreamStatusChanged

ROOT = Path(__file__).parents[3]
NOW = datetime(2026, 11, 22, tzinfo=UTC)


def horus(tmp_path: Path, *given: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command in a home of its own, away from any .env."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("HORUS_")}
    return subprocess.run(
        [sys.executable, "-m", "infra.cli.main", *given],
        env={**inherited, "PYTHONPATH": str(ROOT), "HORUS_HOME": str(tmp_path), **environment},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    "command",
    ["up", "down", "status", "channels", "settings", "tail", "dlq", "demo", "models", "analyze"],
)
def test_every_command_has_help(tmp_path: Path, command: str) -> None:
    done = horus(tmp_path, command, "--help")
    assert done.returncode == 0
    assert command in done.stdout


def test_unknown_setting_is_one_line_that_names_it(tmp_path: Path) -> None:
    done = horus(tmp_path, "status", HORUS_PROT="9000")
    assert done.returncode == BAD_USE
    assert done.stderr.startswith("horus: HORUS_PROT: no such setting")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (("channels", "add", "TV 1", "srt://10.0.0.5:9000"), "'TV 1' cannot name a channel"),
        (("channels", "add", "tv1", "gopher://10.0.0.5"), "gopher"),
        (("tail", "horus.nothing.v1"), "no topic is called 'horus.nothing.v1'"),
    ],
)
def test_mistake_is_one_line_on_standard_error(tmp_path: Path, given: tuple[str, ...], words: str) -> None:
    done = horus(tmp_path, *given)
    assert done.returncode == BAD_USE
    assert words in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert done.stdout == ""


def test_broker_that_is_away_is_one_line(tmp_path: Path) -> None:
    done = horus(tmp_path, "channels", "list", KAFKA_BOOTSTRAP_SERVERS="127.0.0.1:1")
    assert done.returncode == FAILED
    assert "Traceback" not in done.stderr
    assert done.stderr.splitlines()[-1].startswith("horus: Kafka")


def test_down_where_nothing_runs_says_so_and_is_content(tmp_path: Path) -> None:
    done = horus(tmp_path, "down")
    assert (done.returncode, done.stdout) == (0, f"Horus does not run in {tmp_path}.\n")


def test_status_where_nothing_runs_is_still_json(tmp_path: Path) -> None:
    done = horus(tmp_path, "status", "--json")
    assert done.returncode == FAILED
    assert json.loads(done.stdout) == {
        "running": False,
        "ready": False,
        "api": "http://127.0.0.1:8000",
        "processes": [],
    }


def test_admin_key_is_masked_where_settings_are_printed(tmp_path: Path) -> None:
    done = horus(tmp_path, "settings", HORUS_ADMIN_KEY="open sesame")
    assert "HORUS_ADMIN_KEY" in done.stdout
    assert "sesame" not in done.stdout


def test_env_example_names_every_setting_with_its_default() -> None:
    assert (ROOT / ".env.example").read_text() == dotenv(), "run: horus settings --env > .env.example"


def test_listed_channel_tells_its_trouble_and_hides_its_passphrase() -> None:
    wanted = StreamConfigured(
        channel="tv1", url="srt://h:1?passphrase=verysecret", configured_at=NOW, configured_by="cli"
    )
    status = StreamStatusChanged(
        channel="tv1", state="trouble", trouble="no_data", since=NOW, observed_at=NOW, reason="silent"
    )
    (row,) = listed({"tv1": wanted}, {"tv1": status})
    assert (row.state, row.reason) == ("no_data", "silent")
    assert "verysecret" not in row.url


def test_channel_without_status_is_listed_as_unknown() -> None:
    wanted = StreamConfigured(channel="tv1", url="srt://h:1", configured_at=NOW, configured_by="cli")
    (row,) = listed({"tv1": wanted}, {})
    assert row.state == "unknown"


def test_table_of_status_has_a_line_for_each_process() -> None:
    process = ProcessStatus(
        name="video", state="RUNNING", pid=7, uptime_s=3723, restarts=2, cpu_percent=12.5, rss_mb=99.0
    )
    lines = in_columns(Status(running=True, ready=True, api="http://h:1", processes=[process]))
    assert lines[1].split() == ["video", "running", "7", "1:02:03", "2", "12.5", "99.0"]


def test_durations_are_told_in_hours() -> None:
    assert clock(90_061) == "25:01:01"
