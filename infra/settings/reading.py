"""Reading the settings, and saying what is wrong with them."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dotenv import dotenv_values
from pydantic import ValidationError

from infra.settings.chosen import Settings
from infra.settings.families import PER_CLASS, SRT_PREFIX

OWN_PREFIX = "HORUS_"
SECRETS = frozenset({"HORUS_ADMIN_KEY", "HORUS_WEBHOOK_KEY", "HORUS_SEAL_KEY", "DATABASE_URL"})


class BadSettings(ValueError):
    """Settings that cannot hold; the text names each one and what is wrong, a line each."""


def load(environ: Mapping[str, str] | None = None, dotenv: Path | None = Path(".env")) -> Settings:
    """Read the settings: the environment first, then ``.env``, then the defaults.

    Raises BadSettings, naming every unknown ``HORUS_*`` or member of PER_CLASS and every value out of range.
    """
    given: dict[str, str] = {}
    if dotenv is not None and dotenv.is_file():
        given.update({name: value for name, value in dotenv_values(dotenv).items() if value is not None})
    given.update(os.environ if environ is None else environ)
    by_class = {name: (each.field, fault) for each in PER_CLASS for name, fault in each.names().items()}
    values: dict[str, Any] = {each.field: {} for each in PER_CLASS}
    values["srt_stream_urls"] = {
        name.removeprefix(SRT_PREFIX): value
        for name, value in given.items()
        if name.startswith(SRT_PREFIX) and value
    }
    known = Settings.model_fields.keys() - values.keys()
    wrong: list[str] = []
    for name, value in given.items():
        if name.lower() in known or name in by_class:
            if value == "":
                continue
            if name in by_class:
                field, fault = by_class[name]
                values[field][fault] = value
            else:
                values[name.lower()] = value
        elif name.startswith((OWN_PREFIX, *(each.prefix for each in PER_CLASS))):
            wrong.append(f"{name}: no such setting (`horus settings` lists them)")
    try:
        settings = Settings(**values)
    except ValidationError as error:
        wrong += [_complaint(problem["loc"], problem["msg"], problem["input"]) for problem in error.errors()]
    if wrong:
        raise BadSettings("\n".join(wrong))
    return settings


def _complaint(where: tuple[int | str, ...], message: str, value: object) -> str:
    name = str(where[0]).upper()
    if len(where) > 1:
        members = [(each.field, names) for each in PER_CLASS for names in each.names().items()]
        name = next(name for field, (name, fault) in members if (field, fault) == where[:2])
    shown = "***" if name in SECRETS else value
    return f"{name}={shown}: {message}"
