"""The schemas that events have had: append-only records that today's are compared with."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from schemas.compatibility import breaks
from schemas.publish.json_schema import Schema

# Words for people: they may change without the wire changing.
_WORDS = ("description", "title", "$id", "$schema", "discriminator")

History = Mapping[str, tuple[Schema, ...]]
"""By event type, the schemas that it has had on the wire, oldest first."""


def wire(schema: Schema) -> Schema:
    """Return what of a schema programs depend on: all but the words for people."""
    stripped: Schema = _stripped(schema)
    return stripped


def _stripped(value: Any, *, names: bool = False) -> Any:
    """Drop the words; where the keys are names of fields or parts, all of them stay."""
    if isinstance(value, dict):
        return {
            key: _stripped(each, names=key in ("properties", "$defs") and not names)
            for key, each in value.items()
            if names or key not in _WORDS
        }
    if isinstance(value, list):
        return [_stripped(each) for each in value]
    return value


def read_history(folder: Path) -> History:
    """Return the records below a folder: ``<type>/<n>.json``."""
    return {
        each.name: tuple(
            msgspec.json.decode(record.read_bytes())
            for record in sorted(each.glob("*.json"), key=lambda record: int(record.stem))
        )
        for each in sorted(folder.iterdir())
        if each.is_dir()
    }


def broken(today: Mapping[str, Schema], history: History) -> list[str]:
    """Return every way in which today's schemas (by type) fail readers or events of the past, a line each."""
    found = [
        f"{kind} is gone: it was written, so it must stay readable (schemas/events/earlier.py)"
        for kind in sorted(history.keys() - today.keys())
    ]
    for kind in sorted(history.keys() & today.keys()):
        reasons: Iterable[str] = dict.fromkeys(
            reason for record in history[kind] for reason in breaks(record, wire(today[kind]))
        )
        found += [f"{kind}: {reason}" for reason in reasons]
    return found


def new_records(today: Mapping[str, Schema], history: History) -> dict[str, Schema]:
    """Return the records to be added, by ``<type>/<n>.json``: of types that are new or have a new field."""
    added = {}
    for kind, schema in sorted(today.items()):
        past = history.get(kind, ())
        if not past or past[-1] != wire(schema):
            added[f"{kind}/{len(past) + 1}.json"] = wire(schema)
    return added
