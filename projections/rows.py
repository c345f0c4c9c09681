"""An occurrence as a row and back: the only place that knows both the contract and the columns."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from projections.copy_text import NULL, escaped
from projections.projection import Values
from schemas.events.ocorrencias import Evidence
from schemas.ocorrencia import Ack, Edit, Ocorrencia, State

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


class _LastOffset(msgspec.Struct, frozen=True):
    last_offset: int


_ocorrencia = msgspec.json.Decoder(Ocorrencia)
_last_offset = msgspec.json.Decoder(_LastOffset)


def from_json(found: str) -> Row:
    """Read an occurrence back from what ``row_to_json`` makes of its row. Raises like `from_values`."""
    return Row(ocorrencia=_ocorrencia.decode(found), last_offset=_last_offset.decode(found).last_offset)


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
    return copied(row.ocorrencia, row.last_offset)


def copied(state: State, last_offset: int) -> str:
    """Return an occurrence that an event at ``last_offset`` changed last as `copy_line` does."""
    first_ack = NULL if state.first_ack_at is None else _time(state.first_ack_at)
    # One string at a stroke: numbers, times and grades hold nothing that COPY would misread.
    return (
        f"{state.id}\t{escaped(state.uid)}\t{escaped(state.channel)}\t{escaped(state.category)}\t"
        f"{escaped(state.type)}\t{state.severity}\t{_tabbed(state)}\t{state.status}\t{_json(state.evidence)}\t"
        f"{_time(state.created_at)}\t{state.version}\t{_words(state.applied)}\t{last_offset}\t"
        f"{{{_bare(state.offsets)[1:-1]}}}\t{_json(state.ack)}\t{first_ack}\t{_json(state.edited)}\t"
        f"{'t' if state.deleted else 'f'}\n"
    )


# JSON is how msgspec writes numbers and times in a fifth of the time that Python takes for them.


def _tabbed(state: State) -> str:
    """Return confidence, start, end and duration between tabs; at one stroke, as none of them has a comma."""
    return (
        _bare((state.confidence, state.start_ts, state.end_ts, state.duration_s))[1:-1]
        .replace(",", "\t")
        .replace("Z", "+00:00")
    )


def _time(moment: datetime) -> str:
    return _bare(moment).replace("Z", "+00:00")


def _bare(values: object) -> str:
    return _encode(values).decode().replace('"', "")


def _json(value: msgspec.Struct | None) -> str:
    if value is None:
        return NULL
    text = _encode(value).decode()
    # Of what COPY would misread JSON holds backslashes alone.
    return text.replace("\\", "\\\\") if "\\" in text else text


def _words(words: Sequence[str]) -> str:
    listed = _encode(words).decode()[1:-1]
    if "\\" in listed:
        # Only then does an array not quote as JSON does. Ids are plain words but for those somebody made up.
        quoted = (word.replace("\\", "\\\\").replace('"', '\\"') for word in words)
        listed = escaped(",".join(f'"{word}"' for word in quoted))
    return f"{{{listed}}}"
