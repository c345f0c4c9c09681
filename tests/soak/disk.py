"""A media store that takes no more bytes: a small disk, filled; or, without root, a limit on files."""

import resource
import shutil
import subprocess
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Protocol

# Five minutes of nine channels; older media goes, a minute after there is more at the latest. What the
# stages have yet to measure stays: at the fast pace they lagged six minutes after 200 kills.
QUOTA_BYTES = 600_000_000
SIZE_BYTES = 2_400_000_000
# The disk is shrunk to what lies on it just then; somebody may write in between.
TRIES = 50


class Disk(Protocol):
    """The disk of the media store."""

    kind: str

    def fill(self) -> None:
        """Let no byte more be written."""

    def free(self) -> None:
        """Give room again."""

    def close(self) -> None:
        """Take it away."""


class Tmpfs:
    """A file system of limited size, mounted for this process and its children alone; needs root."""

    kind = "a tmpfs that has no room left (ENOSPC)"

    def __init__(self, folder: Path) -> None:
        """Mount it. Raises OSError where that is not allowed."""
        folder.mkdir(parents=True)
        self._folder = folder
        self._mount("size", SIZE_BYTES)

    def fill(self) -> None:
        """Let no byte more be written. Raises OSError when the disk cannot be shrunk to what is on it."""
        for left in reversed(range(TRIES)):
            try:
                self._mount("remount,size", shutil.disk_usage(self._folder).used)
            except OSError:
                if not left:
                    raise
                continue
            return

    def free(self) -> None:
        """Give room again."""
        self._mount("remount,size", SIZE_BYTES)

    def _mount(self, option: str, size: int) -> None:
        command = ["mount", "-t", "tmpfs", "-o", f"{option}={size}", "horus-soak", str(self._folder)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise OSError(done.stderr.strip())

    def close(self) -> None:
        """Take it away, media and all."""
        subprocess.run(["umount", "--lazy", str(self._folder)], capture_output=True, check=False)


class Limited:
    """No file system of our own: the media's producer may not make a file grow (EFBIG from the kernel)."""

    kind = "a limit of 0 bytes a file on the producer (EFBIG): a mount needs root"

    def __init__(self, writers: Callable[[], Iterable[int]]) -> None:
        """``writers`` gives the processes that write media, as they are now."""
        self._writers = writers

    def fill(self) -> None:
        """Let no byte more be written."""
        self._limit(0)

    def free(self) -> None:
        """Give room again."""
        self._limit(resource.RLIM_INFINITY)

    def close(self) -> None:
        """Leave nothing limited."""
        self.free()

    def _limit(self, size: int) -> None:
        for pid in self._writers():
            # The hard limit stays: it could not be raised again. A process that just died has no limits.
            with suppress(ProcessLookupError, PermissionError):
                hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)[1]
                resource.prlimit(pid, resource.RLIMIT_FSIZE, (min(size, hard) if size >= 0 else hard, hard))


def media_disk(folder: Path, writers: Callable[[], Iterable[int]]) -> Disk:
    """Return a disk for the media store that can be filled without filling the machine's."""
    try:
        return Tmpfs(folder)
    except OSError:
        return Limited(writers)
