"""The media that training may use, and the part (train, val, test) that each of it belongs to."""

import csv
import hashlib
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Literal

import msgspec

Split = Literal["train", "val", "test"]
# Shares of the sources: test is large enough to hold several of each kind, for it is what is reported.
_TRAIN_UNTIL, _VAL_UNTIL = 60, 75
# With forty films, chance alone may put most of the minutes into one part. Of the first 6000 salts this one
# comes nearest to the shares in seconds of film, speech and music at once.
_SALT = "479"

# What is a piece of one film, place or recording although its files are named apart: a word of the path or of
# the content, and the origin that all which bear it share. First hit wins.
_SAME = (
    ("Big Buck Bunny", "Big Buck Bunny"),
    ("bigbuckbunny", "Big Buck Bunny"),
    ("Sintel", "Sintel"),
    ("office webcam", "office webcam"),
    ("highway dashcam", "highway drive"),
    ("night road dashcam", "night drive"),
    ("two people indoor", "two people indoor"),
    # The same recording coded as MP3 and as AAC.
    ("human-voice", "human-voice"),
    ("obama-oilspill", "obama-oilspill"),
    # Test media of moviepy: three notes, and the soundtrack of its long example cut in three.
    ("doc_medias/long_examples", "moviepy long example"),
    ("doc_medias/example", "moviepy notes"),
    ("sounds/loops/break", "break loops"),
)
# What files without a content of their own hold: a word of the path, the tag.
_TAGS = (
    ("impulse-responses", "impulse response"),
    ("human-voice", "speech"),
    ("obama-oilspill", "speech"),
    ("198-209-0000", "speech"),
    ("3436-172162-0000", "speech"),
    ("5703-47212-0000", "speech"),
    ("humpback", "whale"),
    ("trumpet", "music solo trumpet"),
    ("librosa", "music"),
    ("sounds/loops", "music loop"),
    ("rain", "rain"),
    ("crunching", "crunching"),
)

FOLDS = 3
"""Parts of all that is not test: what is judged of one is told by models that learnt from the others."""
# Of the first 20000 salts this one shares out films, minutes, faces and photographs most evenly.
_FOLD_SALT = "16406"


class Source(msgspec.Struct, frozen=True):
    """One file of MEDIA/INDEX.csv.

    ``name`` is its path within its folder: what truth files name. ``duration_s`` is 0 for a still and
    ``fps`` for what has no frames; ``width`` and ``height`` are pixels, 0 for sound; ``rate_hz`` is 0 for
    pictures. ``content`` says in a few words what it holds ("speech", "music", "rain", "night road dashcam").
    """

    path: Path
    kind: str
    role: str
    split: Split
    name: str = ""
    origin: str = ""
    content: str = ""
    duration_s: float = 0.0
    width: int = 0
    height: int = 0
    fps: float = 0.0
    rate_hz: int = 0
    has_audio: bool = False


def read_media(text: str) -> list[Source]:
    """Read the folders that ``text`` names, as in PATH: ``first:second``.

    A file that two folders hold (same sha256) is taken once, from the first.
    Raises OSError when a folder has no INDEX.csv, KeyError when columns are missing, ValueError when ``text``
    names no folder.
    """
    folders = [Path(part) for part in text.split(os.pathsep) if part]
    if not folders:
        raise ValueError("no folder of media is named")
    seen: set[str] = set()
    sources: list[Source] = []
    for folder in folders:
        for row in _rows(folder):
            content = row.get("sha256") or str(folder / row["path"])
            if content not in seen:
                seen.add(content)
                sources.append(_source(folder, row))
    return sources


def read_index(media: Path) -> list[Source]:
    """Read MEDIA/INDEX.csv. Raises OSError when it is not there, KeyError when columns are missing."""
    return [_source(media, row) for row in _rows(media)]


def split_of(origin: str) -> Split:
    """Return the part an origin belongs to, by its hash: adding media moves no other."""
    place = _place(_SALT, origin) % 100
    return "train" if place < _TRAIN_UNTIL else "val" if place < _VAL_UNTIL else "test"


def in_fold(sources: Iterable[Source], fold: int) -> list[Source]:
    """Return what one of `FOLDS` parts of all but the test media holds, as media of training."""
    return [
        msgspec.structs.replace(source, split="train")
        for source in sources
        if source.split != "test" and _place(_FOLD_SALT, source.origin) % FOLDS == fold
    ]


def choose(
    sources: Iterable[Source], kind: str, split: Split, roles: tuple[str, ...] = ("clean", "natural-dark")
) -> list[Source]:
    """Return the sources of one kind and part, of given roles where they are pictures."""
    return [
        source
        for source in sources
        if source.kind == kind and source.split == split and (kind != "video" or source.role in roles)
    ]


def _place(salt: str, origin: str) -> int:
    return int.from_bytes(hashlib.sha256(f"{salt} {origin}".encode()).digest()[:4], "big")


def _rows(media: Path) -> list[dict[str, str]]:
    with (media / "INDEX.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _source(media: Path, row: Mapping[str, str]) -> Source:
    path, content = row["path"], row["content"]
    # A folder that knows better than its file names says so in a column of its own.
    origin = row.get("origin") or _origin(path, content)
    resolution = row.get("resolution", "")
    width, _, height = resolution.partition("x")
    return Source(
        path=media / path,
        kind=row["kind"],
        role=row["role"],
        split=split_of(origin),
        name=path,
        origin=origin,
        content=content or _tag(path),
        duration_s=float(row.get("duration") or 0),
        width=int(width) if height else 0,
        height=int(height) if height else 0,
        fps=float(row.get("fps") or 0),
        rate_hz=int(resolution[:-2]) if resolution.endswith("Hz") else 0,
        # A track that is digital silence all through is of no use as sound.
        has_audio=row.get("has_audio") == "yes",
    )


def _origin(path: str, content: str) -> str:
    """Name what a file is a piece of: pieces of one film or recording must stay in one part."""
    for word, origin in _SAME:
        if word in path or word in content:
            return origin
    name = Path(path).stem
    # ESC-10 names cuts of one recording 1-17808-A, 1-17808-B.
    return name.rsplit("-", 1)[0] if "ESC-10" in path else path


def _tag(path: str) -> str:
    """Say what a file holds whose row does not; ESC-10 says it by its folders (``002 - Rain``)."""
    if "ESC-10" in path:
        return Path(path).parent.name.partition(" - ")[2].lower()
    return next((tag for word, tag in _TAGS if word in path), "")
