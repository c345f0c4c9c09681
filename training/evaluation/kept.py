"""Results kept beside the programmes' files: measuring the same hours of television again teaches nothing."""

import hashlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

import msgspec

Result = TypeVar("Result", bound=msgspec.Struct)


def kept(folder: Path, key: str, kind: type[Result], make: Callable[[], Result]) -> Result:
    """Return what ``make`` returned for this key before, read back from ``folder``, or make and keep it.

    A file there that is no ``kind`` (cut off, or of an older form) is made anew. Raises OSError when the
    folder cannot be written, and what ``make`` raises.
    """
    path = folder / f"{key}.json"
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except (OSError, msgspec.MsgspecError):
        result = make()
    folder.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_bytes(msgspec.json.encode(result))
    part.replace(path)
    return result


def key_of(media: Path, *others: str) -> str:
    """Return a key for a result about a file: its name, size and time of change, and what else it hangs on.

    Raises OSError when the file is not there.
    """
    status = media.stat()
    named = (str(media.absolute()), str(status.st_size), str(status.st_mtime_ns), *others)
    return hashlib.sha256("\0".join(named).encode()).hexdigest()[:32]


def code_digest(paths: Iterable[Path]) -> str:
    """Return a digest of source files: another way of measuring is another result."""
    digest = hashlib.sha256()
    for path in sorted(paths):
        digest.update(path.read_bytes())
    return digest.hexdigest()
