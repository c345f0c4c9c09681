"""What the models and measures saw: kept, so that thresholds can be tried again without the media."""

from typing import ClassVar

import msgspec

from schemas.events.event import Event
from schemas.events.media import SegmentRef
from schemas.names import Sha256


class ModelUsed(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The model that gave the scores."""

    name: str
    """As its card names it."""
    version: str
    """As its card has it."""
    sha256: Sha256
    """Of the model file."""


class Measured(Event, frozen=True, kw_only=True):
    """Samples of one segment in columns: every list has one value a sample, in the order of time."""

    segment: SegmentRef
    times_s: tuple[float, ...]
    """Seconds after ``segment.start``. A model that looks ahead tells of a segment's end with the next one:
    such samples lie up to about a second before it."""
    period_s: float
    """Distance between samples: how long each one speaks for."""
    scores: dict[str, tuple[float, ...]]
    """Probability (0 to 1) of each class of the model."""
    measures: dict[str, tuple[float, ...]]
    """Plain measures by name (luma in 0..255, levels in dBFS, ...)."""
    model: ModelUsed
    thresholds: dict[str, float] = msgspec.field(default_factory=dict)
    """The model's own threshold of each class, where its card names one."""
    expected: int
    """Frames or chunks that the index promised."""
    decoded: int
    """Frames or chunks that could be decoded (skipped non-reference frames count as neither)."""
    failed: int = 0
    """Frames or chunks that the decoder refused."""
    last: bool = False
    """The end of a file: what waited for a future is judged without one, and no samples follow."""

    def fact(self) -> tuple[object, ...]:
        """A segment is measured once by a model."""
        return (self.channel, self.segment.epoch, self.segment.seq, self.model.sha256)


class VideoMeasured(Measured, frozen=True, kw_only=True):
    """The picture of one segment, measured."""

    TYPE: ClassVar[str] = "horus.VideoMeasured.v1"


class AudioMeasured(Measured, frozen=True, kw_only=True):
    """The sound of one segment, measured."""

    TYPE: ClassVar[str] = "horus.AudioMeasured.v1"
