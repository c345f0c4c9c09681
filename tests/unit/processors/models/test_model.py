"""Loading models: what is refused, what is committed, and use from several threads."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
import numpy as np
import pytest

from processors.audio import features as sound_features
from processors.models.card import ModelCard, read_card
from processors.models.model import DEFAULT_MODELS, ModelRefused, find_model, load_model
from processors.video import features as picture_features
from schemas.faults import FAULTS

CATEGORIES = ["video", "audio"]


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """Return a copy of the committed sound model that a test may spoil."""
    path = find_model(DEFAULT_MODELS, "audio")
    shutil.copy(path.with_suffix(".json"), tmp_path)
    return Path(shutil.copy(path, tmp_path))


def rewrite(path: Path, **changes: object) -> None:
    card = read_card(path.with_suffix(".json").read_bytes(), "test")
    changed: ModelCard = msgspec.structs.replace(card, **changes)
    path.with_suffix(".json").write_bytes(msgspec.json.encode(changed))


def test_another_file_than_its_card_describes_is_refused(copied: Path) -> None:
    copied.write_bytes(copied.read_bytes() + b"\0")
    with pytest.raises(ModelRefused, match="sha256"):
        load_model(copied)


def test_a_model_without_a_card_is_refused(copied: Path) -> None:
    copied.with_suffix(".json").unlink()
    with pytest.raises(ModelRefused, match=r"sound\.json"):
        load_model(copied)


def test_a_card_that_is_no_card_is_refused(copied: Path) -> None:
    copied.with_suffix(".json").write_text('{"name": "sound"}')
    with pytest.raises(ModelRefused, match="not a model card"):
        load_model(copied)


def test_a_card_with_another_shape_is_refused(copied: Path) -> None:
    card = read_card(copied.with_suffix(".json").read_bytes(), "test")
    rewrite(copied, input=msgspec.structs.replace(card.input, shape=(9, 9, 9)))
    with pytest.raises(ModelRefused, match="input shape"):
        load_model(copied)


def test_a_card_with_other_classes_is_refused(copied: Path) -> None:
    card = read_card(copied.with_suffix(".json").read_bytes(), "test")
    rewrite(copied, classes=card.classes * 2)
    with pytest.raises(ModelRefused, match="number of classes"):
        load_model(copied)


def test_a_missing_file_is_refused_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(ModelRefused) as refused:
        load_model(tmp_path / "none.tflite")
    assert "none.tflite" in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_folder_without_the_category_is_refused(copied: Path) -> None:
    assert find_model(copied.parent, "audio") == copied
    with pytest.raises(ModelRefused, match="found none"):
        find_model(copied.parent, "video")


def test_two_models_of_a_category_are_refused(copied: Path) -> None:
    shutil.copy(copied, copied.with_name("other.tflite"))
    shutil.copy(copied.with_suffix(".json"), copied.with_name("other.json"))
    with pytest.raises(ModelRefused, match=r"other\.tflite, sound\.tflite"):
        find_model(copied.parent, "audio")


@pytest.mark.parametrize("category", CATEGORIES)
def test_committed_models_are_of_known_faults_and_today_s_features(category: str) -> None:
    card = load_model(find_model(DEFAULT_MODELS, category)).card
    features, shape = {
        "video": (picture_features.NAME, picture_features.SHAPE),
        "audio": (sound_features.NAME, sound_features.SHAPE),
    }[category]
    assert (card.input.features, card.input.shape) == (features, shape)
    for each in card.classes:
        fault = FAULTS[each.name]
        assert (each.label_pt, each.label_en, category) == (fault.label_pt, fault.label_en, fault.category)


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


def test_features_of_another_shape_are_refused() -> None:
    model = load_model(find_model(DEFAULT_MODELS, "video"))
    with pytest.raises(ValueError, match="wants"):
        model.scores(np.zeros((1, 2, 2, 1), np.float32))


def test_no_samples_give_no_scores() -> None:
    model = load_model(find_model(DEFAULT_MODELS, "video"))
    assert model.scores(np.zeros((0, *model.card.input.shape), np.float32)).shape == (0, 2)
