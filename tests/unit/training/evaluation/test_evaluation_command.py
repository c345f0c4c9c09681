"""Mistakes at the command are told in one line, before any work."""

from pathlib import Path

import pytest

from training.evaluation.__main__ import main


def test_a_missing_set_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--set", str(tmp_path / "none")]) == 2
    assert "no such folder" in capsys.readouterr().err


def test_a_set_without_programmes_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "lonely.ts").write_bytes(b"")
    assert main(["--set", str(tmp_path)]) == 2
    assert "holds no media file with its truth" in capsys.readouterr().err


def test_a_truth_that_is_none_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.ts").write_bytes(b"")
    (tmp_path / "a.json").write_text("{}")
    assert main(["--set", str(tmp_path)]) == 2
    assert "a.json: no truth of a programme" in capsys.readouterr().err


def test_a_document_without_marks_is_told_before_anything_is_measured(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document = tmp_path / "models.md"
    document.write_text("no marks")
    assert main(["--set", str(tmp_path), "--out", str(document)]) == 2
    assert "models.md: wants one line" in capsys.readouterr().err
