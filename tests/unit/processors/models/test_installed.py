"""Which model is used: the committed ones, and what a folder of one's own puts in their place."""

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from processors.models.card import ModelRefused, card_beside
from processors.models.folder import DEFAULT_MODELS, find_model, version_numbers
from processors.models.installed import installed_model, installed_path
from processors.models.layouts import LAYOUTS
from schemas.faults import FAULTS

CATEGORIES = ["video", "audio"]
Drop = Callable[..., Path]


@pytest.mark.parametrize("category", CATEGORIES)
def test_without_a_folder_the_committed_model_is_used(category: str) -> None:
    assert installed_path(category, None).parent == DEFAULT_MODELS


def test_a_model_in_the_folder_replaces_the_committed_one_of_its_category_alone(drop: Drop) -> None:
    ears = drop("audio", "ears")
    assert installed_path("audio", ears.parent) == ears
    assert installed_path("video", ears.parent).parent == DEFAULT_MODELS


def test_an_empty_folder_leaves_the_committed_models_in_use(tmp_path: Path) -> None:
    assert installed_path("audio", tmp_path).parent == DEFAULT_MODELS


def test_the_highest_version_of_a_category_is_used(drop: Drop) -> None:
    drop("audio", "ears", version="1.9.2")
    newest = drop("audio", "better", version="1.10.0")
    drop("audio", "old", version="0.1")
    assert find_model(newest.parent, "audio") == newest


@pytest.mark.parametrize("version", ["1.0", "1"])
def test_two_models_of_the_same_version_are_refused_by_name(drop: Drop, version: str) -> None:
    drop("audio", "ears", version="1.0")
    path = drop("audio", "other", version=version)
    with pytest.raises(ModelRefused, match=r"ears\.tflite and other\.tflite"):
        find_model(path.parent, "audio")


def test_a_model_without_a_card_is_not_passed_over(drop: Drop) -> None:
    drop("audio", "ears")
    path = drop("audio", "other")
    path.with_suffix(".json").unlink()
    with pytest.raises(ModelRefused, match=r"other\.json is missing"):
        installed_path("audio", path.parent)


def test_a_folder_without_the_category_is_refused(drop: Drop) -> None:
    path = drop("audio", "ears")
    with pytest.raises(ModelRefused, match=r"found ears\.tflite"):
        find_model(path.parent, "video")


def test_a_folder_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelRefused, match="no such folder"):
        installed_path("video", tmp_path / "models")


def test_a_model_of_features_that_are_not_made_is_refused(drop: Drop) -> None:
    given = card_beside(drop("audio", "ears")).input
    path = drop("audio", "ears", input=msgspec.structs.replace(given, features="audio-of-tomorrow"))
    with pytest.raises(ModelRefused, match="wants features audio-of-tomorrow"):
        installed_model("audio", path.parent)


@pytest.mark.parametrize("category", CATEGORIES)
def test_committed_models_are_of_known_faults_and_today_s_features(category: str) -> None:
    card = installed_model(category, None).card
    assert card.input.features == LAYOUTS[category].features
    for each in card.classes:
        fault = FAULTS[each.name]
        assert (each.label_pt, each.label_en, category) == (fault.label_pt, fault.label_en, fault.category)


def test_the_document_names_the_layouts_that_are_measured() -> None:
    document = (Path(__file__).parents[4] / "docs" / "models.md").read_text()
    for layout in LAYOUTS.values():
        assert f"`{layout.features}`" in document, f"docs/models.md does not name {layout.features}"


def test_versions_compare_by_their_numbers() -> None:
    assert version_numbers("1.10.0") > version_numbers("v1.9") > version_numbers("1")
    assert version_numbers("1.0.0") == version_numbers("1")
