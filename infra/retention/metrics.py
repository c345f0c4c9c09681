"""What the storage process tells Prometheus, each figure declared once."""

from prometheus_client import Counter, Gauge

from infra.retention.sweep import Swept

REMOVED = Counter("horus_storage_removed_files_total", "Media files that retention removed")
FREED = Counter("horus_storage_freed_bytes_total", "Bytes that retention freed")
FAILED = Counter("horus_storage_failed_removals_total", "Removals that the media store refused")
LIVE = Gauge("horus_storage_live_bytes", "Bytes of live channels' segments in the media store")
UPLOADS = Gauge("horus_storage_upload_bytes", "Bytes of uploads and their segments in the media store")
OVER_QUOTA = Gauge("horus_storage_over_quota_bytes", "Bytes above the quota that may not go yet")
SWEEP_S = Gauge("horus_storage_sweep_seconds", "How long the last look at the whole store took")


def tell(swept: Swept, seconds: float) -> None:
    """Take one sweep into the figures."""
    REMOVED.inc(swept.removed)
    FREED.inc(swept.freed)
    FAILED.inc(swept.failed)
    LIVE.set(swept.live_bytes)
    UPLOADS.set(swept.upload_bytes)
    OVER_QUOTA.set(swept.over_quota)
    SWEEP_S.set(seconds)
