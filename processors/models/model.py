"""Run a .tflite model: features in, probabilities out, the same from any thread."""

import hashlib
import threading
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from processors.models.card import ModelCard, ModelRefused, card_beside
from processors.models.folder import DEFAULT_MODELS, find_model
from processors.models.runtime import LITERT, Runs, interpreter, one_line
from processors.models.tensor import Tensor, real, store, tensor

__all__ = ["DEFAULT_MODELS", "Model", "ModelCard", "ModelRefused", "find_model", "load_model"]


@dataclass(frozen=True)
class _Running:
    """The interpreter of one thread. Asking it for details costs as much as a small inference: asked once."""

    runs: Runs
    given: Tensor
    told: Tensor


class Model:
    """One .tflite and its card. Safe to share: each thread gets an interpreter of its own."""

    def __init__(self, content: bytes, card: ModelCard, runtime: str = LITERT) -> None:
        """Prepare the model; raises ModelRefused when the file is not what its card says, NoRuntime."""
        self.card = card
        self._content = content
        self._runtime = runtime
        self._of_thread = threading.local()
        try:
            running = self._running()
        except (ValueError, RuntimeError) as error:
            raise ModelRefused(f"{card.name}: not a model {runtime} can run: {one_line(error)}") from error
        given, told = running.given, running.told
        _refuse_if(given.shape != (1, *card.input.shape), card, "input shape", given.shape)
        _refuse_if(given.dtype.name != card.input.dtype, card, "input dtype", given.dtype)
        _refuse_if(told.shape != (1, len(card.classes)), card, "number of classes", told.shape[1:])

    def scores(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return class probabilities, 0..1, of each sample: (n, *shape) -> float32 (n, n_classes).

        Classes do not exclude each other. Samples are run one by one: a batch of 64 saved a tenth of the
        time (LiteRT 2.3, int8, one thread). Raises ValueError when the shape is not the card's.
        """
        if features.shape[1:] != self.card.input.shape:
            raise ValueError(f"{self.card.name}: wants (n, *{self.card.input.shape}), got {features.shape}")
        running = self._running()
        stored = store(features, running.given)
        out = np.empty((len(features), len(self.card.classes)), running.told.dtype)
        for index in range(len(stored)):
            running.runs.set_tensor(running.given.index, stored[index : index + 1])
            running.runs.invoke()
            out[index] = running.runs.get_tensor(running.told.index)[0]
        return real(out, running.told)

    def _running(self) -> _Running:
        """Return this thread's interpreter; one may not be called from two threads at once."""
        known: _Running | None = getattr(self._of_thread, "running", None)
        if known is not None:
            return known
        runs = interpreter(self._content, self._runtime)
        fresh = _Running(
            runs=runs, given=tensor(runs.get_input_details()[0]), told=tensor(runs.get_output_details()[0])
        )
        self._of_thread.running = fresh
        return fresh


def load_model(path: Path, runtime: str = LITERT) -> Model:
    """Load a .tflite and the .json beside it.

    Raises ModelRefused, in one line, when either is missing or unreadable, or the file is not the one
    (sha256, shapes, types) that the card describes; NoRuntime when ``runtime`` is not installed.
    """
    content = read_content(path)
    card = card_beside(path)
    digest = hashlib.sha256(content).hexdigest()
    if digest != card.sha256:
        raise ModelRefused(f"{path}: sha256 is {digest[:12]}..., its card says {card.sha256[:12]}...")
    return Model(content, card, runtime)


def read_content(path: Path) -> bytes:
    """Read a .tflite. Raises ModelRefused, in one line, when it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise ModelRefused(f"{path}: {error.strerror}") from error


def _refuse_if(wrong: bool, card: ModelCard, what: str, is_: object) -> None:
    if wrong:
        raise ModelRefused(f"{card.name}: {what} of the .tflite is {is_}, not what its card says")
