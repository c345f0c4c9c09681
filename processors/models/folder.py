"""A folder of models: which of them is used for the picture, which for the sound."""

import re
from dataclasses import dataclass
from pathlib import Path

from processors.models.card import ModelCard, ModelRefused, card_beside

DEFAULT_MODELS = Path(__file__).parent / "committed"


@dataclass(frozen=True)
class Found:
    """One .tflite of a folder."""

    path: Path
    card: ModelCard | None
    refusal: str = ""
    """Why there is no card, in one line."""


def models_in(folder: Path) -> list[Found]:
    """Return every .tflite of a folder by name, with its card where it has one.

    Raises ModelRefused when there is no such folder.
    """
    if not folder.is_dir():
        raise ModelRefused(f"{folder}: no such folder of models")
    return [_found(path) for path in sorted(folder.glob("*.tflite"))]


def find_model(folder: Path, category: str) -> Path:
    """Return the .tflite of a category ("video", "audio") in a folder; of several the highest version.

    Raises ModelRefused when the folder holds none, two of the highest version, or a .tflite without a
    readable card: what was dropped in is never passed over in silence.
    """
    found = candidates(folder, category)
    if not found:
        names = ", ".join(each.path.name for each in models_in(folder)) or "no .tflite"
        raise ModelRefused(f"{folder}: wants a {category} model with its card, found {names}")
    return found[-1].path


def candidates(folder: Path, category: str) -> list[Found]:
    """Return the models of a category in a folder, the one to be used last. Raises as ``find_model``."""
    ranked: list[tuple[tuple[int, ...], Found]] = []
    for each in models_in(folder):
        if each.card is None:
            raise ModelRefused(each.refusal)
        if each.card.category == category:
            ranked.append((version_numbers(each.card.version), each))
    ranked.sort(key=lambda pair: pair[0])
    highest = [each for version, each in ranked if version == ranked[-1][0]]
    if len(highest) > 1:
        raise ModelRefused(
            f"{folder}: {' and '.join(each.path.name for each in highest)} are {category} models of the same "
            "version: take all but one away, or give the one to be used a higher version"
        )
    return [each for _, each in ranked]


def version_numbers(version: str) -> tuple[int, ...]:
    """Return the numbers of a version, which compare as people read them: 1.10 is above 1.9, 1.0 equals 1."""
    numbers = [int(number) for number in re.findall(r"\d+", version)]
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)


def _found(path: Path) -> Found:
    try:
        return Found(path, card_beside(path))
    except ModelRefused as refused:
        return Found(path, None, str(refused))
