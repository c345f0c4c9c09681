"""Settings of the decisions, changed for one run: a file's analysis, a replay."""

import os
from collections.abc import Iterable, Mapping

from infra.settings.chosen import Settings
from infra.settings.families import PER_CLASS
from infra.settings.reading import load


class BadChange(ValueError):
    """What is to be changed is no setting of the decisions; the text says what would be."""


def changes(pairs: Iterable[str]) -> dict[str, str]:
    """Return what NAME=VALUE pairs change, by name in capitals. Raises BadChange."""
    whole = sorted(name.upper() for name in Settings.model_fields if name.startswith(("video_", "audio_")))
    families = {f"{each.prefix}<CLASS>": each.names() for each in PER_CLASS}
    known = {*whole, *(name for names in families.values() for name in names)}
    changed = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not value.strip():
            raise BadChange(f"{pair}: wants NAME=VALUE, e.g. VIDEO_THRESH_FADE=0.6")
        if name.strip().upper() not in known:
            there = ", ".join([*whole, *families])
            raise BadChange(f"{name}: no setting of the decisions; there are: {there}")
        changed[name.strip().upper()] = value.strip()
    return changed


def load_changed(changed: Mapping[str, str]) -> Settings:
    """Return the installation's settings with some changed. Raises BadSettings."""
    return load({**os.environ, **changed})
