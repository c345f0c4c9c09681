"""All models of an installation, committed and its own, each checked, and which of them are in use."""

from collections.abc import Mapping
from pathlib import Path

import msgspec

from processors.models.card import ModelRefused
from processors.models.check import Checked, check
from processors.models.folder import DEFAULT_MODELS, models_in
from processors.models.installed import installed_path
from processors.models.layout import Layout


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """One model file."""

    file: str
    committed: bool
    """It came with Horus; else it lies in the installation's own folder."""
    in_use: bool
    checked: Checked | None
    """None when it cannot be read or run at all."""
    problem: str
    """Why not, in one line; else empty."""


class Inventory(msgspec.Struct, frozen=True, kw_only=True):
    """What there is, and what keeps a start from choosing."""

    models: tuple[Listed, ...]
    problems: tuple[str, ...]
    """A line for each category for which no model can be chosen."""


def inventory(folder: Path | None, layouts: Mapping[str, Layout], runtime: str) -> Inventory:
    """List the models of ``folder`` (HORUS_MODELS) and the committed ones.

    Raises ModelRefused when ``folder`` is given and is none, NoRuntime when ``runtime`` is not installed.
    """
    used: set[Path] = set()
    problems: list[str] = []
    for category in layouts:
        try:
            used.add(installed_path(category, folder))
        except ModelRefused as refused:
            problems.append(str(refused))
    found = [(each.path, False) for each in (models_in(folder) if folder is not None else [])]
    found += [(each.path, True) for each in models_in(DEFAULT_MODELS)]
    return Inventory(
        models=tuple(_listed(path, committed, path in used, layouts, runtime) for path, committed in found),
        # Both categories may be kept back by the same file.
        problems=tuple(dict.fromkeys(problems)),
    )


def _listed(path: Path, committed: bool, in_use: bool, layouts: Mapping[str, Layout], runtime: str) -> Listed:
    checked, problem = None, ""
    try:
        checked = check(path, layouts, runtime)
    except ModelRefused as refused:
        problem = str(refused)
    return Listed(file=str(path), committed=committed, in_use=in_use, checked=checked, problem=problem)
