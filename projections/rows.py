"""An occurrence as a row and back: the only place that knows both the contract and the columns."""

from collections.abc import Sequence

import msgspec

from projections.tables import OcorrenciaColumns
from schemas.ocorrencia import Ocorrencia

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


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """What a row of ``ocorrencias`` holds."""

    ocorrencia: Ocorrencia
    last_offset: int
    """Offset of the last event that changed it."""


def from_row(row: OcorrenciaColumns) -> Row:
    """Read an occurrence back. Raises msgspec.ValidationError when the row is none of this contract's."""
    return Row(ocorrencia=row.state(), last_offset=row.last_offset)


def copy_line(row: Row) -> str:
    """Return a row as a line of PostgreSQL's COPY text format, its end included."""
    state = row.ocorrencia
    return _line(
        (
            str(state.id),
            state.uid,
            state.channel,
            state.category,
            state.type,
            state.severity.value,
            repr(state.confidence),
            state.start_ts.isoformat(),
            state.end_ts.isoformat(),
            repr(state.duration_s),
            state.status,
            msgspec.json.encode(state.evidence).decode(),
            state.created_at.isoformat(),
            str(state.version),
            _array(state.applied),
            str(row.last_offset),
            "{" + ",".join(map(str, state.offsets)) + "}",
            _json(state.ack),
            state.first_ack_at.isoformat() if state.first_ack_at else None,
            _json(state.edited),
            "t" if state.deleted else "f",
        )
    )


def _json(value: msgspec.Struct | None) -> str | None:
    return None if value is None else msgspec.json.encode(value).decode()


def _array(words: Sequence[str]) -> str:
    quoted = (word.replace("\\", "\\\\").replace('"', '\\"') for word in words)
    return "{" + ",".join(f'"{word}"' for word in quoted) + "}"


# COPY's text format: https://www.postgresql.org/docs/current/sql-copy.html ("Text Format").
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def _line(values: Sequence[str | None]) -> str:
    return "\t".join("\\N" if value is None else value.translate(_ESCAPES) for value in values) + "\n"
