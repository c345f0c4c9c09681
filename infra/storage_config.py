"""How an installation stores media and evidence: what an admin set last, else what the settings say."""

import msgspec

from infra.settings import Settings
from schemas.events.storage import StorageConfigured, StorageMode


class Storage(msgspec.Struct, frozen=True, kw_only=True):
    """The storage as it is to be now."""

    mode: StorageMode = "local"
    local_path: str = ""
    """Folder that evidence clips are copied to on command; empty: the first of the allowed ones."""
    one_drive_link: str = ""
    quota_bytes: int | None = None
    """Bytes that the segments of live channels may take; None: no limit."""
    media_keep_s: float
    """Seconds that segments of live channels are kept."""
    upload_keep_s: float
    """Seconds that uploaded files and their segments are kept."""


def storage(settings: Settings, configured: StorageConfigured | None) -> Storage:
    """Return the storage: the latest event holds, and before the first one the settings."""
    if configured is None:
        return Storage(
            quota_bytes=settings.horus_media_quota_bytes or None,
            media_keep_s=settings.horus_media_keep_s,
            upload_keep_s=settings.horus_upload_keep_s,
        )
    return Storage(
        mode=configured.mode,
        local_path=configured.local_path,
        one_drive_link=configured.one_drive_link,
        quota_bytes=configured.quota_bytes,
        media_keep_s=configured.media_keep_s,
        upload_keep_s=configured.upload_keep_s,
    )
