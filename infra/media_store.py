"""The media store: segments by name, written once, in a folder or behind any fsspec URL."""

import hashlib
import os
import shutil
from collections.abc import Collection, Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, cast

import fsspec
import msgspec
from fsspec.implementations.local import LocalFileSystem

SCHEME = "media://"


class MissingMedia(FileNotFoundError):
    """A segment that the log names is not in the store (retention took it, or the disk lost it)."""


class Stored(msgspec.Struct, frozen=True, kw_only=True):
    """A file that lies in the store."""

    uri: str
    size: int
    """Bytes."""
    written: float
    """Seconds since 1970 at which it was written."""


class MediaStore:
    """Puts and opens segments named ``media://<channel>/<epoch>/<seq>.ts``."""

    def __init__(self, url: str) -> None:
        """Open a store at a folder or fsspec URL; makes the folder when it is needed."""
        self._fs, root = fsspec.core.url_to_fs(url)
        self._root = root.rstrip("/")
        self._local = isinstance(self._fs, LocalFileSystem)

    @property
    def root(self) -> Path | None:
        """Return the store's folder, None where it is none."""
        return Path(self._root) if self._local else None

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

    def missing(self, uris: Collection[str]) -> frozenset[str]:
        """Return those names that are not in the store (any more)."""
        if self._local:
            return frozenset(uri for uri in uris if not Path(self._path(uri)).exists())
        # Elsewhere a question costs a round trip: one a folder, not one a file.
        self._fs.invalidate_cache()
        asked = {uri.removeprefix(SCHEME).rpartition("/")[0] for uri in uris}
        return frozenset(uris) - {stored.uri for folder in asked for stored in self.listing(folder)}

    def folders(self, under: str = "") -> Iterator[str]:
        """Yield every folder in the store (``<channel>``, ``<channel>/<epoch>``), each before those in it;
        or one and all in it."""
        self._fs.invalidate_cache()
        waiting = [under]
        while waiting:
            folder = waiting.pop()
            if folder:
                yield folder
            inside = sorted(self._inside(folder), reverse=True)
            waiting += [f"{folder}/{name}".lstrip("/") for name in inside]

    def listing(self, folder: str) -> Iterator[Stored]:
        """Yield the files of one folder, links left out; nothing when it is not there."""
        prefix = f"{SCHEME}{folder}/" if folder else SCHEME
        with suppress(FileNotFoundError, NotADirectoryError):
            if not self._local:
                for info in self._fs.ls(self._place(folder), detail=True):
                    if info["type"] == "file":
                        size, written = int(info["size"] or 0), _written(info)
                        yield Stored(uri=prefix + _name(info), size=size, written=written)
                return
            with os.scandir(self._place(folder)) as entries:
                for entry in entries:
                    if entry.is_file(follow_symlinks=False):
                        with suppress(FileNotFoundError):
                            stat = entry.stat()
                            uri = prefix + entry.name
                            yield Stored(uri=uri, size=stat.st_size, written=stat.st_mtime)

    def remove(self, uri: str) -> bool:
        """Remove a file; tell whether it was there (a bucket always says yes). Raises OSError."""
        try:
            self._fs.rm_file(self._path(uri))
        except FileNotFoundError:
            return False
        return True

    def remove_folder(self, folder: str, before: float) -> None:
        """Remove a folder that is empty and unchanged since ``before`` (seconds since 1970).

        Only where the store is a folder: elsewhere there are none without files.
        """
        if not self._local:
            return
        path = Path(self._path(f"{SCHEME}{folder}"))
        # Not empty, or gone by another hand.
        with suppress(OSError):
            if path.stat().st_mtime < before:
                path.rmdir()

    def local_path(self, uri: str) -> Path | None:
        """Return the file behind a segment where the store is a folder, else None."""
        return Path(self._path(uri)) if self._local else None

    def _inside(self, folder: str) -> list[str]:
        """Return the names of the folders in a folder; links are none."""
        # Whatever is removed while we look is not there.
        with suppress(FileNotFoundError, NotADirectoryError):
            if not self._local:
                found = self._fs.ls(self._place(folder), detail=True)
                return [_name(info) for info in found if info["type"] == "directory"]
            with os.scandir(self._place(folder)) as entries:
                return [entry.name for entry in entries if entry.is_dir(follow_symlinks=False)]
        return []

    def _place(self, folder: str) -> str:
        return self._path(f"{SCHEME}{folder}") if folder else self._root

    def _path(self, uri: str) -> str:
        if not uri.startswith(SCHEME):
            raise ValueError(f"{uri!r} is not a media:// name")
        parts = uri.removeprefix(SCHEME).split("/")
        if any(part in ("", ".", "..") or "\\" in part or "\0" in part for part in parts):
            raise ValueError(f"{uri!r} leaves the media store")
        return "/".join([self._root, *parts])


def _name(info: dict[str, Any]) -> str:
    return str(info["name"]).rstrip("/").rpartition("/")[2]


def _written(info: dict[str, Any]) -> float:
    """Return when a file was written; each file system of fsspec names it otherwise.

    One that does not tell says for ever young: retention must not guess.
    """
    for name in ("mtime", "LastModified", "last_modified", "updated", "created"):
        moment = info.get(name)
        if isinstance(moment, datetime):
            return moment.timestamp()
        if isinstance(moment, int | float):
            return float(moment)
    return float("inf")


def segment_uri(channel: str, epoch: str, seq: int) -> str:
    """Return the name of a segment; eight digits keep a folder's listing in order for three years."""
    return f"{SCHEME}{channel}/{epoch}/{seq:08d}.ts"


def sha256_of(file: Path) -> str:
    """Return the SHA-256 of a file as lower-case hex."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
