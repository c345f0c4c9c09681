"""The media store: whole files by name, confined to its root."""

from pathlib import Path

import pytest

from infra.media_store import MediaStore, MissingMedia, segment_uri, sha256_of

URI = segment_uri("tv1", "20261122T120000.000Z", 7)


@pytest.fixture(params=["folder", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> MediaStore:
    """The same claims hold for a folder and for another file system of fsspec."""
    return MediaStore(str(tmp_path / "media") if request.param == "folder" else f"memory://{tmp_path}")


def spooled(tmp_path: Path, content: bytes) -> Path:
    file = tmp_path / "spooled.ts"
    file.write_bytes(content)
    return file


def test_what_was_put_is_read_and_the_spool_is_empty(store: MediaStore, tmp_path: Path) -> None:
    file = spooled(tmp_path, b"television")

    store.put(URI, file)

    assert store.read(URI) == b"television"
    assert store.exists(URI)
    assert not file.exists()


def test_putting_a_segment_again_after_a_crash_is_allowed(store: MediaStore, tmp_path: Path) -> None:
    store.put(URI, spooled(tmp_path, b"television"))
    store.put(URI, spooled(tmp_path, b"television"))

    assert store.read(URI) == b"television"


def test_a_segment_that_is_not_there_is_missing_media(store: MediaStore) -> None:
    with pytest.raises(MissingMedia, match="00000007"):
        store.read(URI)
    assert not store.exists(URI)


@pytest.mark.parametrize(
    "uri",
    [
        "media://../etc/passwd",
        "media://tv1/../../x.ts",
        "media:///etc/passwd",
        "media://a//b",
        "file:///x",
        "media://a/\0",
    ],
)
def test_a_name_never_leaves_the_root(store: MediaStore, uri: str) -> None:
    with pytest.raises(ValueError, match="media"):
        store.read(uri)


def test_only_a_folder_has_local_paths(tmp_path: Path) -> None:
    assert MediaStore(str(tmp_path)).local_path(URI) == tmp_path / "tv1/20261122T120000.000Z/00000007.ts"
    assert MediaStore(f"memory://{tmp_path}").local_path(URI) is None


def test_checksum_is_the_one_that_the_world_knows(tmp_path: Path) -> None:
    # FIPS 180-4's example for "abc".
    known = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

    assert sha256_of(spooled(tmp_path, b"abc")) == known
