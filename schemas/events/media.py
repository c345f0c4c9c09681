"""Media on disk: segments, what is in them, and where there are none."""

from datetime import datetime, timedelta
from typing import ClassVar, Literal

import msgspec

from schemas.events.event import Event
from schemas.names import Channel, Epoch, Sha256

PTS_HZ = 90_000
"""Ticks a second of the MPEG media clock (ISO/IEC 13818-1), in which all PTS here are counted."""


class SegmentRef(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A segment of media and how to find, check and place it."""

    channel: Channel
    epoch: Epoch
    seq: int
    """Counts from 0 within the epoch, without holes."""
    uri: str
    """``media://<channel>/<epoch>/<seq>.ts`` in the media store."""
    size: int
    """Bytes."""
    sha256: Sha256
    """Of its bytes."""
    start: datetime
    """UTC of the first video frame (or audio, without video): PTS anchored once an epoch."""
    start_pts: int
    """The same instant on the media clock; 90 kHz ticks, unwrapped within the epoch."""
    duration_s: float
    """Seconds of media in it."""

    @property
    def end(self) -> datetime:
        """UTC at which the segment's media ends."""
        return self.start + timedelta(seconds=self.duration_s)


class VideoTrack(msgspec.Struct, frozen=True, kw_only=True):
    """The picture of a segment, as its headers tell."""

    codec: str
    """As ffmpeg names it."""
    width: int
    """Pixels."""
    height: int
    """Pixels."""
    fps: float
    """Frames a second by the segment's own time stamps."""


class AudioTrack(msgspec.Struct, frozen=True, kw_only=True):
    """One sound track of a segment, as its headers tell."""

    codec: str
    """As ffmpeg names it."""
    sample_rate: int
    """Samples a second."""
    channels: int
    """Channels of sound: 2 for stereo."""


class SegmentRecorded(Event, frozen=True, kw_only=True):
    """A segment lies in the media store, whole and never to change."""

    TYPE: ClassVar[str] = "horus.SegmentRecorded.v1"

    segment: SegmentRef
    recorded_at: datetime
    """UTC at which its last byte was on disk."""
    video: VideoTrack | None = None
    """Its picture; None without one."""
    audio: tuple[AudioTrack, ...] = ()
    """Its sound tracks, in their order."""
    filename: str | None = None
    """Name of the file that is analysed, as it was given; None on a live channel."""
    last: bool = False
    """The end of a file: no segment comes after it."""

    def fact(self) -> tuple[object, ...]:
        """A segment is recorded once."""
        return (self.channel, self.segment.epoch, self.segment.seq)


GapReason = Literal["started", "reconnected", "pts_jump", "restarted"]
"""The watching began; the source went and came back; its clock jumped; Horus itself was restarted."""


class MediaGap(Event, frozen=True, kw_only=True):
    """No media between two epochs; ``epoch`` is the one that begins after the gap."""

    TYPE: ClassVar[str] = "horus.MediaGap.v1"

    epoch: Epoch
    previous_epoch: Epoch | None = None
    """The epoch that ended before the gap, where it is known."""
    start: datetime | None = None
    """UTC at which the media before the gap ended; None where nothing is known before it."""
    end: datetime
    """UTC at which the new epoch's media starts."""
    reason: GapReason
    """The watching began; the source went and came back; its clock jumped; Horus itself was restarted."""

    def fact(self) -> tuple[object, ...]:
        """Each epoch follows one gap."""
        return (self.channel, self.epoch)


class FramesIndexed(Event, frozen=True, kw_only=True):
    """The video packets of one segment, found by demuxing only; columns of equal length in decoding order."""

    TYPE: ClassVar[str] = "horus.FramesIndexed.v1"

    segment: SegmentRef
    codec: str
    """As ffmpeg names it."""
    width: int
    """Pixels."""
    height: int
    """Pixels."""
    analysis_fps: float
    """Samples a second that the channel's configuration asks for."""
    pts: tuple[int, ...]
    """90 kHz ticks after ``segment.start_pts``."""
    size: tuple[int, ...]
    """Bytes of each packet."""
    key: tuple[int, ...]
    """Indices of the key frames in the columns."""
    corrupt: int = 0
    """Packets that the demuxer marked as damaged."""
    last: bool = False
    """The end of a file: no picture comes after it."""

    def fact(self) -> tuple[object, ...]:
        """A segment's picture is indexed once."""
        return (self.channel, self.segment.epoch, self.segment.seq)


class AudioIndexed(Event, frozen=True, kw_only=True):
    """The packets of the first sound track of one segment; columns of equal length."""

    TYPE: ClassVar[str] = "horus.AudioIndexed.v1"

    segment: SegmentRef
    codec: str
    """As ffmpeg names it."""
    sample_rate: int
    """Samples a second."""
    channels: int
    """Channels of sound: 2 for stereo."""
    pts: tuple[int, ...]
    """90 kHz ticks after ``segment.start_pts``; sound may begin a little before the picture."""
    size: tuple[int, ...]
    """Bytes of each packet."""
    corrupt: int = 0
    """Packets that the demuxer marked as damaged."""
    last: bool = False
    """The end of a file: no sound comes after it."""

    def fact(self) -> tuple[object, ...]:
        """A segment's sound is indexed once."""
        return (self.channel, self.segment.epoch, self.segment.seq)
