"""Storage: how full the disks are, how long media stays, and evidence copied elsewhere."""

import asyncio
import uuid
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool

from api.asking import Asker
from api.services import Given, Services
from api.storage_disk import OutsideRoots, confined, roots, usage
from api.storage_sync import sync_clips
from infra import clock
from infra.settings import Settings
from infra.shown_url import shown_url
from infra.storage_config import Storage, storage
from schemas.events import CommandDone, StorageConfigured
from schemas.events.storage import StorageMode
from schemas.topics import ADMIN

router = APIRouter(prefix="/api/v1/admin", tags=["admin"])

# Two copies at once would only be in each other's way.
_syncing = asyncio.Lock()
# Kafka and JSON hold 64 bits; no disk holds as much.
MAX_BYTES = 2**63 - 1

KeepS = Annotated[
    float,
    Field(
        ge=900, le=604_800, description="seconds: from 15 minutes to the week that the log remembers media"
    ),
]


class DiskRead(BaseModel):
    """The disk behind a folder; gigabytes of 1024^3 bytes."""

    path: str = Field(examples=["clips"])
    total_gb: float = Field(examples=[931.5])
    used_gb: float = Field(examples=[402.1])
    free_gb: float = Field(examples=[529.4])
    percent: float = Field(description="used, of the total")


class StorageWrite(BaseModel):
    """What to change; what is left out stays."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"mode": "local", "local_path": "clips", "quota_bytes": 500_000_000_000}]
        }
    )

    mode: StorageMode = "local"
    local_path: str | None = Field(
        None, max_length=1024, description="folder that clips are copied to, within HORUS_SYNC_ROOTS"
    )
    oneDriveLink: str | None = Field(
        None, max_length=2048, description="address of a shared folder, for people; Horus does not open it"
    )
    quota_bytes: Annotated[int, Field(ge=1, le=MAX_BYTES)] | None = Field(
        None, description="bytes that segments of live channels may take; null: no limit"
    )
    retention_s: KeepS | None = None
    upload_retention_s: KeepS | None = None


class StorageRead(BaseModel):
    """The storage as it is now."""

    mode: StorageMode = Field(examples=["local"])
    local_path: str = Field(examples=["copies"])
    oneDriveLink: str = Field(examples=[""])
    quota_bytes: int | None = Field(examples=[500_000_000_000])
    retention_s: float = Field(examples=[604_800.0])
    upload_retention_s: float = Field(examples=[604_800.0])
    media_url: str = Field(
        description="the media store; set by HORUS_MEDIA_URL", examples=["s3://horus/media"]
    )
    clips: str = Field(description="folder of evidence, kept for ever", examples=["/srv/horus/clips"])
    sync_roots: list[str] = Field(
        description="folders that local_path may lie in; set by HORUS_SYNC_ROOTS",
        examples=[["/srv/horus/export"]],
    )


class FailedCopy(BaseModel):
    """A clip that was not copied."""

    file: str = Field(examples=["tv1-fade-20261122T031200Z-5f75cf19.mp4"])
    error: str = Field(examples=["No space left on device"])


class SyncRead(BaseModel):
    """What became of each clip."""

    copied: list[str] = Field(examples=[["tv1-fade-20261122T031200Z-5f75cf19.jpg"]])
    skipped: list[str] = Field(examples=[[]])
    errors: list[FailedCopy]


@router.get(
    "/disk-usage",
    responses={403: {"description": "Not one of Horus' folders"}, 404: {"description": "Nothing is there"}},
)
def disk_usage(
    services: Given,
    path: Annotated[str, Query(max_length=4096, description="a folder of Horus; default: its home")] = "",
) -> DiskRead:
    """Tell how full the disk behind one of Horus' own folders is."""
    try:
        disk = usage(confined(path, roots(services.settings)))
    except OutsideRoots as error:
        raise HTTPException(403, "only Horus' own folders: home, media, clips, HORUS_SYNC_ROOTS") from error
    except OSError as error:
        raise HTTPException(404, "nothing is there") from error
    return DiskRead(
        path=str(disk.path),
        total_gb=disk.total_gb,
        used_gb=disk.used_gb,
        free_gb=disk.free_gb,
        percent=disk.percent,
    )


