"""What is to be watched, and how the watching goes."""

from datetime import datetime
from typing import ClassVar, Literal

from schemas.events.event import Event

State = Literal["connecting", "running", "trouble", "stopped"]
"""``stopped`` is on purpose (removed, or Horus told to stop watching) and alarms nobody."""

Trouble = Literal["unreachable", "no_data", "undecodable"]
"""Nobody answers (or calls); connected, yet no bytes; bytes, yet no media in them."""


class StreamConfigured(Event, frozen=True, kw_only=True):
    """Somebody wants this channel to be watched; the latest one of a channel holds."""

    TYPE: ClassVar[str] = "horus.StreamConfigured.v1"

    url: str
    """Where the media comes from. May hold a passphrase: mask it before showing it."""
    fps: float = 5.0
    """Analysis rate in samples a second; five give a start error of 0.1 s on average."""
    title: str = ""
    """Name for people; the channel's own when empty."""
    configured_at: datetime
    configured_by: str

    def fact(self) -> tuple[object, ...]:
        """A configuration is a command: who gave it for what, and when."""
        return (self.channel, self.configured_by, self.configured_at.isoformat())


class StreamRemoved(Event, frozen=True, kw_only=True):
    """The channel is no longer to be watched; its history stays."""

    TYPE: ClassVar[str] = "horus.StreamRemoved.v1"

    removed_at: datetime
    removed_by: str

    def fact(self) -> tuple[object, ...]:
        """A removal is a command: who gave it for what, and when."""
        return (self.channel, self.removed_by, self.removed_at.isoformat())


class StreamStatusChanged(Event, frozen=True, kw_only=True):
    """How a channel's ingest fares. Repeated every few seconds while a trouble lasts, so that durations
    grow by events and never by a reader's clock."""

    TYPE: ClassVar[str] = "horus.StreamStatusChanged.v1"

    state: State
    trouble: Trouble | None = None
    """Which trouble, exactly when ``state`` is ``trouble``."""
    since: datetime
    """UTC, media time: for a trouble the end of the last good media (or the start of the attempt, when
    there was none); for ``running`` the start of the epoch's first segment."""
    observed_at: datetime
    """UTC, when this was so; later than ``since`` by how long it has lasted."""
    epoch: str | None = None
    """The epoch now running, or the last one."""
    restarts: int = 0
    """Restarts of the ingest since it last ran well."""
    reason: str = ""
    """One line for people."""
    log_tail: tuple[str, ...] = ()
    """Last lines of ffmpeg, secrets masked, oldest first."""

    def fact(self) -> tuple[object, ...]:
        """One observation of one state."""
        return (self.channel, self.state, self.trouble, self.since.isoformat(), self.observed_at.isoformat())
