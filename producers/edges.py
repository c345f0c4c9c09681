"""What an ingest needs of the world, handed to it by the process that runs it."""

from collections.abc import Callable
from pathlib import Path

import msgspec

from infra.host_policy import HostPolicy
from infra.media_store import MediaStore
from producers.outbox import Letter


class Edges(msgspec.Struct, frozen=True, kw_only=True):
    """What an ingest needs of the world."""

    ffmpeg: Path
    spool: Path
    """Folder for unfinished segments, on the same file system as the media store if that is a folder."""
    store: MediaStore
    put: Callable[[tuple[Letter, ...]], None]
    opened: Callable[[str], str]
    """Returns the address of a source, as the log holds it, with what opens it. Raises NotOpened."""
    hosts: HostPolicy
    """Where streams may come from."""
    files: tuple[Path, ...] | None = None
    """Folders whose files may be watched; None: any."""
    proxy: str | None = None
    """Address of the proxy that HTTP sources go through."""
    full: Callable[[], bool]
    """Tells whether events wait for the broker in such number that no more should be put."""
