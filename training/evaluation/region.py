"""The part of a document that a command writes: between two marks, everything else left as it is."""

from pathlib import Path

BEGIN, END = "<!-- evaluate:begin -->", "<!-- evaluate:end -->"


class NoRegion(ValueError):
    """A document without the marks; the text is one line."""


def check_region(document: Path) -> None:
    """Make sure that a document has the marks, before hours of work. Raises NoRegion."""
    if not document.is_file():
        raise NoRegion(f"{document}: no such document")
    text = document.read_text(encoding="utf-8")
    if text.count(BEGIN) != 1 or text.count(END) != 1 or text.index(BEGIN) > text.index(END):
        raise NoRegion(f"{document}: wants one line {BEGIN} and one {END} after it")


def write_region(document: Path, written: str) -> None:
    """Put text between the marks of a document in place of what is there. Raises NoRegion, OSError."""
    check_region(document)
    text = document.read_text(encoding="utf-8")
    before, after = text[: text.index(BEGIN) + len(BEGIN)], text[text.index(END) :]
    part = document.with_suffix(".part")
    part.write_text(f"{before}\n{written.strip()}\n{after}", encoding="utf-8")
    part.replace(document)
