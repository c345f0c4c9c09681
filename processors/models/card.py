"""The metadata that lies beside each model: what it tells apart, what it must be given, how good it is."""

import msgspec


class ModelRefused(ValueError):
    """A model that must not be used; the message is one line that says which and why."""


class ModelClass(msgspec.Struct, frozen=True, kw_only=True):
    """One output of a model. ``threshold`` is None where the setting's default suits."""

    name: str
    label_pt: str
    label_en: str
    threshold: float | None = None


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
    """The .json beside a .tflite."""

    name: str
    version: str
    category: str
    classes: tuple[ModelClass, ...]
    input: ModelInput
    trained_on: dict[str, str | int | float]
    figures: dict[str, dict[str, float]]
    """Measured on the .tflite itself, by class: name of the figure to value."""
    sha256: str


def read_card(data: bytes, source: str) -> ModelCard:
    """Decode a card. Raises ModelRefused, naming ``source``, when it is not one."""
    try:
        return msgspec.json.decode(data, type=ModelCard)
    except msgspec.MsgspecError as error:
        raise ModelRefused(f"{source}: not a model card: {error}") from error
