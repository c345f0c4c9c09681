"""Every event of the log, by family, and the registry that decoding goes by."""

from schemas.events.admin import CommandDone, KeyCreated, KeyRevoked
from schemas.events.analyses import (
    AnalysisDecided,
    AnalysisFailed,
    AnalysisFinished,
    AnalysisProgressed,
    AnalysisRequested,
)
from schemas.events.detections import AudioMeasured, VideoMeasured
from schemas.events.event import Event
from schemas.events.media import AudioIndexed, FramesIndexed, MediaGap, SegmentRecorded
from schemas.events.ocorrencias import (
    EvidenceAttached,
    OcorrenciaAcknowledged,
    OcorrenciaClosed,
    OcorrenciaCreated,
    OcorrenciaDeleted,
    OcorrenciaEdited,
    OcorrenciaEscalated,
    OcorrenciaOpened,
)
from schemas.events.storage import StorageConfigured
from schemas.events.streams import StreamConfigured, StreamRemoved, StreamStatusChanged
from schemas.events.webhooks import (
    WebhookConfigured,
    WebhookGaveUp,
    WebhookLetterSettled,
    WebhookReached,
    WebhookRemoved,
)

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
        OcorrenciaCreated,
        OcorrenciaAcknowledged,
        OcorrenciaEdited,
        OcorrenciaDeleted,
        KeyCreated,
        KeyRevoked,
        CommandDone,
        WebhookConfigured,
        WebhookRemoved,
        WebhookGaveUp,
        WebhookLetterSettled,
        WebhookReached,
        StorageConfigured,
        AnalysisRequested,
        AnalysisProgressed,
        AnalysisDecided,
        AnalysisFinished,
        AnalysisFailed,
    )
}
"""CloudEvents type -> struct, each in the version that is written today (earlier ones: schemas/upcast.py)."""

__all__ = [
    "EVENTS",
    "AnalysisDecided",
    "AnalysisFailed",
    "AnalysisFinished",
    "AnalysisProgressed",
    "AnalysisRequested",
    "AudioIndexed",
    "AudioMeasured",
    "CommandDone",
    "Event",
    "EvidenceAttached",
    "FramesIndexed",
    "KeyCreated",
    "KeyRevoked",
    "MediaGap",
    "OcorrenciaAcknowledged",
    "OcorrenciaClosed",
    "OcorrenciaCreated",
    "OcorrenciaDeleted",
    "OcorrenciaEdited",
    "OcorrenciaEscalated",
    "OcorrenciaOpened",
    "SegmentRecorded",
    "StorageConfigured",
    "StreamConfigured",
    "StreamRemoved",
    "StreamStatusChanged",
    "VideoMeasured",
    "WebhookConfigured",
    "WebhookGaveUp",
    "WebhookLetterSettled",
    "WebhookReached",
    "WebhookRemoved",
]
