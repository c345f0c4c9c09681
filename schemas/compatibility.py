"""Whether a changed event breaks its readers: today's of old events, and yesterday's of new ones. Pure.

An event's type promises its shape in both directions for as long as records of it lie in the log and programs
of others read them. What may change within a version is little: a new field with a default. Everything else
is a new version with an upcaster.
"""

from collections.abc import Iterator, Mapping
from typing import Any

Schema = Mapping[str, Any]
"""A JSON Schema, as JSON; of the form that `schemas.publish.json_schema` makes."""

# What narrows a value without being a type: must stay as it is, for it holds writers or readers to something.
BOUNDS = (
    "format",
    "pattern",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "minProperties",
    "maxProperties",
)


def breaks(old: Schema, new: Schema) -> list[str]:
    """Return why a schema ``new`` of an event may not take the place of ``old``, a sentence each.

    Both are whole documents with their ``$defs``. The sentences name the field by its path.
    """
    return list(_differences(old, new, _Roots(old, new), ""))


class _Roots:
    """The two documents, in which references are looked up."""

    def __init__(self, old: Schema, new: Schema) -> None:
        self._old, self._new = old, new

    def old(self, schema: Schema) -> Schema:
        return _resolved(schema, self._old)

    def new(self, schema: Schema) -> Schema:
        return _resolved(schema, self._new)


def _resolved(schema: Schema, root: Schema) -> Schema:
    while "$ref" in schema:
        schema = root["$defs"][str(schema["$ref"]).removeprefix("#/$defs/")]
    return schema


def _differences(old: Schema, new: Schema, roots: _Roots, path: str) -> Iterator[str]:
    old, new = roots.old(old), roots.new(new)
    if "anyOf" in old or "anyOf" in new:
        yield from _choices(old, new, roots, path)
        return
    if _kind(old) != _kind(new):
        yield f"{path or 'the event'} was {_kind(old)} and is now {_kind(new)}: one side refuses the other's"
        return
    yield from _values(old, new, path)
    for bound in BOUNDS:
        if old.get(bound) != new.get(bound):
            yield f"{path}: {bound} was {_said(old.get(bound))} and is now {_said(new.get(bound))}"
    if "properties" in old or "properties" in new:
        yield from _fields(old, new, roots, path)
    yield from _members(old, new, roots, path)


def _values(old: Schema, new: Schema, path: str) -> Iterator[str]:
    """Compare what a literal or an enum may be."""
    before, after = set(old.get("enum", ())), set(new.get("enum", ()))
    for gone in sorted(before - after, key=str):
        yield f"{path} may no longer be {gone!r}, which old events say"
    for fresh in sorted(after - before, key=str):
        yield f"{path} may now be {fresh!r}, which an old reader refuses"


def _fields(old: Schema, new: Schema, roots: _Roots, path: str) -> Iterator[str]:
    before: Schema = old.get("properties", {})
    after: Schema = new.get("properties", {})
    gone, fresh = sorted(before.keys() - after.keys()), sorted(after.keys() - before.keys())
    needed_before, needed_after = set(old.get("required", ())), set(new.get("required", ()))
    if renamed := _renamed(before, after, gone, fresh):
        yield f"{_at(path, renamed[0])} was renamed to {renamed[1]}: neither side finds what it looks for"
        gone.remove(renamed[0])
        fresh.remove(renamed[1])
    for name in gone:
        yield f"{_at(path, name)} was removed: old readers look for it, and what old events say is lost"
    for name in fresh:
        if name in needed_after:
            yield f"{_at(path, name)} is new and has no default: old events lack it"
    for name in sorted(before.keys() & after.keys()):
        yield from _field(before[name], after[name], roots, _at(path, name))
        if name in needed_after - needed_before:
            yield f"{_at(path, name)} lost its default: old events may lack it"
        if name in needed_before - needed_after:
            yield f"{_at(path, name)} may now be left out, and an old reader refuses an event without it"


def _field(old: Schema, new: Schema, roots: _Roots, path: str) -> Iterator[str]:
    if "default" in old and "default" in new and old["default"] != new["default"]:
        yield f"{path}: its default was {old['default']!r} and is now {new['default']!r}"
    yield from _differences(old, new, roots, path)


def _renamed(before: Schema, after: Schema, gone: list[str], fresh: list[str]) -> tuple[str, str] | None:
    """Return the old and the new name where one field went and one of the same shape came."""
    if len(gone) == len(fresh) == 1 and _shape(before[gone[0]]) == _shape(after[fresh[0]]):
        return gone[0], fresh[0]
    return None


def _shape(schema: Schema) -> Schema:
    return {key: value for key, value in schema.items() if key not in ("description", "title", "default")}


def _members(old: Schema, new: Schema, roots: _Roots, path: str) -> Iterator[str]:
    """Compare what lists and maps hold."""
    for word, place in (("items", f"{path}[]"), ("additionalProperties", f"{path}{{}}")):
        before, after = old.get(word), new.get(word)
        if isinstance(before, Mapping) and isinstance(after, Mapping):
            yield from _differences(before, after, roots, place)
        elif before != after:
            yield f"{place} was {_said(before)} and is now {_said(after)}"
    places, places_now = old.get("prefixItems", ()), new.get("prefixItems", ())
    if len(places) != len(places_now):
        yield f"{path} had {len(places)} places and has {len(places_now)}"
    for number, (one, other) in enumerate(zip(places, places_now, strict=False)):
        yield from _differences(one, other, roots, f"{path}[{number}]")


def _choices(old: Schema, new: Schema, roots: _Roots, path: str) -> Iterator[str]:
    """Compare unions choice by choice; what is no union counts as one of one choice."""
    before = {_kind(roots.old(each)): each for each in old.get("anyOf", (old,))}
    after = {_kind(roots.new(each)): each for each in new.get("anyOf", (new,))}
    for kind in sorted(before.keys() - after.keys()):
        yield f"{path} may no longer be {kind}, which old events say"
    for kind in sorted(after.keys() - before.keys()):
        yield f"{path} may now be {kind}, which an old reader refuses"
    for kind in sorted(before.keys() & after.keys()):
        yield from _differences(before[kind], after[kind], roots, path)


def _kind(schema: Schema) -> str:
    """Return what sort of value a resolved schema speaks of; a member of a tagged union by its tag."""
    for name, each in schema.get("properties", {}).items():
        if len(each.get("enum", ())) == 1 and name in schema.get("required", ()):
            return f"object with {name} {each['enum'][0]!r}"
    if "enum" in schema:
        return "one of a list"
    return str(schema.get("type", "anything"))


def _at(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _said(value: object) -> str:
    return "not given" if value is None else repr(value)
