"""The media store: segments by name, written once, in a folder or behind any fsspec URL."""

import hashlib
import os
import shutil
from pathlib import Path
from typing import BinaryIO, cast

import fsspec
from fsspec.implementations.local import LocalFileSystem

SCHEME = "media://"


class MissingMedia(FileNotFoundError):
    """A segment that the log names is not in the store (retention took it, or the disk lost it)."""


class MediaStore:
    """Puts and opens segments named ``media://<channel>/<epoch>/<seq>.ts``."""

    def __init__(self, url: str) -> None:
        """Open a store at a folder or fsspec URL; makes the folder when it is needed."""
        self._fs, root = fsspec.core.url_to_fs(url)
        self._root = root.rstrip("/")
        self._local = isinstance(self._fs, LocalFileSystem)

    def put(self, uri: str, file: Path) -> None:
        """Move a finished local file into the store; a reader sees all of it or nothing.

        Putting the same segment again is allowed (a repeat after a crash). Raises OSError (disk full, ...).
        """
        target = self._path(uri)
        self._fs.makedirs(os.path.dirname(target), exist_ok=True)
        if not self._local:
            self._fs.put_file(str(file), target)
            file.unlink()
            return
        try:
            os.replace(file, target)
        except OSError:
            # Another file system: copy beside the target, then rename, so that nobody sees half a file.
            beside = f"{target}.part"
            shutil.copyfile(file, beside)
            os.replace(beside, target)
            file.unlink()

    def open(self, uri: str) -> BinaryIO:
        """Open a segment for reading. Raises MissingMedia."""
        try:
            return cast(BinaryIO, self._fs.open(self._path(uri), "rb"))
        except FileNotFoundError as error:
            raise MissingMedia(f"{uri} is not in the media store") from error

    def read(self, uri: str) -> bytes:
        """Return the bytes of a segment. Raises MissingMedia."""
        with self.open(uri) as file:
            return file.read()

    def exists(self, uri: str) -> bool:
        """Tell whether a segment is in the store."""
        return bool(self._fs.exists(self._path(uri)))

    def local_path(self, uri: str) -> Path | None:
        """Return the file behind a segment where the store is a folder, else None."""
        return Path(self._path(uri)) if self._local else None

    def _path(self, uri: str) -> str:
        if not uri.startswith(SCHEME):
            raise ValueError(f"{uri!r} is not a media:// name")
        parts = uri.removeprefix(SCHEME).split("/")
        if any(part in ("", ".", "..") or "\\" in part or "\0" in part for part in parts):
            raise ValueError(f"{uri!r} leaves the media store")
        return "/".join([self._root, *parts])


def segment_uri(channel: str, epoch: str, seq: int) -> str:
    """Return the name of a segment; eight digits keep a folder's listing in order for three years."""
    return f"{SCHEME}{channel}/{epoch}/{seq:08d}.ts"


def sha256_of(file: Path) -> str:
    """Return the SHA-256 of a file as lower-case hex."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
