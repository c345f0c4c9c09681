"""Loading models: what is refused, and use from several threads."""

import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
import numpy as np
import pytest

from processors.models.card import card_beside
from processors.models.model import DEFAULT_MODELS, ModelRefused, find_model, load_model
from processors.models.runtime import NoRuntime

CATEGORIES = ["video", "audio"]
Drop = Callable[..., Path]


def test_another_file_than_its_card_describes_is_refused(drop: Drop) -> None:
    path = drop("audio", "ears")
    path.write_bytes(path.read_bytes() + b"\0")
    with pytest.raises(ModelRefused, match="sha256"):
        load_model(path)


def test_a_model_without_a_card_is_refused(drop: Drop) -> None:
    path = drop("audio", "ears")
    path.with_suffix(".json").unlink()
    with pytest.raises(ModelRefused, match=r"ears\.json is missing"):
        load_model(path)


@pytest.mark.parametrize("text", [b'{"name": "ears"}', b"[]", b"", b"\xff\xfe", b'{"name": 3}'])
def test_a_card_that_is_no_card_is_refused_in_one_line(drop: Drop, text: bytes) -> None:
    path = drop("audio", "ears")
    path.with_suffix(".json").write_bytes(text)
    with pytest.raises(ModelRefused, match="not a model card") as refused:
        load_model(path)
    assert "\n" not in str(refused.value)


def test_a_field_of_a_later_version_is_passed_over(drop: Drop) -> None:
    path = drop("audio", "ears")
    text = path.with_suffix(".json").read_bytes()
    later = text.replace(b'"name":"ears"', b'"name":"ears","of_tomorrow":[1]', 1)
    assert later != text
    path.with_suffix(".json").write_bytes(later)
    assert load_model(path).card.name == "ears"


def test_a_card_reads_back_as_it_was_written(drop: Drop) -> None:
    card = card_beside(drop("audio", "ears", sources=("crowd.ogg, CC0",)))
    assert msgspec.json.decode(msgspec.json.encode(card), type=type(card)) == card
    assert card.sources == ("crowd.ogg, CC0",)


def test_a_card_with_another_shape_is_refused(drop: Drop) -> None:
    given = card_beside(drop("audio", "ears")).input
    with pytest.raises(ModelRefused, match="input shape"):
        load_model(drop("audio", "ears", input=msgspec.structs.replace(given, shape=(9, 9, 9))))


def test_a_card_with_another_dtype_is_refused(drop: Drop) -> None:
    given = card_beside(drop("audio", "ears")).input
    with pytest.raises(ModelRefused, match="input dtype"):
        load_model(drop("audio", "ears", input=msgspec.structs.replace(given, dtype="float32")))


def test_a_card_with_other_classes_is_refused(drop: Drop) -> None:
    classes = card_beside(drop("audio", "ears")).classes
    with pytest.raises(ModelRefused, match="number of classes"):
        load_model(drop("audio", "ears", classes=classes * 2))


def test_a_missing_file_is_refused_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(ModelRefused) as refused:
        load_model(tmp_path / "none.tflite")
    assert "none.tflite" in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_runtime_that_is_not_there_says_how_to_get_it(drop: Drop) -> None:
    with pytest.raises(NoRuntime, match=r"pip install 'horus\[tflite-runtime\]'"):
        load_model(drop("audio", "ears"), "tflite-runtime")


# In processes of their own: the runtime speaks once in each.
LOADS = """
from processors.models.folder import DEFAULT_MODELS, find_model
from processors.models.model import load_model
for category in ("video", "audio"):
    load_model(find_model(DEFAULT_MODELS, category))
"""
SPEAKS = """
import os
from processors.models.announcement import ANNOUNCEMENT, unannounced
with unannounced():
    os.write(2, b"before " + ANNOUNCEMENT + b"after")
"""


@pytest.mark.parametrize(("asked", "said"), [(LOADS, ""), (SPEAKS, "before after")])
def test_a_model_is_loaded_without_a_word_and_what_others_say_meanwhile_is_not_lost(
    asked: str, said: str
) -> None:
    done = subprocess.run([sys.executable, "-c", asked], check=True, capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("", said)


def test_a_runtime_that_nobody_knows_is_refused(drop: Drop) -> None:
    with pytest.raises(NoRuntime, match="choose litert, litert-exact, tflite-runtime"):
        load_model(drop("audio", "ears"), "onnx")


@pytest.mark.parametrize("category", CATEGORIES)
def test_threads_get_the_scores_of_one(category: str) -> None:
    model = load_model(find_model(DEFAULT_MODELS, category))
    features = np.random.default_rng(1).random((64, *model.card.input.shape), np.float32)
    alone = model.scores(features)
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(model.scores, [features] * 12))
    assert alone.shape == (64, len(model.card.classes))
    assert alone.min() >= 0
    assert alone.max() <= 1
    for scores in together:
        np.testing.assert_array_equal(scores, alone)


def test_loading_a_model_writes_nothing_to_standard_error(capfd: pytest.CaptureFixture[str]) -> None:
    load_model(find_model(DEFAULT_MODELS, "video"))
    assert capfd.readouterr().err == ""


def test_features_of_another_shape_are_refused() -> None:
    model = load_model(find_model(DEFAULT_MODELS, "video"))
    with pytest.raises(ValueError, match="wants"):
        model.scores(np.zeros((1, 2, 2, 1), np.float32))


def test_no_samples_give_no_scores() -> None:
    model = load_model(find_model(DEFAULT_MODELS, "video"))
    none = model.scores(np.zeros((0, *model.card.input.shape), np.float32))
    assert none.shape == (0, len(model.card.classes))
