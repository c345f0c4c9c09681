"""Both runtimes of models, on what is measured of real television: tflite-runtime in its own environment."""

import os
import subprocess
import sys
from pathlib import Path

import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray

from infra.demo.programme import Fault, Programme
from infra.demo.render import rendered
from processors.audio.measure import measure_audio
from processors.models.installed import installed_model
from processors.models.model import Model
from processors.models.runtime import LITERT, LITERT_EXACT, TFLITE_RUNTIME
from processors.video.measure import measure_video

pytestmark = pytest.mark.long

ROOT = Path(__file__).parents[3]
CATEGORIES = ["video", "audio"]
Arrays = dict[str, NDArray[np.float32]]

# News with a black that begins between key frames, then a silence: faulty and healthy samples of both kinds.
PROGRAMME = Programme(
    name="runtimes",
    title="Horus News",
    duration_s=14.0,
    width=640,
    height=360,
    fps=25,
    seed=5,
    sound="speech",
    faults=(Fault("fade", 2.24, 6.24), Fault("ausencia_audio", 8.2, 12.2)),
)


class Overheard:
    """A model, and all that it was given and told."""

    def __init__(self, category: str) -> None:
        self.model = installed_model(category, None)
        self.features: list[NDArray[np.float32]] = []
        self.scores: list[NDArray[np.float32]] = []
        self._score = self.model.scores

    def listen(self, monkeypatch: pytest.MonkeyPatch) -> Model:
        monkeypatch.setattr(self.model, "scores", self._overhear)
        return self.model

    def _overhear(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        scores = self._score(features)
        self.features.append(features)
        self.scores.append(scores)
        return scores


@pytest.fixture(scope="module")
def media(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programme as a file."""
    return rendered(PROGRAMME, tmp_path_factory.mktemp("television"))


@pytest.fixture(scope="module")
def measured(media: Path) -> tuple[Arrays, Arrays]:
    """Features of the programme as the models were given them, and LiteRT's fast scores, by category."""
    picture, sound = Overheard("video"), Overheard("audio")
    with pytest.MonkeyPatch.context() as patch:
        measure_video(media, picture.listen(patch), 5.0, None)
        measure_audio(media, sound.listen(patch), None)
    heard = {"video": picture, "audio": sound}
    return (
        {category: np.concatenate(each.features) for category, each in heard.items()},
        {category: np.concatenate(each.scores) for category, each in heard.items()},
    )


@pytest.fixture(scope="module")
def scored_elsewhere(measured: tuple[Arrays, Arrays], tmp_path_factory: pytest.TempPathFactory) -> Arrays:
    """The scores of tflite-runtime for the same features, from the environment with numpy 1."""
    folder = tmp_path_factory.mktemp("scores")
    given, told = folder / "features.npz", folder / "scores.npz"
    np.savez(given, video=measured[0]["video"], audio=measured[0]["audio"])
    subprocess.run(
        [
            tflite_python(),
            str(Path(__file__).with_name("score.py")),
            TFLITE_RUNTIME,
            str(given),
            str(told),
        ],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=True,
    )
    with np.load(told) as scores:
        return {category: scores[category] for category in CATEGORIES}


@pytest.mark.parametrize("category", CATEGORIES)
def test_both_runtimes_tell_the_same_scores(
    category: str, measured: tuple[Arrays, Arrays], scored_elsewhere: Arrays
) -> None:
    exact = installed_model(category, None, LITERT_EXACT).scores(measured[0][category])
    np.testing.assert_array_equal(exact, scored_elsewhere[category])


@pytest.mark.parametrize("category", CATEGORIES)
def test_fast_kernels_tell_all_but_the_same(
    category: str, measured: tuple[Arrays, Arrays], scored_elsewhere: Arrays
) -> None:
    off = np.abs(measured[1][category] - scored_elsewhere[category])
    # Steps of int8, and next to none of them off.
    assert off.max() <= 10 / 256
    assert off.mean() <= 0.25 / 256


@pytest.mark.parametrize("category", CATEGORIES)
def test_the_compared_scores_are_of_faults_and_of_health(
    category: str, measured: tuple[Arrays, Arrays]
) -> None:
    scores = measured[1][category].max(axis=1)
    assert scores.max() > 0.6
    assert scores.min() < 0.4


def test_the_environment_of_tflite_runtime_is_of_numpy_1() -> None:
    asked = "import numpy, tflite_runtime; print(numpy.__version__, tflite_runtime.__version__)"
    told = subprocess.run([tflite_python(), "-c", asked], check=True, capture_output=True, text=True).stdout
    numpy_version, runtime_version = told.split()
    assert numpy_version.startswith("1.")
    assert runtime_version.startswith("2.14.")


def test_analyze_finds_the_same_in_both_environments(media: Path) -> None:
    here, there = analyze(sys.executable, LITERT, media), analyze(tflite_python(), TFLITE_RUNTIME, media)
    assert here
    assert [fault.type for fault in there] == [fault.type for fault in here]
    for one, other in zip(here, there, strict=True):
        # Other builds of numpy and OpenCV may move a score across the edge of a fault: one sample.
        assert (one.start_s, one.end_s) == pytest.approx((other.start_s, other.end_s), abs=0.25)
        assert one.confidence == pytest.approx(other.confidence, abs=0.02)


class Found(msgspec.Struct):
    """What `horus analyze --json` prints of a fault."""

    type: str
    start_s: float
    end_s: float
    confidence: float


def analyze(python: str, runtime: str, media: Path) -> list[Found]:
    done = subprocess.run(
        [python, "-m", "infra.cli.main", "analyze", str(media), "--json"],
        env={**os.environ, "PYTHONPATH": str(ROOT), "HORUS_TFLITE_RUNTIME": runtime},
        check=True,
        capture_output=True,
    )
    return msgspec.json.decode(done.stdout, type=list[Found])


def tflite_python() -> str:
    python = ROOT / ".venv-tflite" / "bin" / "python"
    if not python.exists():
        pytest.fail("the environment of tflite-runtime is missing: make .venv-tflite/.packages")
    return str(python)
