"""Copying evidence clips into another folder: whole files or nothing, and each only once."""

import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

import msgspec

from api.routes.clips import MEDIA_TYPES
from infra.media_store import sha256_of


class SyncError(msgspec.Struct, frozen=True, kw_only=True):
    """A clip that was not copied."""

    file: str
    error: str
    """One line, without a path."""


class Synced(msgspec.Struct, frozen=True, kw_only=True):
    """What became of each clip, by file name."""

    copied: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()
    """The same bytes were there."""
    errors: tuple[SyncError, ...] = ()


def sync_clips(clips: Path, target: Path) -> Synced:
    """Copy all clips and thumbnails to a folder, which is made when it is not there.

    Files of the same size and SHA-256 are left alone; others are replaced in one step, a link at their name
    included (never what it points to). One that fails does not hold up the rest. Raises OSError when
    the folder cannot be made.
    """
    target.mkdir(parents=True, exist_ok=True)
    copied: list[str] = []
    skipped: list[str] = []
    errors: list[SyncError] = []
    for clip in _clips(clips):
        try:
            (copied if _copy(clip, target / clip.name) else skipped).append(clip.name)
        except OSError as error:
            errors.append(SyncError(file=clip.name, error=error.strerror or "not copied"))
    return Synced(copied=tuple(copied), skipped=tuple(skipped), errors=tuple(errors))


def _clips(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return sorted(
        file
        for file in folder.iterdir()
        # Half-cut ones begin with a dot (processors/evidence/cut.py); a link is no evidence of ours.
        if file.suffix in MEDIA_TYPES
        and not file.name.startswith(".")
        and not file.is_symlink()
        and file.is_file()
    )


def _copy(clip: Path, target: Path) -> bool:
    """Copy one file; False when the same bytes are there."""
    if target.is_file() and not target.is_symlink() and _same(clip, target):
        return False
    handle, name = tempfile.mkstemp(prefix=".", suffix=".part", dir=target.parent)
    try:
        with clip.open("rb") as source, os.fdopen(handle, "wb") as beside:
            shutil.copyfileobj(source, beside)
            beside.flush()
            os.fsync(beside.fileno())
        # Others than this process are to read the copy: as the clip itself.
        shutil.copymode(clip, name)
        Path(name).replace(target)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise
    return True


def _same(one: Path, other: Path) -> bool:
    return one.stat().st_size == other.stat().st_size and sha256_of(one) == sha256_of(other)
