"""What clients of the original backend read, field by field, and what Horus adds; nothing else is allowed."""

from datetime import datetime
from typing import Annotated, Any, Literal, TypeVar

import msgspec

from schemas.severity import Severity

Moment = Annotated[datetime, msgspec.Meta(tz=True)]
Shape = TypeVar("Shape")


class Exactly(msgspec.Struct, forbid_unknown_fields=True):
    """All fields must be there, and no others."""


class Evidence(Exactly):
    clip_path: str | None
    clip_duration_s: float | None
    thumbnail_path: str | None
    original_filename: str | None
    event_window: tuple[float, float] | None
    model: str | None
    human_description: str | None


class Occurrence(Exactly):
    id: int
    start_ts: Moment
    end_ts: Moment
    duration_s: float
    category: str
    type: str
    severity: Severity
    confidence: float
    evidence: Evidence
    created_at: Moment
    # Added by Horus.
    channel: str
    uid: str
    status: Literal["aberta", "encerrada"]
    ack: dict[str, Any] | None
    edited: dict[str, Any] | None
    version: int


class New(Exactly):
    type: Literal["nova_ocorrencia"]
    data: Occurrence
    # Added by Horus.
    cursor: int


class Count(Exactly):
    count: int


class Deleted(Exactly):
    deleted: int


class Started(Exactly):
    status: Literal["started"]
    mode: Literal["srt", "capture"]


class Stopped(Exactly):
    status: Literal["stopped", "not running"]


class Cleaned(Exactly):
    status: Literal["cleaned"]


class Status(Exactly):
    running: bool
    fps: float
    # Added by Horus.
    channels: list[dict[str, Any]]


class Device(Exactly):
    name: str
    value: str
    type: str


class Devices(Exactly):
    devices: list[Device]
    count: int


class Disk(Exactly):
    path: str
    total_gb: float
    used_gb: float
    free_gb: float
    percent: float


class Storage(Exactly):
    mode: Literal["local", "onedrive"]
    local_path: str
    oneDriveLink: str
    # Added by Horus.
    quota_bytes: int | None
    retention_s: float
    upload_retention_s: float
    media_url: str
    clips: str
    sync_roots: list[str]


class FailedCopy(Exactly):
    file: str
    error: str


class Synced(Exactly):
    copied: list[str]
    skipped: list[str]
    errors: list[FailedCopy]


class Doc(Exactly):
    name: str
    size: int
    mtime: float


class Docs(Exactly):
    docs: list[Doc]
    tools: list[Doc]
    configs: list[Doc]


class DocText(Exactly):
    name: str
    folder: str
    content: str


class UploadFaults(Occurrence):
    ocorrencias: list[Occurrence]
    # Added by Horus.
    job_id: str
    filename: str
    debug: None


class Prediction(Exactly):
    name: str = msgspec.field(name="class")
    confidence: float


class UploadClean(Exactly):
    status: Literal["ok"]
    message: str
    prediction: Prediction
    # Added by Horus.
    job_id: str
    filename: str
    debug: None


class UploadQueued(Exactly):
    status: Literal["queued"]
    job_id: str
    message: str
    clip_url: str
    size_mb: float
    duration_s: float


class Refused(Exactly):
    # The original's errors had `detail`; the rest is RFC 9457.
    detail: str
    type: str
    title: str
    status: int


def read_as(shape: type[Shape], body: Any) -> Shape:
    """Return a body of JSON as this shape. Raises msgspec.ValidationError for one that is not exactly it."""
    return msgspec.convert(body, shape)
