"""What of the media store may be served."""

from pathlib import Path

import pytest

from api.kept import kept
from infra.media_store import MediaStore, MissingMedia, segment_uri

URI = segment_uri("tv1", "20261123T000000.000Z", 7)


def put(root: Path, content: bytes) -> Path:
    file = MediaStore(str(root)).local_path(URI)
    assert file is not None
    file.parent.mkdir(parents=True)
    file.write_bytes(content)
    return file


def test_file_in_the_store_is_given_though_the_store_itself_is_a_link(tmp_path: Path) -> None:
    file = put(tmp_path / "disk", b"media")
    (tmp_path / "media").symlink_to(tmp_path / "disk")
    assert kept(MediaStore(str(tmp_path / "media")), URI) == file


def test_link_out_of_the_store_is_no_media(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("root:x:0:0")
    file = put(tmp_path / "media", b"")
    file.unlink()
    file.symlink_to(secret)
    with pytest.raises(MissingMedia):
        kept(MediaStore(str(tmp_path / "media")), URI)


def test_folder_that_is_a_link_out_of_the_store_holds_no_media(tmp_path: Path) -> None:
    put(tmp_path / "elsewhere", b"media")
    (tmp_path / "media").mkdir()
    (tmp_path / "media" / "tv1").symlink_to(tmp_path / "elsewhere" / "tv1")
    with pytest.raises(MissingMedia):
        kept(MediaStore(str(tmp_path / "media")), URI)


def test_links_in_a_circle_and_names_too_long_are_no_media(tmp_path: Path) -> None:
    file = put(tmp_path, b"")
    file.unlink()
    file.symlink_to(file)
    for uri in (URI, segment_uri("c" * 300, "20261123T000000.000Z", 1)):
        with pytest.raises(MissingMedia):
            kept(MediaStore(str(tmp_path)), uri)


def test_store_elsewhere_has_no_files_here() -> None:
    assert kept(MediaStore("memory://media"), URI) is None
