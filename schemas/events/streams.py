"""What is to be watched, and how the watching goes."""

from datetime import datetime
from typing import Annotated, ClassVar, Literal

import msgspec
from msgspec import Meta

from schemas.events.event import Event

State = Literal["connecting", "running", "trouble", "stopped"]
"""``stopped`` is on purpose (removed, or Horus told to stop watching) and alarms nobody."""

Trouble = Literal["unreachable", "no_data", "undecodable"]
"""Nobody answers (or calls); connected, yet no bytes; bytes, yet no media in them."""


Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
"""A day of the week; the first letters, as cron and iCalendar users know them."""

TimeOfDay = Annotated[str, Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$")]
"""A time of day by the clock on the wall: ``HH:MM`` or ``HH:MM:SS``."""


class MuteOnce(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    tag_field="kind",
    tag="once",
    rename={"start": "from", "end": "to"},
):
    """One stretch of time in which nothing of a channel opens, such as announced maintenance."""

    start: datetime
    """UTC-aware; ``from`` in JSON."""
    end: datetime
    """UTC-aware, not within the mute any more; ``to`` in JSON."""
    reason: str = ""
    """One line for people."""


class MuteWeekly(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    tag_field="kind",
    tag="weekly",
    rename={"start": "from", "end": "to"},
):
    """A stretch of some days of each week, such as a test pattern at night."""

    days: tuple[Day, ...]
    """The days on which it begins."""
    start: TimeOfDay
    """``from`` in JSON."""
    end: TimeOfDay
    """``to`` in JSON: on the next day when it is not after ``start``."""
    zone: str
    """IANA name of the zone whose clocks these are, e.g. ``America/Sao_Paulo``."""
    reason: str = ""
    """One line for people."""


Mute = MuteOnce | MuteWeekly


class StreamConfigured(Event, frozen=True, kw_only=True):
    """How somebody wants a channel to be watched; the latest one of a channel holds, whole."""

    TYPE: ClassVar[str] = "horus.StreamConfigured.v1"

    url: str
    """Where the media comes from. User, password, path and the values of all options but harmless ones are
    sealed (``sealed:…``) with a key that is not in the log. Older events hold them in plain, as the example
    does: mask it before showing it."""
    fps: float = 5.0
    """Analysis rate in samples a second; five give a start error of 0.1 s on average."""
    title: str = ""
    """Name for people; the channel's own when empty."""
    enabled: bool = True
    """False: known with its rules, but not to be watched until somebody starts it."""
    thresholds: dict[str, float] = msgspec.field(default_factory=dict)
    """Scores from which a fault type counts on this channel, by type; over settings and models."""
    onsets: dict[str, float] = msgspec.field(default_factory=dict)
    """Seconds from which a fault counts, by type."""
    clears: dict[str, float] = msgspec.field(default_factory=dict)
    """Seconds without a fault that end it, by type."""
    mutes: tuple[Mute, ...] = ()
    """When nothing opens on this channel."""
    labels: tuple[str, ...] = ()
    """Words of its users' own, to find and group channels by."""
    disabled: tuple[str, ...] = ()
    """Fault types that never open on this channel."""
    configured_at: datetime
    """UTC, by the clock of whoever took the command."""
    configured_by: str
    """Name of the key, or ``cli``."""

    def fact(self) -> tuple[object, ...]:
        """A configuration is a command: who gave it for what, and when."""
        return (self.channel, self.configured_by, self.configured_at.isoformat())


class StreamRemoved(Event, frozen=True, kw_only=True):
    """The channel is no longer to be watched; its history stays."""

    TYPE: ClassVar[str] = "horus.StreamRemoved.v1"

    removed_at: datetime
    """UTC, by the clock of whoever took the command."""
    removed_by: str
    """Name of the key, or ``cli``."""

    def fact(self) -> tuple[object, ...]:
        """A removal is a command: who gave it for what, and when."""
        return (self.channel, self.removed_by, self.removed_at.isoformat())


class StreamStatusChanged(Event, frozen=True, kw_only=True):
    """How a channel's ingest fares. Repeated every few seconds while a trouble lasts, so that durations
    grow by events and never by a reader's clock."""

    TYPE: ClassVar[str] = "horus.StreamStatusChanged.v1"

    state: State
    """``stopped`` is on purpose and alarms nobody."""
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
