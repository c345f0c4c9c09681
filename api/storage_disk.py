"""How full the disks are, told of Horus' own folders and of nothing else."""

import shutil
from collections.abc import Sequence
from pathlib import Path

import msgspec

from infra.media_store import MediaStore
from infra.settings import Settings

# Gibibytes, as the tools for disks count; the name stays, for clients know it.
BYTES_PER_GB = 1024**3


class OutsideRoots(ValueError):
    """A path that is not within an allowed folder, whether it exists or not."""


class Disk(msgspec.Struct, frozen=True, kw_only=True):
    """The disk behind a folder."""

    path: Path
    total_gb: float
    used_gb: float
    free_gb: float
    percent: float


def roots(settings: Settings) -> tuple[Path, ...]:
    """Return the folders that may be asked about: home, clips, media (a folder's), copies of clips."""
    media = MediaStore(settings.media_url).root
    return (settings.home, settings.clips, *((media,) if media else ()), *settings.sync_roots)


def confined(path: str, allowed: Sequence[Path]) -> Path:
    """Return a path with its links followed, when it lies within an allowed folder.

    A relative one is taken below the first of them. Raises OutsideRoots.
    """
    try:
        asked = (allowed[0] / path).resolve()
        if any(asked.is_relative_to(root.resolve()) for root in allowed):
            return asked
    except (OSError, ValueError, RuntimeError) as error:
        # A NUL, a name too long, links in a circle: no such place, so it is in no folder.
        raise OutsideRoots from error
    raise OutsideRoots


def usage(path: Path) -> Disk:
    """Return how full the disk behind a path is. Raises OSError when nothing is there."""
    disk = shutil.disk_usage(path)
    return Disk(
        path=path,
        total_gb=round(disk.total / BYTES_PER_GB, 2),
        used_gb=round(disk.used / BYTES_PER_GB, 2),
        free_gb=round(disk.free / BYTES_PER_GB, 2),
        percent=round(100 * disk.used / disk.total, 1) if disk.total else 0.0,
    )
