"""Every topic of Horus: key, partitions, how long it keeps, who writes and reads it."""

from datetime import timedelta

import msgspec

from schemas.events import (
    AnalysisDecided,
    AnalysisFailed,
    AnalysisFinished,
    AnalysisProgressed,
    AnalysisRequested,
    AudioIndexed,
    AudioMeasured,
    CommandDone,
    Event,
    EvidenceAttached,
    FramesIndexed,
    KeyCreated,
    KeyRevoked,
    MediaGap,
    OcorrenciaAcknowledged,
    OcorrenciaClosed,
    OcorrenciaCreated,
    OcorrenciaDeleted,
    OcorrenciaEdited,
    OcorrenciaEscalated,
    OcorrenciaOpened,
    SegmentRecorded,
    StorageConfigured,
    StreamConfigured,
    StreamRemoved,
    StreamStatusChanged,
    VideoMeasured,
    WebhookConfigured,
    WebhookGaveUp,
    WebhookLetterSettled,
    WebhookReached,
    WebhookRemoved,
)

CHANNEL_PARTITIONS = 16
"""One number for all topics keyed by channel, so that a channel's facts meet in one worker."""


DLQ_RETENTION = timedelta(days=30)
# Twice what a broker takes by default (1 MiB): a letter is a record of any size with headers added.
LETTER_MAX_BYTES = 2_097_152


class Topic(msgspec.Struct, frozen=True, kw_only=True):
    """A topic of the log and its contract."""

    name: str
    key: str
    partitions: int
    retention: timedelta | None = None
    """How long records are kept; None: for ever."""
    compacted: bool = False
    settings: dict[str, str] = {}
    """Further Kafka topic settings."""
    events: tuple[type[Event], ...] = ()
    written_by: tuple[str, ...]
    read_by: tuple[str, ...]
    has_dlq: bool = True

    @property
    def dlq(self) -> str:
        """Name of the dead-letter topic that rejected records of this one go to, byte for byte."""
        return f"{self.name}.dlq"

    @property
    def owner(self) -> str:
        """Who decides what its events mean: the first of its writers."""
        return self.written_by[0]

    def config(self) -> dict[str, str]:
        """Return the Kafka settings with which this topic is created."""
        policy = "compact" if self.compacted else "delete"
        keep = -1 if self.retention is None else int(self.retention.total_seconds() * 1000)
        return {"cleanup.policy": policy, "retention.ms": str(keep), **self.settings}


