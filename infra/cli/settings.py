"""``horus settings``: every setting, its value here and what it means."""

from collections.abc import Iterable
from typing import Annotated

import typer

Env = Annotated[bool, typer.Option("--env", help="Print the defaults as a .env file.")]
DOTENV_HEAD = """\
# Settings of Horus, with their defaults: copy to .env and change what should differ. The environment wins
# over .env. An unknown HORUS_* or a value out of range is an error that names it.
# Made by `horus settings --env`.
"""


def settings(env: Env = False) -> None:
    """Print every setting: name, value in force, meaning. Secrets are masked.

    Settings come from the environment, then from the file .env in the current folder, then from the defaults.
    """
    from infra.settings import in_words, load

    if env:
        print(dotenv(), end="")
        return
    for line in table(in_words(load())):
        print(line)


def table(rows: Iterable[tuple[str, str, str]]) -> list[str]:
    """Return rows of (name, value, meaning) as lines in columns."""
    listed = list(rows)
    name = max((len(row[0]) for row in listed), default=0)
    value = max((len(row[1]) for row in listed), default=0)
    return [f"{row[0]:<{name}}  {row[1]:<{value}}  {row[2]}" for row in listed]


def dotenv() -> str:
    """Return the text of .env.example: every setting as a comment, with its meaning and its default."""
    from infra.settings import PER_CLASS, SRT_DEFAULT, SRT_MEANING, SRT_PREFIX, in_words, load

    lines = [DOTENV_HEAD]
    for name, value, meaning in in_words(load({}, dotenv=None)):
        lines.append(f"# {meaning}\n#{name}={'' if value == '(default)' else value}\n")
    families: dict[str, list[str]] = {SRT_MEANING: [f"{SRT_PREFIX}{SRT_DEFAULT}"]}
    for each in PER_CLASS:
        families.setdefault(each.meaning, []).extend(each.names())
    for meaning, names in families.items():
        lines.append("\n".join([f"# {meaning}", *(f"#{name}=" for name in names), ""]))
    return "\n".join(lines)
