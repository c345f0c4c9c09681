"""The JSON Schema (draft 2020-12) of an event, with what its fields mean."""

from collections.abc import Iterator
from typing import Any

import msgspec

from schemas.events.event import Event
from schemas.publish.field_docs import field_docs, summary

DRAFT = "https://json-schema.org/draft/2020-12/schema"
Schema = dict[str, Any]
"""A JSON Schema, as JSON."""


def schema_of(kind: type[Event]) -> Schema:
    """Return the schema of an event's value: the event itself at the top, what it is made of in ``$defs``.

    Unknown fields are allowed on purpose: a reader must bear those of a later day.
    """
    made = msgspec.json.schema(kind)
    parts: dict[str, Schema] = made["$defs"]
    for struct in _structs(msgspec.inspect.type_info(kind)):
        _explain(parts[struct.__name__], struct)
    for part in parts.values():
        if "description" in part:
            part["description"] = " ".join(str(part["description"]).split())
    top = parts.pop(kind.__name__)
    top["title"] = kind.TYPE
    whole = {"$schema": DRAFT, "$id": f"urn:horus:schema:{kind.TYPE}", **top, **_defs(parts)}
    # Through JSON once: defaults are tuples in the code, and lists in what was written to a file.
    plain: Schema = msgspec.json.decode(msgspec.json.encode(whole))
    return plain


def _defs(parts: dict[str, Schema]) -> Schema:
    return {"$defs": dict(sorted(parts.items()))} if parts else {}


def _explain(part: Schema, struct: type[msgspec.Struct]) -> None:
    """Write into a part's schema what msgspec leaves out: meanings, and that a time is one."""
    docs = field_docs(struct)
    part["description"] = summary(struct)
    for field in msgspec.inspect.type_info(struct).fields:  # type: ignore[attr-defined]
        property_ = part["properties"][field.encode_name]
        _mark_times(property_, field.type)
        if field.name in docs:
            property_["description"] = docs[field.name]


def _mark_times(schema: Schema, info: msgspec.inspect.Type) -> None:
    """Give every ``datetime`` in a field its format; msgspec calls it a mere string."""
    match info:
        case msgspec.inspect.DateTimeType():
            schema["format"] = "date-time"
        case msgspec.inspect.UnionType():
            for choice in schema["anyOf"]:
                if choice.get("type") == "string" and _holds_time(info):
                    choice["format"] = "date-time"
        case msgspec.inspect.VarTupleType() | msgspec.inspect.ListType():
            _mark_times(schema["items"], info.item_type)
        case msgspec.inspect.DictType():
            _mark_times(schema["additionalProperties"], info.value_type)
        case _:
            pass


def _holds_time(union: msgspec.inspect.UnionType) -> bool:
    return any(isinstance(each, msgspec.inspect.DateTimeType) for each in union.types)


def _structs(info: msgspec.inspect.Type) -> Iterator[type[msgspec.Struct]]:
    """Yield a struct and all that it is made of."""
    match info:
        case msgspec.inspect.StructType():
            yield info.cls
            for field in info.fields:
                yield from _structs(field.type)
        case msgspec.inspect.UnionType():
            for each in info.types:
                yield from _structs(each)
        case msgspec.inspect.VarTupleType() | msgspec.inspect.ListType():
            yield from _structs(info.item_type)
        case msgspec.inspect.DictType():
            yield from _structs(info.value_type)
        case _:
            pass
