"""The models of an installation: the committed ones, or those that its own folder puts in their place."""

from pathlib import Path

from processors.models.card import ModelRefused
from processors.models.folder import DEFAULT_MODELS, candidates, find_model
from processors.models.layouts import LAYOUTS
from processors.models.model import Model, load_model
from processors.models.runtime import LITERT


def installed_path(category: str, folder: Path | None) -> Path:
    """Return the .tflite in use for a category ("video", "audio").

    ``folder`` (HORUS_MODELS) replaces by category: one that holds no model of it leaves the committed model
    in use. Raises ModelRefused as ``find_model``.
    """
    own = candidates(folder, category) if folder is not None else []
    return own[-1].path if own else find_model(DEFAULT_MODELS, category)


def installed_model(category: str, folder: Path | None, runtime: str = LITERT) -> Model:
    """Load the model in use for a category ("video", "audio"), ready to score what is measured today.

    Raises ModelRefused, in one line, when there is none, it is not what its card says, or it was trained
    on features that this version of Horus does not make; NoRuntime when ``runtime`` is not installed.
    """
    path = installed_path(category, folder)
    model = load_model(path, runtime)
    wanted, layout = model.card.input, LAYOUTS[category]
    if (wanted.features, wanted.shape) != (layout.features, layout.shape):
        made = f"{layout.features} {layout.shape}"
        raise ModelRefused(f"{path}: wants features {wanted.features} {wanted.shape}, Horus makes {made}")
    return model
