"""The metadata that lies beside each model: what it tells apart, what it must be given, how good it is."""

from pathlib import Path

import msgspec


class ModelRefused(ValueError):
    """A model that must not be used; the message is one line that says which and why."""


class ModelClass(msgspec.Struct, frozen=True, kw_only=True):
    """One output of a model."""

    name: str
    """A fault type of ``schemas.faults``; another name is logged with the scores and never decided."""
    label_pt: str
    label_en: str
    threshold: float | None = None
    """Score, 0..1, from which a sample counts as bad; None leaves it to the setting's default."""


class ModelInput(msgspec.Struct, frozen=True, kw_only=True):
    """What the model is given for one sample."""

    features: str
    """Name of the feature layout, which the measuring code must share."""
    shape: tuple[int, ...]
    """Without the batch."""
    dtype: str
    units: str
    order: str
    scale: float
    """Quantisation: stored = value / scale + zero_point; 1 and 0 for a float model."""
    zero_point: int


class ModelCard(msgspec.Struct, frozen=True, kw_only=True):
    """The .json beside a .tflite. A field that this version of Horus does not know is passed over."""

    name: str
    version: str
    """Numbers with dots between; of two models of a category in one folder the higher version is used."""
    category: str
    """``video`` or ``audio``."""
    classes: tuple[ModelClass, ...]
    """In the order of the model's outputs."""
    input: ModelInput
    trained_on: dict[str, str | int | float]
    figures: dict[str, dict[str, float]]
    """Measured on the .tflite itself, by class: name of the figure to value."""
    sha256: str
    """Of the .tflite, in hexadecimal."""
    sources: tuple[str, ...] = ()
    """Where the training media came from, each with its licence: for whoever passes the model on."""


def read_card(data: bytes, source: str) -> ModelCard:
    """Decode a card. Raises ModelRefused, naming ``source``, when it is not one."""
    try:
        return msgspec.json.decode(data, type=ModelCard)
    # Text that is not UTF-8 is told by an error of Python's own.
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise ModelRefused(f"{source}: not a model card: {error}") from error


def card_beside(path: Path) -> ModelCard:
    """Read the card of a .tflite. Raises ModelRefused, in one line, when it is missing or no card."""
    card_path = path.with_suffix(".json")
    try:
        return read_card(card_path.read_bytes(), str(card_path))
    except FileNotFoundError as error:
        raise ModelRefused(f"{path}: has no card: {card_path.name} is missing beside it") from error
    except OSError as error:
        raise ModelRefused(f"{card_path}: {error.strerror}") from error
