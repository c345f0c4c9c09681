"""One sweep of the media store: look at all of it, decide, remove. Evidence clips lie elsewhere and stay."""

import msgspec
import structlog

from infra.media_store import MediaStore, Stored
from infra.retention.cutoff import bucket, cutoff
from infra.retention.holds import Held
from infra.storage_config import Storage
from schemas.names import analysis_of

log = structlog.get_logger()

# An empty folder of an epoch goes once it is this old: a young one is about to get its first segment.
EMPTY_FOLDER_S = 3600.0


class Swept(msgspec.Struct, frozen=True, kw_only=True):
    """What a sweep did and left."""

    removed: int
    """Files."""
    freed: int
    """Bytes."""
    failed: int
    """Files that could not be removed."""
    live_bytes: int
    """Bytes of live channels' segments that are left."""
    upload_bytes: int
    """Bytes of uploads and their segments that are left."""
    over_quota: int
    """Bytes above the quota that may not go yet."""


def sweep(store: MediaStore, storage: Storage, held: Held, now: float, unread: float | None = None) -> Swept:
    """Remove what is too old or too much, the oldest first; ``now`` and ``unread`` in seconds since 1970
    (`infra.retention.cutoff`).

    Reads the store twice rather than remember it: a week of sixteen channels is ten million files. A file
    that cannot be removed is logged, counted and tried again by the next sweep.
    """
    bin_ = _Bin(store)
    usage: dict[int, int] = {}
    held_bytes = upload_bytes = 0
    oldest: dict[str, float] = {}
    folders = list(store.folders())
    for folder in folders:
        channel = folder.partition("/")[0]
        upload = analysis_of(channel) is not None
        for file in store.listing(folder):
            holds = held.holds(channel, file.written)
            if upload and not holds and file.written < now - storage.upload_keep_s and bin_.take(file):
                continue
            if upload:
                upload_bytes += file.size
            elif holds:
                held_bytes += file.size
            else:
                each = bucket(file.written)
                usage[each] = usage.get(each, 0) + file.size
                oldest[folder] = min(oldest.get(folder, file.written), file.written)
    before = cutoff(
        usage,
        held_bytes,
        keep_s=storage.media_keep_s,
        quota=storage.quota_bytes,
        now=now,
        unread=unread,
    )
    live_bytes = held_bytes + sum(usage.values())
    for folder in sorted((each for each in oldest if oldest[each] < before), key=oldest.__getitem__):
        channel = folder.partition("/")[0]
        for file in store.listing(folder):
            if file.written < before and not held.holds(channel, file.written) and bin_.take(file):
                live_bytes -= file.size
    for folder in sorted(folders, reverse=True):
        store.remove_folder(folder, now - EMPTY_FOLDER_S)
    return Swept(
        removed=bin_.removed,
        freed=bin_.freed,
        failed=bin_.failed,
        live_bytes=live_bytes,
        upload_bytes=upload_bytes,
        over_quota=max(0, live_bytes - storage.quota_bytes) if storage.quota_bytes is not None else 0,
    )


class _Bin:
    """Removes files and counts them."""

    def __init__(self, store: MediaStore) -> None:
        self._store = store
        self.removed = self.freed = self.failed = 0

    def take(self, file: Stored) -> bool:
        """Remove a file; tell whether it is gone."""
        try:
            if self._store.remove(file.uri):
                self.removed += 1
                self.freed += file.size
        except OSError as error:
            self.failed += 1
            log.warning("not removed", uri=file.uri, error=error.strerror or str(error))
            return False
        return True
