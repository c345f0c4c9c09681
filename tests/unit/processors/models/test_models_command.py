"""``horus models``: what it prints, and how it ends."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from infra.cli.exits import BAD_USE, exit_code
from infra.cli.main import app
from processors.models.card import ModelRefused
from processors.models.layout import Layout
from processors.models.trial import Trial, try_out

Drop = Callable[..., Path]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, layouts: dict[str, Layout]) -> Callable[..., Result]:
    """Return a function that runs ``horus models`` away from any .env, on what the models were trained on."""
    monkeypatch.setattr("processors.models.layouts.LAYOUTS", layouts)
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.chdir(home)
    monkeypatch.delenv("HORUS_MODELS", raising=False)

    def given(*arguments: str, **environment: str) -> Result:
        return CliRunner().invoke(app, ["models", *arguments], env=environment)

    return given


def test_list_shows_the_committed_models_with_the_thresholds_in_force(run: Callable[..., Result]) -> None:
    shown = run("list", VIDEO_THRESH_FREEZE="0.42")
    assert shown.exit_code == 0
    head, picture, classes, *_ = shown.output.splitlines()
    assert head.split()[:3] == ["NAME", "VERSION", "CATEGORY"]
    assert picture.split()[2:4] == ["video", "yes"]
    assert "freeze 0.42 (setting)" in classes


def test_list_shows_what_the_folder_replaces(run: Callable[..., Result], drop: Drop) -> None:
    ears = drop("audio", "ears", version="7.1")
    shown = run("list", "--json", HORUS_MODELS=str(ears.parent))
    listed = {Path(each["file"]).stem: each["in_use"] for each in json.loads(shown.output)["models"]}
    assert listed == {"ears": True, "picture": True, "sound": False}


def test_list_names_models_between_which_a_start_could_not_choose(
    run: Callable[..., Result], drop: Drop
) -> None:
    drop("audio", "ears")
    folder = drop("audio", "other").parent
    shown = run("list", HORUS_MODELS=str(folder))
    assert shown.exit_code == 1
    assert "ears.tflite and other.tflite" in shown.stderr


def test_list_shows_why_a_file_is_refused(run: Callable[..., Result], drop: Drop) -> None:
    path = drop("audio", "ears")
    path.write_bytes(b"no model")
    shown = run("list", HORUS_MODELS=str(path.parent))
    assert "refused" in shown.output
    assert "not a .tflite file" in shown.output


def _takes(monkeypatch: pytest.MonkeyPatch, latency_ms: float) -> None:
    """Let every inference be tried and take so long: how fast this machine is, is not what is claimed."""

    def tried(*given: Any) -> Trial:
        return replace(try_out(*given), latency_ms=latency_ms)

    monkeypatch.setattr("processors.models.check.try_out", tried)


def test_check_of_a_model_that_fits_is_one_line(
    run: Callable[..., Result], drop: Drop, monkeypatch: pytest.MonkeyPatch
) -> None:
    _takes(monkeypatch, 0.2)
    path = drop("video", "eyes")
    shown = run("check", str(path))
    assert shown.exit_code == 0
    assert len(shown.output.splitlines()) == 1
    assert f"{path}: fits (eyes " in shown.output


def test_a_slow_model_fits_and_is_told_to_be_slow(
    run: Callable[..., Result], drop: Drop, monkeypatch: pytest.MonkeyPatch
) -> None:
    _takes(monkeypatch, 0.31)
    shown = run("check", str(drop("video", "eyes")))
    assert shown.exit_code == 0
    told, verdict = shown.output.splitlines()
    assert told == "slow: an inference is meant to take at most 0.3 ms"
    assert "fits (eyes " in verdict and "0.310 ms" in verdict


def test_check_says_every_finding_a_line_each(run: Callable[..., Result], drop: Drop) -> None:
    shown = run("check", str(drop("video", "eyes", sha256="0" * 64, version="final")))
    assert shown.exit_code == 1
    kinds = [line.split(":")[0] for line in shown.output.splitlines()]
    assert kinds[:2] == ["hash", "version"]
    assert "2 findings" in shown.output.splitlines()[-1]


def test_check_in_json_says_the_same(run: Callable[..., Result], drop: Drop) -> None:
    shown = run("check", "--json", str(drop("video", "eyes", version="final")))
    told = json.loads(shown.output)
    assert shown.exit_code == 1
    assert (told["fits"], [finding["what"] for finding in told["findings"]]) == (False, ["version"])


def test_check_of_what_is_no_model_ends_as_bad_use(run: Callable[..., Result], tmp_path: Path) -> None:
    path = tmp_path / "notes.tflite"
    path.write_text("not a model")
    error = run("check", str(path)).exception
    assert isinstance(error, ModelRefused)
    assert exit_code(error) == BAD_USE
