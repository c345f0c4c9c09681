"""What an export holds so far: the files that count, and the offsets that are in them."""

import msgspec

from infra.export.formats import Format
from infra.export.intervals import Interval, joined


class File(msgspec.Struct, frozen=True, kw_only=True):
    """A file that is whole."""

    path: str
    """Below the export's folder."""
    rows: int


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """The state of an export; what it does not name does not count."""

    topic: str
    format: Format
    channels: tuple[str, ...] = ()
    """The channels that are exported; empty: all."""
    covered: dict[int, list[Interval]] = {}
    """By partition, the offsets that are done, those without a row included."""
    files: tuple[File, ...] = ()
    passed_over: int = 0
    """Records that are no events of the contract."""

    @property
    def rows(self) -> int:
        """Events in all files."""
        return sum(file.rows for file in self.files)


def grown(
    manifest: Manifest, partition: int, done: Interval, files: tuple[File, ...], passed_over: int
) -> Manifest:
    """Return the manifest with one more stretch of a partition."""
    covered = {**manifest.covered, partition: joined(manifest.covered.get(partition, []), done)}
    return msgspec.structs.replace(
        manifest,
        covered=dict(sorted(covered.items())),
        files=(*manifest.files, *files),
        passed_over=manifest.passed_over + passed_over,
    )
