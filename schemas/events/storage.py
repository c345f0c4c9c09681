"""Where evidence is copied to and how long media stays: the installation's storage, as an admin set it."""

from typing import ClassVar, Literal

from schemas.events.admin import AdminEvent

StorageMode = Literal["local", "onedrive"]


class StorageConfigured(AdminEvent, frozen=True, kw_only=True):
    """The storage was configured; the latest one holds."""

    TYPE: ClassVar[str] = "horus.StorageConfigured.v1"

    command_id: str
    """UUID of this command."""
    mode: StorageMode = "local"
    """Where the installation's users look for evidence: a folder, or a shared folder of OneDrive."""
    local_path: str = ""
    """Folder that evidence clips are copied to on command."""
    one_drive_link: str = ""
    """Address of a shared folder, for people; Horus does not open it."""
    quota_bytes: int | None = None
    """Bytes that the segments of live channels may take; None: no limit."""
    media_keep_s: float
    """Seconds that segments of live channels are kept."""
    upload_keep_s: float
    """Seconds that uploaded files and their segments are kept."""

    def about(self) -> str:
        """Return the installation's storage."""
        return "storage"

    def fact(self) -> tuple[object, ...]:
        """A command is given once."""
        return (self.command_id,)
