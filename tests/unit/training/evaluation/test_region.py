"""A command writes its part of a document, and nothing else of it."""

from pathlib import Path

import pytest

from training.evaluation.region import BEGIN, END, NoRegion, check_region, write_region


def test_only_what_lies_between_the_marks_changes(tmp_path: Path) -> None:
    document = tmp_path / "models.md"
    document.write_text(f"# Before\n{BEGIN}\nold\n{END}\nafter\n")
    write_region(document, "new\n")
    write_region(document, "newer\n")
    assert document.read_text() == f"# Before\n{BEGIN}\nnewer\n{END}\nafter\n"


@pytest.mark.parametrize("text", ["nothing", f"{END} {BEGIN}", f"{BEGIN} {BEGIN} {END}"])
def test_a_document_without_its_marks_is_refused_and_kept(tmp_path: Path, text: str) -> None:
    document = tmp_path / "models.md"
    document.write_text(text)
    with pytest.raises(NoRegion, match=r"models\.md"):
        write_region(document, "new")
    assert document.read_text() == text


def test_a_missing_document_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NoRegion, match="no such document"):
        check_region(tmp_path / "models.md")