@router.get("/storage-config")
def storage_config(services: Given) -> StorageRead:
    """Return how media and evidence are stored."""
    return _read(_present(services), services.settings)


@router.post("/storage-config")
async def configure_storage(services: Given, who: Asker, wanted: StorageWrite) -> StorageRead:
    """Change how media and evidence are stored; it takes effect with the next sweep, within a minute."""
    now = _present(services)
    given = wanted.model_fields_set
    local_path = now.local_path if wanted.local_path is None else wanted.local_path
    await run_in_threadpool(_sync_target, services.settings, local_path)
    event = StorageConfigured(
        by=who.name,
        at=clock.now(),
        command_id=str(uuid.uuid4()),
        mode=wanted.mode if "mode" in given else now.mode,
        local_path=local_path,
        one_drive_link=now.one_drive_link if wanted.oneDriveLink is None else wanted.oneDriveLink,
        quota_bytes=wanted.quota_bytes if "quota_bytes" in given else now.quota_bytes,
        media_keep_s=now.media_keep_s if wanted.retention_s is None else wanted.retention_s,
        upload_keep_s=now.upload_keep_s if wanted.upload_retention_s is None else wanted.upload_retention_s,
    )
    offset = await services.commands.publish(ADMIN, event)
    await run_in_threadpool(services.admin.wait, offset)
    return _read(storage(services.settings, event), services.settings)


@router.post("/sync-clips", responses={409: {"description": "A copy is under way"}})
async def copy_clips(services: Given, who: Asker) -> SyncRead:
    """Copy evidence clips and thumbnails to ``local_path``; those that are there with the same bytes stay."""
    if _syncing.locked():
        raise HTTPException(409, "a copy is under way; ask again when it has ended", {"Retry-After": "5"})
    async with _syncing:
        # Looked at again: a folder may have become a link since it was configured.
        target = await run_in_threadpool(_sync_target, services.settings, _present(services).local_path)
        try:
            synced = await run_in_threadpool(sync_clips, services.settings.clips, target)
        except OSError as error:
            raise HTTPException(
                409, f"the folder for copies: {error.strerror or 'cannot be made'}"
            ) from error
        await services.commands.publish(
            ADMIN,
            CommandDone.of(
                "clips.sync",
                str(target),
                by=who.name,
                at=clock.now(),
                command_id=str(uuid.uuid4()),
                detail=(
                    f"{len(synced.copied)} copied, {len(synced.skipped)} already there, "
                    f"{len(synced.errors)} failed"
                ),
            ),
        )
    return SyncRead(
        copied=list(synced.copied),
        skipped=list(synced.skipped),
        errors=[FailedCopy(file=each.file, error=each.error) for each in synced.errors],
    )


def _present(services: Services) -> Storage:
    return storage(services.settings, services.admin.state.storage)


def _sync_target(settings: Settings, local_path: str) -> Path:
    """Return the folder for copies. Raises HTTPException (422) for one outside of what is allowed."""
    try:
        target = confined(local_path, settings.sync_roots)
    except OutsideRoots as error:
        raise HTTPException(
            422, "local_path: not within HORUS_SYNC_ROOTS, the folders that clips may be copied into"
        ) from error
    if target.is_relative_to(settings.clips.resolve()):
        raise HTTPException(422, "local_path: the folder of the clips themselves")
    return target


def _read(now: Storage, settings: Settings) -> StorageRead:
    url = settings.media_url
    return StorageRead(
        mode=now.mode,
        local_path=now.local_path,
        oneDriveLink=now.one_drive_link,
        quota_bytes=now.quota_bytes,
        retention_s=now.media_keep_s,
        upload_retention_s=now.upload_keep_s,
        media_url=shown_url(url) if "://" in url else url,
        clips=str(settings.clips),
        sync_roots=[str(each) for each in settings.sync_roots],
    )
