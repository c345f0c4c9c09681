"""The folder of an export: hive partitions by day and channel, and a manifest that moves last.

A stretch of offsets becomes files under other names. They are moved to their own, and then count by one
move of the manifest. A process that dies before that leaves files that no manifest names; the next one
removes them and writes the stretch again.
"""

import fcntl
import os
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import msgspec

from infra.crash_point import reached
from infra.export.columns import Columns, Row
from infra.export.formats import writer
from infra.export.intervals import Interval
from infra.export.manifest import File, Manifest, grown

MANIFEST = "_manifest.json"
LOCK = "_lock"
# What hive calls a partition without a value.
NOWHERE = "__HIVE_DEFAULT_PARTITION__"
_OURS = re.compile(r"\.?part-\d+-\d+-\d+\.(parquet|csv|ndjson)")


class InUse(RuntimeError):
    """Another export writes there now, or one of something else is there; the text says what to do."""


class Folder:
    """An export's folder, held by one process at a time."""

    def __init__(self, path: Path, columns: Columns, manifest: Manifest) -> None:
        """Hold what `opened` found."""
        self._path = path
        self._columns = columns
        self.manifest = manifest

    def add(self, partition: int, done: Interval, rows: Sequence[Row], passed_over: int) -> None:
        """Write the rows of a stretch of offsets and count it as done. Raises OSError."""
        groups: dict[str, list[Row]] = defaultdict(list)
        for row in rows:
            groups[place(row)].append(row)
        kind = self.manifest.format
        name = f"part-{partition}-{done[0]:012d}-{done[1]:012d}.{kind}"
        files = []
        for folder, group in sorted(groups.items()):
            (self._path / folder).mkdir(parents=True, exist_ok=True)
            beside = self._path / folder / f".{name}"
            try:
                writer(kind)(group, self._columns, beside)
                _synced(beside)
                beside.replace(self._path / folder / name)
            finally:
                beside.unlink(missing_ok=True)
            files.append(File(path=f"{folder}/{name}", rows=len(group)))
            reached("export.amid-files")
        reached("export.after-files")
        self.manifest = grown(self.manifest, partition, done, tuple(files), passed_over)
        self._keep()

    def _keep(self) -> None:
        target = self._path / MANIFEST
        beside = target.with_name(f".{MANIFEST}")
        beside.write_bytes(msgspec.json.encode(self.manifest))
        _synced(beside)
        beside.replace(target)


@contextmanager
def opened(path: Path, columns: Columns, wanted: Manifest) -> Iterator[Folder]:
    """Hold the folder of an export, with what it holds already; ``wanted`` is an empty manifest.

    Raises InUse when another process holds it, or an export of something else lies there; OSError.
    """
    path.mkdir(parents=True, exist_ok=True)
    with (path / LOCK).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise InUse(f"another export writes to {path} at this moment") from error
        manifest = _read(path) or wanted
        if (manifest.topic, manifest.format, manifest.channels) != (
            wanted.topic,
            wanted.format,
            wanted.channels,
        ):
            channels = f" of {', '.join(manifest.channels)}" if manifest.channels else ""
            raise InUse(
                f"{path} holds an export of {manifest.topic}{channels} as {manifest.format}: go on with "
                "that, or choose another --out"
            )
        _remove_strays(path, manifest)
        yield Folder(path, columns, manifest)


def place(row: Row) -> str:
    """Return the folder of a row, as hive names it: the UTC day on which it was written, and its channel."""
    channel = row.envelope.event.channel
    # The day is that of ce_time; a channel's name may hold anything in a record that is not ours.
    return f"day={row.envelope.time:%Y-%m-%d}/channel={quote(channel, safe='') if channel else NOWHERE}"


def _read(path: Path) -> Manifest | None:
    file = path / MANIFEST
    if not file.is_file():
        return None
    try:
        return msgspec.json.decode(file.read_bytes(), type=Manifest)
    except msgspec.DecodeError as error:
        raise InUse(f"{file} is no manifest of an export ({error}): choose another --out") from error


def _remove_strays(path: Path, manifest: Manifest) -> None:
    """Remove what a process that died had written and not counted."""
    counted = {path / file.path for file in manifest.files}
    for file in path.glob("day=*/channel=*/*"):
        if _OURS.fullmatch(file.name) and file not in counted:
            file.unlink()


def _synced(file: Path) -> None:
    """Have a file on disk before its name says that it is."""
    handle = os.open(file, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
