"""All published files of the contract: what they should say, and which of them do not."""

from collections.abc import Mapping
from pathlib import Path

import msgspec

from schemas.events import EVENTS
from schemas.publish.asyncapi import asyncapi
from schemas.publish.examples import example_of
from schemas.publish.history import broken, new_records, read_history
from schemas.publish.json_schema import Schema, schema_of
from schemas.publish.page import page
from schemas.upcast import EARLIER

ROOT = Path(__file__).parents[2]
PUBLISHED = Path("schemas/published")
EXAMPLES = PUBLISHED / "examples"
HISTORY = PUBLISHED / "history"
COMMAND = "make contract"


class Breaks(ValueError):
    """Today's events would break readers; the text says how, a line each, and what to do."""


def schemas() -> dict[str, Schema]:
    """Return today's schemas of every version of every event, by type."""
    return {kind: schema_of(event) for kind, event in {**EVENTS, **EARLIER}.items()}


def contract(root: Path = ROOT) -> dict[Path, str]:
    """Return every file of the contract by its path below ``root``.

    Raises Breaks when an event changed in a way that its version does not bear, NoExample when one is new and
    has no golden example.
    """
    today = schemas()
    history = read_history(root / HISTORY)
    if found := broken(today, history):
        advice = "make a new version with an upcaster: docs/events.md, 'how an event is upgraded'"
        raise Breaks("\n".join([*found, advice]))
    examples = {kind: example_of(kind, root / EXAMPLES) for kind in today}
    return {
        **{PUBLISHED / "events" / f"{kind}.json": _json(schema) for kind, schema in today.items()},
        **{HISTORY / name: _json(record) for name, record in new_records(today, history).items()},
        PUBLISHED / "asyncapi.yaml": asyncapi(),
        Path("docs/events.md"): page(today, examples),
    }


def stale(files: Mapping[Path, str], root: Path = ROOT) -> list[Path]:
    """Return which files are missing or say something else, and the schemas of events that are no more."""
    there = {each.relative_to(root) for each in (root / PUBLISHED / "events").glob("*.json")}
    extra = sorted(there - files.keys())
    return [path for path, text in files.items() if _text(root / path) != text] + extra


def write(files: Mapping[Path, str], root: Path = ROOT) -> list[Path]:
    """Bring the files up to date and return which were touched."""
    touched = stale(files, root)
    for path in touched:
        target = root / path
        if path not in files:
            target.unlink()
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(files[path], encoding="utf-8")
    return touched


def _text(file: Path) -> str | None:
    return file.read_text(encoding="utf-8") if file.is_file() else None


def _json(schema: Schema) -> str:
    return msgspec.json.format(msgspec.json.encode(schema), indent=2).decode() + "\n"
