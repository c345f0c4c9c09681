"""Occurrences as a spreadsheet reads them; the columns are those of the original backend."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from api.ocorrencia_read import address, with_offset
from schemas.ocorrencia import Ocorrencia

FILE = "ocorrencias.csv"
MEDIA_TYPE = "text/csv; charset=utf-8"
# Without it Excel takes UTF-8 for the machine's own encoding.
BOM = "\ufeff"
COLUMNS = (
    "ID",
    "Categoria",
    "Tipo",
    "Severidade",
    "Confiança",
    "Início",
    "Fim",
    "Duração (s)",
    "Evidência (path)",
    "Descrição Humana",
)
# What makes a spreadsheet take a cell for a formula (OWASP, "CSV Injection"), full-width forms too.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def pieces(chunks: Iterable[Sequence[Ocorrencia]]) -> Iterator[bytes]:
    """Yield the file, UTF-8, piece by piece: the header first, then a piece a chunk."""
    yield (BOM + _lines([COLUMNS])).encode()
    for chunk in chunks:
        yield _lines([_row(state) for state in chunk]).encode()


def _row(state: Ocorrencia) -> tuple[str, ...]:
    return (
        str(state.id),
        cell(state.category),
        cell(state.type),
        cell(state.severity),
        f"{state.confidence:.4g}",
        with_offset(state.start_ts),
        with_offset(state.end_ts),
        str(round(state.duration_s, 3)),
        cell(address(state.evidence.clip_path) or ""),
        cell(state.evidence.human_description or ""),
    )


def cell(text: str) -> str:
    """Return a cell that no spreadsheet runs: a quote in front makes it text."""
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) else text


def _lines(rows: Sequence[Sequence[str]]) -> str:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue()
