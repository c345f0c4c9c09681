"""Write a trained model where Horus looks for it: the .tflite and the card beside it."""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from processors.models.card import ModelCard, ModelClass, ModelInput
from schemas.faults import FAULTS


def model_classes(names: tuple[str, ...]) -> tuple[ModelClass, ...]:
    """Return the card's classes; labels are those of the table of fault types."""
    return tuple(
        ModelClass(name=name, label_pt=FAULTS[name].label_pt, label_en=FAULTS[name].label_en)
        for name in names
    )


def with_thresholds(classes: Sequence[ModelClass], thresholds: Mapping[str, float]) -> tuple[ModelClass, ...]:
    """Return the classes with the thresholds that were chosen for them."""
    return tuple(msgspec.structs.replace(each, threshold=thresholds[each.name]) for each in classes)


def write_model(folder: Path, content: bytes, card: ModelCard) -> Path:
    """Write both files, the card with the sum of the content; returns the .tflite's path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{card.name}.tflite"
    path.write_bytes(content)
    card = msgspec.structs.replace(card, sha256=hashlib.sha256(content).hexdigest())
    text = msgspec.json.format(msgspec.json.encode(card), indent=2)
    path.with_suffix(".json").write_bytes(text + b"\n")
    return path


def model_input(
    features: str, shape: tuple[int, ...], units: str, order: str, scale: float, zero: int
) -> ModelInput:
    """Return the card's description of an int8 input."""
    return ModelInput(
        features=features,
        shape=shape,
        dtype="int8",
        units=units,
        order=order,
        scale=scale,
        zero_point=zero,
    )
