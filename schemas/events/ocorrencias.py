"""The life of an occurrence. Each event carries the whole state as its stage knows it, and why."""

from datetime import datetime
from typing import ClassVar

import msgspec

from schemas.events.detections import ModelUsed
from schemas.events.event import Event
from schemas.events.media import SegmentRef
from schemas.severity import Severity


class Fault(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A fault as the decisions stage, or a person, knows it."""

    type: str
    """Of `schemas.faults.FAULTS`; a person may name another."""
    category: str
    """A member of `schemas.faults.Category` for live channels; uploads and people have words of their own."""
    severity: Severity
    confidence: float
    """Highest moving average of the class's score so far; 1 for a lost signal."""
    start_ts: datetime
    """UTC of the first bad sample."""
    end_ts: datetime
    """UTC up to which the fault is known to last: the end of its last bad sample."""
    duration_s: float
    """From its start to its end."""


class Why(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What an alarm rests on, so that it can be explained from the log alone."""

    reason: str
    """One line for people."""
    model: ModelUsed | None = None
    """The model whose scores decided; None for a lost signal."""
    threshold: float | None = None
    """Score from which a sample was bad."""
    moving_avg_m: int | None = None
    """Samples that were averaged."""
    vote_k: int | None = None
    """Bad averages in a row that opened it."""
    onset_s: float
    """Seconds from which a fault counted."""
    clear_s: float
    """Seconds without it that end it."""
    segment: SegmentRef | None = None
    """The deciding segment."""
    window_at: tuple[datetime, ...] = ()
    """UTC of the samples that decided."""
    window_scores: tuple[float, ...] = ()
    """Their scores."""


class OcorrenciaEvent(Event, frozen=True, kw_only=True):
    """An event in the life of one occurrence."""

    uid: str
    """UUIDv5 of the occurrence: channel, fault type and where on the media clock it began."""


class OcorrenciaOpened(OcorrenciaEvent, frozen=True, kw_only=True):
    """A fault has lasted long enough to count. The occurrence's integer id is this event's offset."""

    TYPE: ClassVar[str] = "horus.OcorrenciaOpened.v1"

    fault: Fault
    why: Why

    def fact(self) -> tuple[object, ...]:
        """An occurrence opens once."""
        return (self.uid,)


class OcorrenciaEscalated(OcorrenciaEvent, frozen=True, kw_only=True):
    """The fault has lasted long enough to be graver."""

    TYPE: ClassVar[str] = "horus.OcorrenciaEscalated.v1"

    fault: Fault
    previous_severity: Severity
    why: Why

    def fact(self) -> tuple[object, ...]:
        """Each grade is reached once."""
        return (self.uid, self.fault.severity.value)


class OcorrenciaClosed(OcorrenciaEvent, frozen=True, kw_only=True):
    """The fault is over."""

    TYPE: ClassVar[str] = "horus.OcorrenciaClosed.v1"

    fault: Fault
    why: Why

    def fact(self) -> tuple[object, ...]:
        """An occurrence closes once."""
        return (self.uid,)


class Evidence(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What can be shown of an occurrence. The names are those of the product's API."""

    clip_path: str | None = None
    """File name under ``/clips``."""
    clip_duration_s: float | None = None
    """Seconds of the clip."""
    thumbnail_path: str | None = None
    """File name under ``/clips``."""
    original_filename: str | None = None
    """Name of the analysed file, as it was given; None on a live channel."""
    event_window: tuple[float, float] | None = None
    """Start and end of the fault in seconds of the clip."""
    model: str | None = None
    """Name of the model that found it."""
    human_description: str | None = None
    """What a person wrote about it."""


class EvidenceAttached(OcorrenciaEvent, frozen=True, kw_only=True):
    """A clip and a thumbnail were cut. The last one is whole; an earlier one lets people look at once."""

    TYPE: ClassVar[str] = "horus.EvidenceAttached.v1"

    evidence: Evidence
    clip_start: datetime
    """UTC of the clip's first frame."""
    final: bool
    """True once the occurrence is closed and nothing will be added."""
    segments: tuple[str, ...] = ()
    """URIs of the segments that the clip was cut from."""

    def fact(self) -> tuple[object, ...]:
        """Evidence is cut once when the occurrence opens and once when it has closed."""
        return (self.uid, "final" if self.final else "first")


class OcorrenciaCommand(OcorrenciaEvent, frozen=True, kw_only=True):
    """What a person, or a program of his, wants of an occurrence. The fold decides whether it holds."""

    command_id: str
    """Names this command among all: the same one given twice counts once."""
    by: str
    """Who asked: the name of the key; ``anonymous`` without one."""
    at: datetime
    """UTC, when it was asked, by the clock of the API."""

    def fact(self) -> tuple[object, ...]:
        """A command is given once."""
        return (self.uid, self.command_id)


class OcorrenciaCreated(OcorrenciaCommand, frozen=True, kw_only=True):
    """Somebody entered an occurrence by hand. Its integer id is this event's offset."""

    TYPE: ClassVar[str] = "horus.OcorrenciaCreated.v1"

    fault: Fault
    evidence: Evidence


class OcorrenciaChange(OcorrenciaCommand, frozen=True, kw_only=True):
    """A command to an occurrence that is there."""

    if_version: int | None = None
    """Only holds when the occurrence has this version."""


class OcorrenciaAcknowledged(OcorrenciaChange, frozen=True, kw_only=True):
    """Somebody has seen it and takes care."""

    TYPE: ClassVar[str] = "horus.OcorrenciaAcknowledged.v1"

    comment: str | None = None
    """What he said of it."""
    name: str | None = None
    """Who says so at a console whose key several people share; as he calls himself."""


class Changes(msgspec.Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """What an edit sets; None: as it was."""

    type: str | None = None
    """Fault type."""
    category: str | None = None
    """Category."""
    severity: Severity | None = None
    """Grade."""
    confidence: float | None = None
    """Confidence, 0 to 1."""
    duration_s: float | None = None
    """Seconds."""
    end_ts: datetime | None = None
    """Goes with ``duration_s``."""
    human_description: str | None = None
    """Goes into the evidence."""


class OcorrenciaEdited(OcorrenciaChange, frozen=True, kw_only=True):
    """Somebody corrected it. From then on his word on these fields holds, whatever a stage says of them."""

    TYPE: ClassVar[str] = "horus.OcorrenciaEdited.v1"

    changes: Changes


class OcorrenciaDeleted(OcorrenciaChange, frozen=True, kw_only=True):
    """Somebody took it off the lists. The log keeps its history; nothing that follows changes it."""

    TYPE: ClassVar[str] = "horus.OcorrenciaDeleted.v1"
