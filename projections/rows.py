"""An occurrence as a row and back: the only place that knows both the contract and the columns."""

from collections.abc import Sequence

import msgspec

from projections.copy_text import NULL, escaped
from projections.projection import Values
from schemas.events.ocorrencias import Evidence
from schemas.ocorrencia import Ack, Edit, Ocorrencia

COLUMNS: tuple[str, ...] = (
    "id",
    "uid",
    "channel",
    "category",
    "type",
    "severity",
    "confidence",
    "start_ts",
    "end_ts",
    "duration_s",
    "status",
    "evidence",
    "created_at",
    "version",
    "applied",
    "last_offset",
    "offsets",
    "ack",
    "first_ack_at",
    "edited",
    "deleted",
)
"""Columns in the order of `copy_line`."""


_encode = msgspec.json.Encoder().encode


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """What a row of ``ocorrencias`` holds."""

    ocorrencia: Ocorrencia
    last_offset: int
    """Offset of the last event that changed it."""


def from_values(found: Values) -> Row:
    """Read an occurrence back. Raises msgspec.ValidationError when the row is none of this contract's."""
    state = {name: found[name] for name in Ocorrencia.__struct_fields__}
    state["evidence"] = msgspec.convert(found["evidence"], Evidence)
    state["ack"] = msgspec.convert(found["ack"], Ack | None)
    state["edited"] = msgspec.convert(found["edited"], Edit | None)
    return Row(
        ocorrencia=msgspec.convert(state, Ocorrencia), last_offset=msgspec.convert(found["last_offset"], int)
    )


def values(row: Row) -> Values:
    """Return what the database shall give back for a row."""
    state = row.ocorrencia
    return {
        **msgspec.structs.asdict(state),
        "severity": state.severity.value,
        "evidence": _parsed(state.evidence),
        "applied": list(state.applied),
        "offsets": list(state.offsets),
        "ack": _parsed(state.ack),
        "edited": _parsed(state.edited),
        "last_offset": row.last_offset,
    }


def _parsed(value: msgspec.Struct | None) -> object:
    """Return what JSON makes of a value: dicts and lists, and times as text."""
    return msgspec.json.decode(_encode(value))


def copy_line(row: Row) -> str:
    """Return a row as a line of PostgreSQL's COPY text format, its end included."""
    state = row.ocorrencia
    # One string at a stroke: numbers, times and grades hold nothing that COPY would misread.
    return (
        f"{state.id}\t{escaped(state.uid)}\t{escaped(state.channel)}\t{escaped(state.category)}\t"
        f"{escaped(state.type)}\t{state.severity.value}\t{state.confidence!r}\t{state.start_ts.isoformat()}\t"
        f"{state.end_ts.isoformat()}\t{state.duration_s!r}\t{state.status}\t{_json(state.evidence)}\t"
        f"{state.created_at.isoformat()}\t{state.version}\t{_array(state.applied)}\t{row.last_offset}\t"
        f"{{{','.join(map(str, state.offsets))}}}\t{_json(state.ack)}\t"
        f"{state.first_ack_at.isoformat() if state.first_ack_at else NULL}\t{_json(state.edited)}\t"
        f"{'t' if state.deleted else 'f'}\n"
    )


def _json(value: msgspec.Struct | None) -> str:
    return NULL if value is None else escaped(_encode(value).decode())


def _array(words: Sequence[str]) -> str:
    if not words:
        return "{}"
    joined = '","'.join(words)
    # Ids are plain words but for those that somebody made up.
    if "\\" in joined or joined.count('"') != 2 * (len(words) - 1):
        joined = '","'.join(word.replace("\\", "\\\\").replace('"', '\\"') for word in words)
    return escaped(f'{{"{joined}"}}')
