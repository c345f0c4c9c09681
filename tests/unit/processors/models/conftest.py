"""Model files that a test may spoil: copies of the committed ones, under other names and cards."""

import shutil
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from processors.models.card import ModelCard, card_beside
from processors.models.folder import DEFAULT_MODELS, find_model
from processors.models.layout import Layout
from schemas.faults import Category

Drop = Callable[..., Path]
THRESHOLD = 0.5


@pytest.fixture
def drop(tmp_path: Path) -> Drop:
    """Return a function that copies a committed model with a threshold for each class, its card changed."""

    def dropped(category: str, stem: str, /, **changes: object) -> Path:
        source = find_model(DEFAULT_MODELS, category)
        path = Path(shutil.copy(source, tmp_path / f"{stem}.tflite"))
        card = card_beside(source)
        classes = tuple(msgspec.structs.replace(each, threshold=THRESHOLD) for each in card.classes)
        rewrite(path, msgspec.structs.replace(card, **{"name": stem, "classes": classes, **changes}))
        return path

    return dropped


@pytest.fixture
def layouts() -> dict[str, Layout]:
    """The layouts that the committed models were trained on."""
    cards = {category: card_beside(find_model(DEFAULT_MODELS, category)) for category in ("video", "audio")}
    return {
        category: Layout(Category(category), card.input.features, card.input.shape)
        for category, card in cards.items()
    }


def rewrite(path: Path, card: ModelCard) -> None:
    path.with_suffix(".json").write_bytes(msgspec.json.encode(card))
