"""Claims about `horus analyze` as a whole process."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from infra.cli.exits import BAD_USE, INTERRUPTED
from processors.analysis import analyze_audio_segments, analyze_video_frames

ROOT = Path(__file__).parents[3]
ENVIRONMENT = {
    **{
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("HORUS_", "VIDEO_", "AUDIO_"))
    },
    "PYTHONPATH": str(ROOT),
}
COMMAND = [sys.executable, "-m", "infra.cli.main", "analyze"]


def analyze(cwd: Path, *given: str | Path) -> subprocess.CompletedProcess[str]:
    """Run the command away from any .env."""
    return subprocess.run(
        [*COMMAND, *map(str, given)], env=ENVIRONMENT, cwd=cwd, capture_output=True, text=True, check=False
    )


def test_json_is_all_there_is_on_standard_output(programme: Path, tmp_path: Path) -> None:
    done = analyze(tmp_path, programme, "--json", "--types", "fade,ausencia_audio")
    assert (done.returncode, done.stderr) == (0, "")
    found = json.loads(done.stdout)
    assert [each["type"] for each in found] == ["fade", "ausencia_audio"]
    assert set(found[0]) == {"type", "start_s", "end_s", "confidence", "severity"}


def test_first_result_waits_for_no_import_that_it_does_not_need(programme: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-X", "importtime", *COMMAND[1:], str(programme), "--json"]
    done = subprocess.run(command, env=ENVIRONMENT, cwd=tmp_path, capture_output=True, text=True, check=True)
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert imported >= {"infra.cli.analyze", "processors.analysis.analysis"}
    assert not imported & {"structlog", "rich.console", "sqlalchemy", "confluent_kafka", "fastapi", "httpx"}


def test_setting_of_the_run_decides(programme: Path, tmp_path: Path) -> None:
    done = analyze(tmp_path, programme, "--json", "--types", "fade", "--set", "ONSET_S_FADE=5")
    assert (done.returncode, json.loads(done.stdout)) == (0, [])


def test_table_goes_into_a_pipe_plain(programme: Path, tmp_path: Path) -> None:
    done = analyze(tmp_path, programme, "--types", "fade")
    head, line, summary = done.stdout.splitlines()
    assert head.startswith("START")
    assert "Black (fade)" in line
    assert summary.startswith("1 fault in 0:00:08")
    assert "\x1b" not in done.stdout + done.stderr


@pytest.mark.parametrize("name", ["none.ts", "empty.ts", "note.ts", "."])
def test_file_that_cannot_be_read_is_one_line_and_code_2(name: str, tmp_path: Path) -> None:
    (tmp_path / "empty.ts").touch()
    (tmp_path / "note.ts").write_text("no media\n" * 100)
    done = analyze(tmp_path, name)
    assert done.returncode == BAD_USE
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1


def test_interrupt_ends_it_at_once(programme: Path, tmp_path: Path) -> None:
    # Two hundred times round: nothing but the interrupt ends it soon.
    endless = tmp_path / "endless.ts"
    endless.write_bytes(programme.read_bytes() * 200)
    process = subprocess.Popen(
        [*COMMAND, str(endless), "--json"],
        env=ENVIRONMENT,
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stdout.readline().startswith(b"[{")  # it is at work
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=20)
    assert (process.returncode, said) == (INTERRUPTED, b"")


def test_one_answer_for_a_file(programme: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ENVIRONMENT.keys() ^ os.environ.keys():
        monkeypatch.delenv(name, raising=False)
    picture, confidence, at_s = analyze_video_frames(programme)
    assert picture == "fade"
    assert confidence > 0.5
    assert at_s == pytest.approx(1.6, abs=0.3)
    assert analyze_audio_segments(str(programme))[0] == "ausencia_audio"
