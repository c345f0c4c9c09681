"""Every event of the log, by family, and the registry that decoding goes by."""

from schemas.events.detections import AudioMeasured, VideoMeasured
from schemas.events.event import Event
from schemas.events.media import AudioIndexed, FramesIndexed, MediaGap, SegmentRecorded
from schemas.events.ocorrencias import (
    EvidenceAttached,
    OcorrenciaClosed,
    OcorrenciaEscalated,
    OcorrenciaOpened,
)
from schemas.events.streams import StreamConfigured, StreamRemoved, StreamStatusChanged

EVENTS: dict[str, type[Event]] = {
    event.TYPE: event
    for event in (
        StreamConfigured,
        StreamRemoved,
        StreamStatusChanged,
        SegmentRecorded,
        MediaGap,
        FramesIndexed,
        AudioIndexed,
        VideoMeasured,
        AudioMeasured,
        OcorrenciaOpened,
        OcorrenciaEscalated,
        OcorrenciaClosed,
        EvidenceAttached,
    )
}
"""CloudEvents type -> struct, for every type and version ever written."""

__all__ = [
    "EVENTS",
    "AudioIndexed",
    "AudioMeasured",
    "Event",
    "EvidenceAttached",
    "FramesIndexed",
    "MediaGap",
    "OcorrenciaClosed",
    "OcorrenciaEscalated",
    "OcorrenciaOpened",
    "SegmentRecorded",
    "StreamConfigured",
    "StreamRemoved",
    "StreamStatusChanged",
    "VideoMeasured",
]
