"""The media that training may use, and the part (train, val, test) that each of it belongs to."""

import csv
import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

import msgspec

Split = Literal["train", "val", "test"]
# Shares of the sources: test is large enough to hold several of each kind, for it is what is reported.
_TRAIN_UNTIL, _VAL_UNTIL = 60, 75


class Source(msgspec.Struct, frozen=True):
    """One file of MEDIA/INDEX.csv."""

    path: Path
    kind: str
    role: str
    split: Split


def read_index(media: Path) -> list[Source]:
    """Read MEDIA/INDEX.csv. Raises OSError when it is not there, KeyError when columns are missing."""
    with (media / "INDEX.csv").open(encoding="utf-8", newline="") as file:
        return [
            Source(
                media / row["path"], row["kind"], row["role"], split_of(_origin(row["path"], row["content"]))
            )
            for row in csv.DictReader(file)
        ]


def split_of(origin: str) -> Split:
    """Return the part an origin belongs to, by its hash: adding media moves no other."""
    place = int.from_bytes(hashlib.sha256(origin.encode()).digest()[:4], "big") % 100
    return "train" if place < _TRAIN_UNTIL else "val" if place < _VAL_UNTIL else "test"


def choose(
    sources: Iterable[Source], kind: str, split: Split, roles: tuple[str, ...] = ("clean", "natural-dark")
) -> list[Source]:
    """Return the sources of one kind and part, of given roles where they are pictures."""
    return [
        source
        for source in sources
        if source.kind == kind and source.split == split and (kind != "video" or source.role in roles)
    ]


def _origin(path: str, content: str) -> str:
    """Name what a file is a piece of: pieces of one film or recording must stay in one part."""
    for film in ("Big Buck Bunny", "Sintel", "office webcam"):
        if film in content:
            return film
    name = Path(path).stem
    # ESC-10 names cuts of one recording 1-17808-A, 1-17808-B.
    return name.rsplit("-", 1)[0] if "ESC-10" in path else path
