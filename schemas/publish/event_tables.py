"""An event in words: its fields with types and meaning, as Markdown, made from its JSON Schema."""

from collections.abc import Mapping
from typing import Any

import msgspec

from schemas.publish.examples import Example
from schemas.publish.json_schema import Schema


def fields(schema: Mapping[str, Any]) -> list[str]:
    """Return the table of an object's fields as lines of Markdown."""
    needed = set(schema.get("required", ()))
    lines = ["| field | type | means |", "|---|---|---|"]
    for name, shape in schema.get("properties", {}).items():
        means = _meaning(shape)
        if name not in needed and shape.get("default") not in (None, "", [], {}):
            means = f"{means} Default: `{msgspec.json.encode(shape['default']).decode()}`.".strip()
        lines.append(f"| `{name}`{'' if name in needed else ' ?'} | {type_words(shape)} | {means} |")
    return lines


def type_words(shape: Mapping[str, Any]) -> str:
    """Return what a value may be: ``list of number``, a link to a part, the words of an enum."""
    if "$ref" in shape:
        part = str(shape["$ref"]).rpartition("/")[2]
        return f"[{part}](#{part.lower()})"
    if "anyOf" in shape:
        return " or ".join(type_words(each) for each in shape["anyOf"])
    if "enum" in shape:
        return ", ".join(f"`{each}`" for each in shape["enum"])
    match shape.get("type"):
        case "array" if "prefixItems" in shape:
            return "list of " + ", ".join(type_words(each) for each in shape["prefixItems"])
        case "array":
            return f"list of {type_words(shape['items'])}"
        case "object":
            return f"map of {type_words(shape['additionalProperties'])}"
        case "string" if shape.get("format") == "date-time":
            return "time"
        case found:
            return str(found or "anything")


def example_block(example: Example) -> list[str]:
    """Return a record as it lies in the log, as a block of Markdown; one field of the value a line."""
    headers = [f"{name}: {value}" for name, value in example.headers.items()]
    values = [f'  "{name}": {_compact(value)}' for name, value in example.value.items()]
    return ["```text", f"key: {example.key}", *headers, "", "{", *",\n".join(values).splitlines(), "}", "```"]


def parts_of(schemas: Mapping[str, Schema]) -> dict[str, Schema]:
    """Return what events are made of, by name, in the order of the alphabet."""
    found: dict[str, Schema] = {}
    for schema in schemas.values():
        found |= schema.get("$defs", {})
    return dict(sorted(found.items()))


def _compact(value: object) -> str:
    return msgspec.json.format(msgspec.json.encode(value), indent=0).decode()


def _meaning(shape: Mapping[str, Any]) -> str:
    return str(shape.get("description", "")).replace("``", "`").replace("|", "\\|")
