"""The three formats that events are written in."""

import csv
from collections.abc import Callable, Sequence
from datetime import datetime
from enum import StrEnum
from pathlib import Path

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from infra.clock import iso
from infra.export.columns import Cell, Columns, Row, at, leaves


class Format(StrEnum):
    """How a file is written; also the end of its name."""

    PARQUET = "parquet"
    """Columns with types; nested fields stay nested."""
    CSV = "csv"
    """Nested fields become columns with dots in their names, lists and maps JSON text."""
    NDJSON = "ndjson"
    """A line of JSON an event, as `horus tail` prints them."""


Write = Callable[[Sequence[Row], Columns, Path], None]


def writer(kind: Format) -> Write:
    """Return what writes rows into a new file of a format."""
    return {Format.PARQUET: _parquet, Format.CSV: _csv, Format.NDJSON: _ndjson}[kind]


def _parquet(rows: Sequence[Row], columns: Columns, target: Path) -> None:
    table = pa.Table.from_pylist([columns.record(row) for row in rows], schema=columns.schema)
    pq.write_table(table, target, compression="zstd")


def _csv(rows: Sequence[Row], columns: Columns, target: Path) -> None:
    paths = tuple(leaves(columns.schema))
    with target.open("w", encoding="utf-8", newline="") as out:
        lines = csv.writer(out)
        lines.writerow([".".join(path) for path in paths])
        for row in rows:
            cells = columns.record(row)
            lines.writerow([_text(at(cells, path)) for path in paths])


def _text(cell: Cell) -> str | int | float | None:
    match cell:
        case None | str() | int() | float():
            return cell
        case datetime():
            return iso(cell)
    return msgspec.json.encode(cell).decode()


def _ndjson(rows: Sequence[Row], columns: Columns, target: Path) -> None:
    with target.open("wb") as out:
        for row in rows:
            envelope = row.envelope
            line = {
                "partition": row.partition,
                "offset": row.offset,
                "id": envelope.id,
                "type": envelope.event.TYPE,
                "time": envelope.time,
                "source": envelope.source,
                "data": envelope.event,
            }
            out.write(msgspec.json.encode(line) + b"\n")
