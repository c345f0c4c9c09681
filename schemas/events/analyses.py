"""The life of one analysis of a file, from the request to its findings."""

from datetime import datetime
from typing import ClassVar, Literal

import msgspec

from schemas.events.event import Event
from schemas.severity import Severity

Kind = Literal["video", "audio"]
"""What a file is judged by: its picture, its sound."""
CATEGORIES: dict[Kind, str] = {"video": "Video Arquivo", "audio": "Audio Arquivo"}
"""Category of an occurrence in a file, as clients of the original backend know it."""


class Contents(msgspec.Struct, frozen=True, kw_only=True):
    """What a media file holds, found by reading its packets once, without decoding."""

    format: str
    """Name of ffmpeg's demuxer, with which alone the file is opened from now on."""
    duration_s: float
    """From the first packet to the end of the last, jumps of the media clock left out."""
    timed: bool = True
    """Packets carry times; a bare stream of codes has none."""
    video: str | None = None
    """Codec of the picture; None without one."""
    video_stream: int = 0
    """Number of the picture's stream in the file."""
    width: int = 0
    """Pixels."""
    height: int = 0
    """Pixels."""
    pixels: str = ""
    """Format of the pixels, e.g. ``yuv420p``."""
    longest_gop_s: float = 0.0
    """Longest stretch of the picture without a key frame."""
    audio: str | None = None
    """Codec of the sound track that is judged; None without one."""
    audio_stream: int = 0
    """Number of the sound's stream in the file."""


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """One fault of a file, in seconds of the file's own timeline: its first picture (else sound) is 0."""

    uid: str
    """Of the occurrence; a trial's names none."""
    type: str
    """Fault type."""
    start_s: float
    """First bad sample."""
    end_s: float
    """End of the last bad sample."""
    confidence: float
    """Highest moving average of the class's score."""
    severity: Severity


class Score(msgspec.Struct, frozen=True, kw_only=True):
    """What a model said of one class over a whole file; probabilities, 0 to 1."""

    highest: float
    """Of all samples."""
    mean: float
    """Over all samples."""


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a file's picture or sound once its last sample is decided."""

    found: tuple[Found, ...] = ()
    """In the order of their start."""
    scores: dict[str, Score] = {}
    """By class of the model."""
    suspicion: float = 1.0
    """Mean, over the samples, of the score of what was likeliest; 1 where nothing could be judged."""
    samples: int = 0
    """How many were judged."""
    model: str | None = None
    """Name of the model; None where none was used."""


class AnalysisEvent(Event, frozen=True, kw_only=True):
    """An event in the life of one analysis; ``channel`` is that on which it runs, and its key."""

    at: datetime
    """UTC at which it was so."""


class AnalysisRequested(AnalysisEvent, frozen=True, kw_only=True):
    """A file lies in the media store and is to be analysed."""

    TYPE: ClassVar[str] = "horus.AnalysisRequested.v1"

    uri: str
    """The file, as it was given, in the media store."""
    filename: str
    """Name that the file had with whoever gave it; for people only."""
    size: int
    """Bytes."""
    contents: Contents
    fps: float
    """Samples a second of the picture."""
    by: str
    """Name of the key of whoever gave it."""

    def fact(self) -> tuple[object, ...]:
        """An analysis is requested once."""
        return (self.channel,)


class AnalysisProgressed(AnalysisEvent, frozen=True, kw_only=True):
    """So much of it is done."""

    TYPE: ClassVar[str] = "horus.AnalysisProgressed.v1"

    percent: int
    """0 to 99."""

    def fact(self) -> tuple[object, ...]:
        """Each percent is reached once."""
        return (self.channel, self.percent)


class AnalysisDecided(AnalysisEvent, frozen=True, kw_only=True):
    """Nothing more will be found in the picture, or in the sound: every fault of it is closed."""

    TYPE: ClassVar[str] = "horus.AnalysisDecided.v1"

    kind: Kind
    """Picture or sound."""
    judged: Judged

    def fact(self) -> tuple[object, ...]:
        """Picture and sound are decided once each."""
        return (self.channel, self.kind)


class AnalysisFinished(AnalysisEvent, frozen=True, kw_only=True):
    """All of the file is judged."""

    TYPE: ClassVar[str] = "horus.AnalysisFinished.v1"

    judged: dict[Kind, Judged]
    """What was found in the picture and in the sound, of those that the file has."""

    def fact(self) -> tuple[object, ...]:
        """An analysis ends once."""
        return (self.channel,)


class AnalysisFailed(AnalysisEvent, frozen=True, kw_only=True):
    """The file cannot be judged, or not to its end; what was found until then stands."""

    TYPE: ClassVar[str] = "horus.AnalysisFailed.v1"

    reason: str
    """One line for people."""

    def fact(self) -> tuple[object, ...]:
        """An analysis ends once."""
        return (self.channel,)
