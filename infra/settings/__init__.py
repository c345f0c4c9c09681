"""All settings of Horus in one typed place, read from the environment and from ``.env``."""

from infra.settings.chosen import Role, Settings
from infra.settings.families import PER_CLASS, SRT_DEFAULT, SRT_MEANING, SRT_PREFIX, PerClass
from infra.settings.reading import BadSettings, load
from infra.settings.words import in_words

__all__ = [
    "PER_CLASS",
    "SRT_DEFAULT",
    "SRT_MEANING",
    "SRT_PREFIX",
    "BadSettings",
    "PerClass",
    "Role",
    "Settings",
    "in_words",
    "load",
]
