"""What a check says of a model file: each thing that does not fit, one line each, all at once."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from processors.models.card import ModelRefused, card_beside
from processors.models.check import check
from processors.models.findings import of_file, of_trial
from processors.models.folder import DEFAULT_MODELS, find_model
from processors.models.layout import Layout
from processors.models.layouts import LAYOUTS
from processors.models.runtime import LITERT, TFLITE_RUNTIME
from processors.models.tensor import Tensor
from processors.models.trial import Trial

Drop = Callable[..., Path]
Layouts = dict[str, Layout]


def findings(path: Path, layouts: Layouts) -> list[str]:
    checked = check(path, layouts, LITERT)
    assert checked.fits == (not checked.findings)
    for finding in checked.findings:
        assert "\n" not in finding.text
    return [finding.what for finding in checked.findings]


@pytest.mark.parametrize("category", ["video", "audio"])
def test_a_model_that_fits_has_no_findings_and_a_latency(drop: Drop, layouts: Layouts, category: str) -> None:
    checked = check(drop(category, "mine"), layouts, LITERT)
    assert (checked.fits, checked.findings) == (True, ())
    assert checked.latency_ms is not None
    assert checked.latency_ms > 0
    assert checked.card is not None
    assert checked.card.name == "mine"


@pytest.mark.parametrize("category", ["video", "audio"])
def test_the_committed_models_fit(category: str) -> None:
    assert check(find_model(DEFAULT_MODELS, category), LAYOUTS, LITERT).findings == ()


def with_input(drop: Drop, **changes: Any) -> Path:
    given = card_beside(drop("audio", "ears")).input
    return drop("audio", "ears", input=msgspec.structs.replace(given, **changes))


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"shape": (9, 9, 9)}, ["shape", "shape"]),
        ({"dtype": "float32"}, ["dtype"]),
        ({"features": "audio-of-tomorrow"}, ["features"]),
        ({"scale": 0.5}, ["quantisation"]),
        ({"zero_point": 3}, ["quantisation"]),
    ],
)
def test_an_input_that_is_not_the_file_s_is_found(
    drop: Drop, layouts: Layouts, changes: dict[str, Any], what: list[str]
) -> None:
    assert findings(with_input(drop, **changes), layouts) == what


def with_class(drop: Drop, **changes: Any) -> Path:
    first, *rest = card_beside(drop("audio", "ears")).classes
    return drop("audio", "ears", classes=(msgspec.structs.replace(first, **changes), *rest))


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"name": "zumbido"}, ["class"]),
        ({"name": "freeze"}, ["class"]),
        ({"threshold": None}, ["threshold"]),
        ({"threshold": 0.0}, ["threshold"]),
        ({"threshold": 1.5}, ["threshold"]),
        ({"name": "zumbido", "threshold": None}, ["class", "threshold"]),
    ],
)
def test_a_class_that_cannot_be_decided_is_found(
    drop: Drop, layouts: Layouts, changes: dict[str, Any], what: list[str]
) -> None:
    assert findings(with_class(drop, **changes), layouts) == what


def test_other_classes_than_the_file_s_outputs_are_found(drop: Drop, layouts: Layouts) -> None:
    classes = card_beside(drop("audio", "ears")).classes
    assert findings(drop("audio", "ears", classes=classes * 2), layouts)[-1] == "shape"


def test_an_unknown_category_is_found(drop: Drop, layouts: Layouts) -> None:
    assert "category" in findings(drop("audio", "ears", category="smell"), layouts)


def test_a_version_that_cannot_be_compared_is_found(drop: Drop, layouts: Layouts) -> None:
    assert findings(drop("audio", "ears", version="final"), layouts) == ["version"]


def test_a_file_that_its_card_does_not_mean_is_found(drop: Drop, layouts: Layouts) -> None:
    assert findings(drop("audio", "ears", sha256="0" * 64), layouts) == ["hash"]


def test_tflite_runtime_is_not_given_a_file_that_its_card_does_not_mean(drop: Drop, layouts: Layouts) -> None:
    checked = check(drop("audio", "ears", sha256="0" * 64), layouts, TFLITE_RUNTIME)
    assert [finding.what for finding in checked.findings] == ["hash", "run"]
    assert checked.latency_ms is None


def test_a_missing_card_is_found_and_the_file_still_run(drop: Drop, layouts: Layouts) -> None:
    path = drop("audio", "ears")
    path.with_suffix(".json").unlink()
    checked = check(path, layouts, LITERT)
    assert [finding.what for finding in checked.findings] == ["card"]
    assert checked.latency_ms is not None


def test_a_card_without_a_field_is_found_by_the_field_s_name(drop: Drop, layouts: Layouts) -> None:
    path = drop("audio", "ears")
    path.with_suffix(".json").write_bytes(b'{"name": "ears", "version": "1"}')
    (finding,) = check(path, layouts, LITERT).findings
    assert finding.what == "card"
    assert "category" in finding.text


@pytest.mark.parametrize("share", [0.0, 0.001, 0.1, 0.5])
def test_what_is_no_whole_model_is_refused_in_one_line(drop: Drop, layouts: Layouts, share: float) -> None:
    path = drop("audio", "ears")
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    with pytest.raises(ModelRefused) as refused:
        check(path, layouts, LITERT)
    assert "ears.tflite" in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_missing_file_is_refused(tmp_path: Path, layouts: Layouts) -> None:
    with pytest.raises(ModelRefused, match=r"none\.tflite: No such file"):
        check(tmp_path / "none.tflite", layouts, LITERT)


def test_scale_in_float32_and_float64_is_the_same(drop: Drop) -> None:
    card = card_beside(drop("audio", "ears"))
    scale = float(np.float32(card.input.scale * (1 + 1e-8)))
    given = Tensor(0, (1, *card.input.shape), np.dtype(card.input.dtype), scale, card.input.zero_point)
    told = Tensor(1, (1, len(card.classes)), np.dtype("int8"), 1 / 256, -128)
    assert list(of_file(card, given, told)) == []


@pytest.mark.parametrize(("lowest", "highest"), [(-0.1, 1.0), (0.0, 1.2), (float("nan"), 1.0)])
def test_scores_that_are_no_probabilities_are_found(lowest: float, highest: float) -> None:
    (finding,) = of_trial(Trial(latency_ms=0.1, lowest=lowest, highest=highest))
    assert finding.what == "output"