STREAMS = Topic(
    name="horus.streams.v1",
    key="channel",
    partitions=1,
    compacted=True,
    events=(StreamConfigured, StreamRemoved),
    written_by=("api", "cli"),
    read_by=("producers", "decisions", "api"),
)
STREAM_STATUS = Topic(
    name="horus.stream-status.v1",
    key="channel",
    partitions=CHANNEL_PARTITIONS,
    retention=timedelta(days=30),
    events=(StreamStatusChanged,),
    written_by=("producers",),
    read_by=("decisions", "projections", "api"),
)
SEGMENTS = Topic(
    name="horus.media.segments.v1",
    key="channel",
    partitions=CHANNEL_PARTITIONS,
    # As long as the media itself, whose default retention is the same week.
    retention=timedelta(days=7),
    events=(SegmentRecorded, MediaGap),
    written_by=("producers",),
    read_by=("evidence", "projections", "api"),
)
FRAMES = Topic(
    name="horus.media.frames.v1",
    key="channel",
    partitions=CHANNEL_PARTITIONS,
    retention=timedelta(days=7),
    events=(FramesIndexed,),
    written_by=("producers",),
    read_by=("video",),
)
AUDIO_CHUNKS = Topic(
    name="horus.media.audio-chunks.v1",
    key="channel",
    partitions=CHANNEL_PARTITIONS,
    retention=timedelta(days=7),
    events=(AudioIndexed,),
    written_by=("producers",),
    read_by=("audio",),
)
DETECTIONS = Topic(
    name="horus.detections.v1",
    key="channel",
    partitions=CHANNEL_PARTITIONS,
    retention=timedelta(days=90),
    events=(VideoMeasured, AudioMeasured),
    written_by=("video", "audio"),
    read_by=("decisions", "projections", "analysts"),
)
OCORRENCIAS = Topic(
    name="horus.ocorrencias.v1",
    key="channel",
    # One on purpose: occurrences are rare, and one partition gives one order, ids and cursors.
    partitions=1,
    events=(
        OcorrenciaOpened,
        OcorrenciaEscalated,
        OcorrenciaClosed,
        EvidenceAttached,
        OcorrenciaCreated,
        OcorrenciaAcknowledged,
        OcorrenciaEdited,
        OcorrenciaDeleted,
    ),
    written_by=("decisions", "evidence", "api"),
    read_by=("evidence", "projections", "api", "analysts"),
)
ADMIN = Topic(
    name="horus.admin.v1",
    key="about",
    # One: a key that is revoked must not be overtaken by its making. Not compacted: this is the audit.
    partitions=1,
    events=(
        KeyCreated,
        KeyRevoked,
        CommandDone,
        WebhookConfigured,
        WebhookRemoved,
        StorageConfigured,
    ),
    written_by=("api",),
    read_by=("projections", "api"),
)
WEBHOOK_DLQ = Topic(
    name="horus.webhooks.dlq.v1",
    key="webhook",
    # One: a letter is settled behind its being written.
    partitions=1,
    retention=DLQ_RETENTION,
    events=(WebhookGaveUp, WebhookLetterSettled),
    written_by=("api",),
    read_by=("api",),
    has_dlq=False,
)
WEBHOOK_POSITIONS = Topic(
    name="horus.webhooks.positions.v1",
    key="webhook",
    partitions=1,
    compacted=True,
    # Small segments that are cleaned early: the positions are read whole at every change of the sender.
    settings={"segment.ms": "60000", "min.cleanable.dirty.ratio": "0.1"},
    events=(WebhookReached,),
    written_by=("api",),
    read_by=("api",),
    has_dlq=False,
)
ANALYSES = Topic(
    name="horus.analyses.v1",
    key="channel of the analysis",
    partitions=4,
    retention=timedelta(days=30),
    events=(AnalysisRequested, AnalysisProgressed, AnalysisDecided, AnalysisFinished, AnalysisFailed),
    written_by=("api", "producers", "decisions"),
    read_by=("api", "producers"),
)
DECISIONS_STATE = Topic(
    name="horus.decisions.state.v1",
    key="partition",
    partitions=CHANNEL_PARTITIONS,
    compacted=True,
    # Small segments that are cleaned early: the state is read whole at every rebalance.
    settings={
        "segment.ms": "60000",
        "min.cleanable.dirty.ratio": "0.1",
        "max.message.bytes": str(LETTER_MAX_BYTES),
    },
    written_by=("decisions",),
    read_by=("decisions",),
    has_dlq=False,
)
TOPICS: tuple[Topic, ...] = (
    STREAMS,
    STREAM_STATUS,
    SEGMENTS,
    FRAMES,
    AUDIO_CHUNKS,
    DETECTIONS,
    OCORRENCIAS,
    ADMIN,
    WEBHOOK_DLQ,
    WEBHOOK_POSITIONS,
    ANALYSES,
    DECISIONS_STATE,
)


def dead_letters(topic: Topic) -> Topic:
    """Return the dead-letter topic of a topic: its records as they were, with the reason in headers."""
    return Topic(
        name=topic.dlq,
        key="as source",
        partitions=1,
        retention=DLQ_RETENTION,
        settings={"max.message.bytes": str(LETTER_MAX_BYTES)},
        written_by=topic.read_by,
        read_by=("horus dlq",),
        has_dlq=False,
    )


def all_topics() -> tuple[Topic, ...]:
    """Return every topic to be created, dead-letter topics included."""
    return TOPICS + tuple(dead_letters(topic) for topic in TOPICS if topic.has_dlq)
