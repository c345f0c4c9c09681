"""The repository's Markdown, by folder and name: what is not on the list cannot be asked for."""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal, get_args

import msgspec

Folder = Literal["docs", "tools", "configs"]
"""``docs``: the manual and the README; ``tools``: what lies beside programs that people run (examples,
benchmarks, training); ``configs``: beside what an installation is set up with (infra)."""

ROOT = Path(__file__).parents[1]
PLACES: dict[Folder, tuple[str, ...]] = {
    "docs": ("README.md", "docs"),
    "tools": ("examples", "benchmarks", "training"),
    "configs": ("infra",),
}
# The longest page here has 20 KB; a page of a megabyte is no page, and is left off the list.
LARGEST_BYTES = 1_000_000


class Doc(msgspec.Struct, frozen=True, kw_only=True):
    """A page on the shelf."""

    folder: Folder
    name: str
    """Path below the repository without the folder's own name: ``operations.md``, ``examples/README.md``."""
    file: Path
    size: int
    """Bytes."""
    mtime: float
    """Seconds since 1970."""


def listed(root: Path = ROOT) -> list[Doc]:
    """Return every page there is, by folder and name; links, hidden files and oversized ones are left out.

    Empty where Horus was installed without its repository.
    """
    if not (root / "pyproject.toml").is_file():
        return []
    return [
        doc
        for folder in get_args(Folder)
        for place in PLACES[folder]
        for doc in sorted(_pages(root, folder, root / place), key=lambda doc: doc.name)
    ]


def find(folder: str, name: str, root: Path = ROOT) -> Doc | None:
    """Return the page of exactly this folder and name, None if it is not on the list.

    Nothing is joined to a path: a name that is no page's, however it is spelt, is just not found.
    """
    return next((doc for doc in listed(root) if (doc.folder, doc.name) == (folder, name)), None)


def _pages(root: Path, folder: Folder, place: Path) -> Iterator[Doc]:
    if place.is_symlink():
        return
    files = [place] if place.is_file() else place.rglob("*.md")
    for file in files:
        inside = file.relative_to(root)
        if any(part.startswith(".") for part in inside.parts) or not _own(root, file):
            continue
        stat = file.stat()
        if stat.st_size <= LARGEST_BYTES:
            name = inside.as_posix().removeprefix("docs/") if folder == "docs" else inside.as_posix()
            yield Doc(folder=folder, name=name, file=file, size=stat.st_size, mtime=stat.st_mtime)


def _own(root: Path, file: Path) -> bool:
    """Tell whether a file lies where its path says, through no link."""
    return file.is_file() and file.resolve() == root.resolve() / file.relative_to(root)
