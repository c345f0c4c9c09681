"""The columns of a topic's events: one schema for all of them, whichever of them a file holds."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

import msgspec
import pyarrow as pa
from msgspec import inspect

from schemas.envelope import Envelope
from schemas.events import Event

TIME = pa.timestamp("us", tz="UTC")
ENVELOPE = (
    pa.field("partition", pa.int32()),
    pa.field("offset", pa.int64()),
    pa.field("event_id", pa.string()),
    pa.field("event_type", pa.string()),
    pa.field("event_time", TIME),
    pa.field("event_source", pa.string()),
)
"""What every row says besides its event's own fields; the channel and the day are in the file's path."""

Cell = Any
"""A value of an event's field as plain Python: what msgspec makes of it, with times left times."""


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """An event and where it lies."""

    partition: int
    offset: int
    envelope: Envelope


class Columns(msgspec.Struct, frozen=True, kw_only=True):
    """The columns of a topic."""

    schema: pa.Schema
    as_json: frozenset[str]
    """Fields that are JSON text: no column type holds them, or two events of the topic disagree on it."""

    def record(self, row: Row) -> dict[str, Cell]:
        """Return a row's cells by column; fields that its event does not have are left out."""
        envelope = row.envelope
        cells: dict[str, Cell] = msgspec.to_builtins(envelope.event, builtin_types=(datetime,))
        del cells["channel"]
        for name in self.as_json & cells.keys():
            if cells[name] is not None:
                cells[name] = msgspec.json.encode(cells[name]).decode()
        return {
            "partition": row.partition,
            "offset": row.offset,
            "event_id": envelope.id,
            "event_type": envelope.event.TYPE,
            "event_time": envelope.time,
            "event_source": envelope.source,
            **cells,
        }


def columns_of(events: tuple[type[Event], ...]) -> Columns:
    """Return the columns of a topic that holds these events: the fields of all of them, in their order."""
    types: dict[str, pa.DataType] = {}
    as_json: set[str] = set()
    for event in events:
        info = inspect.type_info(event)
        assert isinstance(info, inspect.StructType)
        for field in info.fields:
            found = arrow_type(field.type)
            if found is None or types.get(field.encode_name, found) != found:
                as_json.add(field.encode_name)
            types.setdefault(field.encode_name, found or pa.string())
    del types["channel"]
    own = [pa.field(name, pa.string() if name in as_json else kind) for name, kind in types.items()]
    return Columns(schema=pa.schema([*ENVELOPE, *own]), as_json=frozenset(as_json))


def arrow_type(info: inspect.Type) -> pa.DataType | None:
    """Return the column type that holds a field's values, None when none does without guessing."""
    match info:
        case inspect.Metadata():
            return arrow_type(info.type)
        case inspect.BoolType():
            return pa.bool_()
        case inspect.IntType():
            return pa.int64()
        case inspect.FloatType():
            return pa.float64()
        case inspect.StrType() | inspect.EnumType() | inspect.LiteralType():
            return pa.string() if _is_text(info) else None
        case inspect.DateTimeType():
            return TIME
        case inspect.UnionType():
            choices = [each for each in info.types if not isinstance(each, inspect.NoneType)]
            return arrow_type(choices[0]) if len(choices) == 1 else None
        case inspect.VarTupleType() | inspect.ListType():
            return _of(pa.list_, arrow_type(info.item_type))
        case inspect.TupleType():
            kinds = [arrow_type(each) for each in info.item_types]
            return _of(pa.list_, kinds[0]) if kinds and all(each == kinds[0] for each in kinds) else None
        case inspect.DictType():
            return _of(lambda value: pa.map_(pa.string(), value), arrow_type(info.value_type))
        case inspect.StructType():
            return _struct(info)
    return None


def _is_text(info: inspect.StrType | inspect.EnumType | inspect.LiteralType) -> bool:
    match info:
        case inspect.LiteralType():
            return all(isinstance(each, str) for each in info.values)
        case inspect.EnumType():
            return issubclass(info.cls, str)
    return True


def _of(make: Callable[[pa.DataType], pa.DataType], kind: pa.DataType | None) -> pa.DataType | None:
    return None if kind is None else make(kind)


def _struct(info: inspect.StructType) -> pa.DataType | None:
    parts = {field.encode_name: arrow_type(field.type) for field in info.fields}
    if None in parts.values():
        return None
    return pa.struct([pa.field(name, kind) for name, kind in parts.items()])


def leaves(schema: pa.Schema) -> Iterator[tuple[str, ...]]:
    """Yield the path of each column of a format without nesting: ``("fault", "type")``."""
    for field in schema:
        yield from _leaves(field, ())


def _leaves(field: pa.Field, above: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    if pa.types.is_struct(field.type):
        for part in field.type:
            yield from _leaves(part, (*above, field.name))
    else:
        yield (*above, field.name)


def at(cells: Mapping[str, Cell], path: tuple[str, ...]) -> Cell:
    """Return what lies at a path in a row's cells, None where nothing does."""
    found: Cell = cells
    for step in path:
        if not isinstance(found, Mapping):
            return None
        found = found.get(step)
    return found
