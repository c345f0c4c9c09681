"""The docs viewer shows the repository's Markdown and nothing else, however a name is spelt."""

from pathlib import Path

import pytest

from api import doc_shelf


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with pages, and with what must not be shown."""
    tmp_path = tmp_path_factory.mktemp("shelf")
    root = tmp_path / "repository"
    pages = {
        "pyproject.toml": "",
        "README.md": "# Read me",
        "docs/operations.md": "# Operations",
        "docs/deep/more.md": "# More",
        "docs/.hidden.md": "hidden",
        "docs/.private/page.md": "hidden",
        "docs/picture.png": "no page",
        "docs/secret": "no page",
        "examples/consumer/README.md": "# A consumer",
        "infra/helm/README.md": "# Helm",
        "api/README.md": "not in any folder",
    }
    for name, text in pages.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    outside = tmp_path / "outside.md"
    outside.write_text("SECRET")
    (tmp_path / "others").mkdir()
    (tmp_path / "others" / "page.md").write_text("SECRET")
    (root / "docs" / "link.md").symlink_to(outside)
    (root / "docs" / "linked").symlink_to(tmp_path / "others")
    (root / "docs" / "within.md").symlink_to(root / "docs" / "secret")
    (root / "docs" / "huge.md").write_bytes(b"x" * (doc_shelf.LARGEST_BYTES + 1))
    return root


def test_shelf_has_the_pages_of_each_folder_and_no_links(repository: Path) -> None:
    assert [(doc.folder, doc.name) for doc in doc_shelf.listed(repository)] == [
        ("docs", "README.md"),
        ("docs", "deep/more.md"),
        ("docs", "operations.md"),
        ("tools", "examples/consumer/README.md"),
        ("configs", "infra/helm/README.md"),
    ]


def test_page_is_found_by_the_name_on_the_list(repository: Path) -> None:
    for doc in doc_shelf.listed(repository):
        assert doc_shelf.find(doc.folder, doc.name, repository) == doc
    page = doc_shelf.find("docs", "operations.md", repository)
    assert page is not None
    assert (page.size, page.file.read_text()) == (12, "# Operations")


FOLDERS = ("docs", "tools", "configs", "", "..", "/", "docs/../..", "docs\0")


@pytest.mark.parametrize(
    "name",
    [
        *("../outside.md", "..%2foutside.md", "%2e%2e/outside.md", "..\\outside.md", "..%5coutside.md"),
        *("....//outside.md", "..;/outside.md", "deep/../../outside.md", "deep/../operations.md"),
        *("./operations.md", "operations.md/", "operations.md\0", "operations.md\0.png", "\0"),
        *("/etc/passwd", "//etc/passwd", "file:///etc/passwd", "C:\\boot.ini", "~/.ssh/id_rsa"),
        *("link.md", "linked/page.md", "within.md", ".hidden.md", ".private/page.md", "huge.md"),
        *(
            "picture.png",
            "secret",
            "",
            ".",
            "..",
            "a" * 5000,
            "OPERATIONS.MD",
            "operations。md",
            "\u202edm.snoitarepo",
        ),
        *("api/README.md", "../api/README.md", "pyproject.toml"),
    ],
)
def test_what_is_not_on_the_list_is_not_found(repository: Path, name: str) -> None:
    assert [folder for folder in FOLDERS if doc_shelf.find(folder, name, repository)] == []


def test_without_a_repository_there_are_no_pages(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "somebody-elses.md").write_text("another package's")

    assert doc_shelf.listed(tmp_path) == []


def test_our_own_shelf_has_the_readme_and_the_architecture() -> None:
    names = {doc.name for doc in doc_shelf.listed() if doc.folder == "docs"}

    assert {"README.md", "architecture.md"} <= names
