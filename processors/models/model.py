"""Run a .tflite model: features in, probabilities out, the same from any thread."""

import hashlib
import threading
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from processors.models.card import ModelCard, ModelRefused, read_card

__all__ = ["DEFAULT_MODELS", "Model", "ModelCard", "ModelRefused", "find_model", "load_model"]

DEFAULT_MODELS = Path(__file__).parent / "committed"


class _Runs(Protocol):
    """The part of LiteRT's Interpreter, which has no types of its own, that is used here."""

    def get_input_details(self) -> list[dict[str, Any]]: ...
    def get_output_details(self) -> list[dict[str, Any]]: ...
    def set_tensor(self, index: int, value: NDArray[Any]) -> None: ...
    def get_tensor(self, index: int) -> NDArray[Any]: ...
    def invoke(self) -> None: ...


class Model:
    """One .tflite and its card. Safe to share: each thread gets an interpreter of its own."""

    def __init__(self, content: bytes, card: ModelCard) -> None:
        """Prepare the model; raises ModelRefused when the file is not what its card says."""
        self.card = card
        self._content = content
        self._of_thread = threading.local()
        try:
            interpreter = self._interpreter()
        except (ValueError, RuntimeError) as error:
            raise ModelRefused(f"{card.name}: not a model LiteRT can run: {error}") from error
        given, told = interpreter.get_input_details()[0], interpreter.get_output_details()[0]
        _refuse_if(tuple(given["shape"]) != (1, *card.input.shape), card, "input shape", given["shape"])
        _refuse_if(np.dtype(given["dtype"]).name != card.input.dtype, card, "input dtype", given["dtype"])
        _refuse_if(tuple(told["shape"]) != (1, len(card.classes)), card, "number of classes", told["shape"])

    def scores(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return class probabilities, 0..1, of each sample: (n, *shape) -> float32 (n, n_classes).

        Classes do not exclude each other. Raises ValueError when the shape is not the card's.
        """
        if features.shape[1:] != self.card.input.shape:
            raise ValueError(f"{self.card.name}: wants (n, *{self.card.input.shape}), got {features.shape}")
        interpreter = self._interpreter()
        given, told = interpreter.get_input_details()[0], interpreter.get_output_details()[0]
        stored = _store(features, given)
        out = np.empty((len(features), len(self.card.classes)), np.float32)
        for index in range(len(stored)):
            interpreter.set_tensor(given["index"], stored[index : index + 1])
            interpreter.invoke()
            out[index] = _real(interpreter.get_tensor(told["index"])[0], told)
        return out

    def _interpreter(self) -> _Runs:
        """Return this thread's interpreter; LiteRT's own are not to be called from two at once."""
        known: _Runs | None = getattr(self._of_thread, "interpreter", None)
        if known is not None:
            return known
        fresh = Interpreter(model_content=self._content, num_threads=1)
        fresh.allocate_tensors()
        self._of_thread.interpreter = fresh
        runs: _Runs = fresh
        return runs


def load_model(path: Path) -> Model:
    """Load a .tflite and the .json beside it.

    Raises ModelRefused, in one line, when either is missing or unreadable, or the file is not the one
    (sha256, shapes, types) that the card describes.
    """
    try:
        content = path.read_bytes()
        card_path = path.with_suffix(".json")
        card = read_card(card_path.read_bytes(), str(card_path))
    except OSError as error:
        raise ModelRefused(f"{error.filename}: {error.strerror}") from error
    digest = hashlib.sha256(content).hexdigest()
    if digest != card.sha256:
        raise ModelRefused(f"{path}: sha256 is {digest[:12]}..., its card says {card.sha256[:12]}...")
    return Model(content, card)


def find_model(folder: Path, category: str) -> Path:
    """Return the .tflite of a category ("video", "audio") in a folder.

    Raises ModelRefused when the folder holds none or several of it.
    """
    found = [
        path
        for path in sorted(folder.glob("*.tflite"))
        if path.with_suffix(".json").is_file()
        and read_card(path.with_suffix(".json").read_bytes(), str(path)).category == category
    ]
    if len(found) != 1:
        names = ", ".join(path.name for path in found) or "none"
        raise ModelRefused(f"{folder}: wants one {category} model with its card, found {names}")
    return found[0]


def _store(features: NDArray[np.float32], given: dict[str, Any]) -> NDArray[Any]:
    scale, zero = given["quantization"]
    if given["dtype"] == np.float32:
        return features.astype(np.float32, copy=False)
    limits = np.iinfo(given["dtype"])
    stored: NDArray[Any] = np.clip(np.rint(features / scale + zero), limits.min, limits.max)
    return stored.astype(np.dtype(given["dtype"]))


def _real(stored: NDArray[Any], told: dict[str, Any]) -> NDArray[np.float32]:
    scale, zero = told["quantization"]
    if told["dtype"] == np.float32:
        return stored.astype(np.float32)
    real: NDArray[np.float32] = (stored.astype(np.float32) - np.float32(zero)) * np.float32(scale)
    return real


def _refuse_if(wrong: bool, card: ModelCard, what: str, is_: object) -> None:
    if wrong:
        raise ModelRefused(f"{card.name}: {what} of the .tflite is {is_}, not what its card says")
