"""A piece of made media, and the INDEX.csv that names them all."""

import csv
import hashlib
from pathlib import Path

import msgspec

COLUMNS = (
    *("path", "repo", "commit", "original_path", "licence", "licence_file", "kind", "role", "duration"),
    *("resolution", "fps", "has_audio", "content", "sha256", "size", "origin"),
)
# Formulas of this repository have no author but ours.
OWN_LICENCE = "same as this repository"


class Piece(msgspec.Struct, frozen=True, kw_only=True):
    """One file of the folder. ``duration_s`` and ``fps`` are 0 for a still, ``rate_hz`` for pictures.

    ``origin`` is what it shares with all pieces that must stay in one part: a voice, a landscape, a song.
    """

    path: str
    kind: str
    role: str
    content: str
    origin: str
    maker: str = "training.gather"
    version: str = ""
    licence: str = OWN_LICENCE
    duration_s: float = 0.0
    width: int = 0
    height: int = 0
    fps: float = 0.0
    rate_hz: int = 0
    sha256: str = ""
    size: int = 0


def sealed(folder: Path, piece: Piece) -> Piece:
    """Return a piece with the hash and the size of its file. Raises OSError when there is none."""
    content = (folder / piece.path).read_bytes()
    return msgspec.structs.replace(piece, sha256=hashlib.sha256(content).hexdigest(), size=len(content))


def index_row(piece: Piece) -> dict[str, str]:
    """Return the row of INDEX.csv for a sealed piece; the keys are ``COLUMNS``."""
    resolution = f"{piece.rate_hz}Hz" if piece.rate_hz else f"{piece.width}x{piece.height}"
    return {
        "path": piece.path,
        "repo": piece.maker,
        "commit": piece.version,
        "original_path": piece.origin,
        "licence": piece.licence,
        "licence_file": "",
        "kind": piece.kind,
        "role": piece.role,
        "duration": f"{piece.duration_s:g}" if piece.duration_s else "",
        "resolution": resolution,
        "fps": f"{piece.fps:g}" if piece.fps else "",
        "has_audio": "yes" if piece.rate_hz else "no" if piece.kind == "video" else "",
        "content": piece.content,
        "sha256": piece.sha256,
        "size": str(piece.size),
        "origin": piece.origin,
    }


def read_pieces(folder: Path) -> list[Piece]:
    """Return the pieces that FOLDER/INDEX.csv names and whose files are whole; none when there is no index.

    Raises KeyError when the index is of another form, ValueError when its numbers are none.
    """
    try:
        with (folder / "INDEX.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
    except FileNotFoundError:
        return []
    return [_piece(row) for row in rows if _whole(folder / row["path"], int(row["size"]))]


def write_index(folder: Path, pieces: list[Piece]) -> None:
    """Write FOLDER/INDEX.csv for sealed pieces, at once: a reader never sees half of it."""
    partial = folder / "INDEX.csv.part"
    with partial.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        for piece in sorted(pieces, key=lambda piece: piece.path):
            writer.writerow(index_row(piece))
    partial.replace(folder / "INDEX.csv")


def _whole(path: Path, size: int) -> bool:
    return path.is_file() and path.stat().st_size == size


def _piece(row: dict[str, str]) -> Piece:
    width, _, height = row["resolution"].partition("x")
    return Piece(
        path=row["path"],
        kind=row["kind"],
        role=row["role"],
        content=row["content"],
        origin=row["origin"],
        maker=row["repo"],
        version=row["commit"],
        licence=row["licence"],
        duration_s=float(row["duration"] or 0),
        width=int(width) if height else 0,
        height=int(height) if height else 0,
        fps=float(row["fps"] or 0),
        rate_hz=0 if height else int(width.removesuffix("Hz")),
        sha256=row["sha256"],
        size=int(row["size"]),
    )
