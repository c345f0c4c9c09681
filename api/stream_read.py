"""The channels as clients read them."""

from datetime import datetime

from pydantic import BaseModel, Field

from api.ocorrencia_read import Moment
from api.watched import Watched
from infra.shown_url import shown_url
from schemas.events import SegmentRecorded, StreamConfigured
from schemas.mutes import muted_until

DEFAULT_CHANNEL = "default"
"""The channel that clients of the original backend mean, who know only one."""


class SegmentRead(BaseModel):
    """The newest segment of a channel."""

    seq: int = Field(examples=[4711])
    start: Moment = Field(examples=["2026-11-22T03:12:05.400000+00:00"])
    duration_s: float = Field(examples=[1.0])
    bitrate_kbps: float = Field(examples=[4200.0])


class ChannelRead(BaseModel):
    """How a channel fares."""

    channel: str = Field(examples=["tv1"])
    title: str = Field(examples=["TV 1"])
    url: str = Field(
        description="where the media comes from, without what opens it",
        examples=["srt://10.0.0.5:9000?mode=caller"],
    )
    state: str = Field(
        description="connecting, running, trouble, stopped, or unknown before the ingest has spoken"
    )
    trouble: str | None = Field(None, description="unreachable, no_data or undecodable")
    since: Moment | None = None
    reason: str = ""
    log_tail: list[str] = []
    restarts: int = Field(0, examples=[0])
    epoch: str | None = Field(None, examples=["20261122T031100.000Z"])
    segment: SegmentRead | None = None
    resolution: str | None = Field(None, examples=["1920x1080"])
    fps: float | None = Field(None, description="frames a second of the source", examples=[29.97])
    video_codec: str | None = Field(None, examples=["h264"])
    audio: list[str] = Field([], examples=[["aac"]])
    lag_s: float | None = Field(
        None, description="seconds since the newest segment's media ended", examples=[1.4]
    )
    analysis_fps: float = Field(examples=[5.0])
    enabled: bool = Field(True, description="false: stopped on purpose, its rules are kept")
    labels: list[str] = Field([], examples=[["sport"]])
    muted_until: Moment | None = Field(None, description="end of the mute that holds now, if one does")


class StreamsStatus(BaseModel):
    """All channels; ``running`` and ``fps`` are for clients that know only one."""

    running: bool = Field(
        description="whether channel `default` is being watched, so that `start` would answer 400 (where "
        "none has that name: whether any is); how it fares is told by its `state`"
    )
    fps: float = Field(examples=[5.0])
    channels: list[ChannelRead]


def streams_status(channels: list[ChannelRead]) -> StreamsStatus:
    """Return the status of all, told of the default channel, or of all if there is none of that name."""
    named = [each for each in channels if each.channel == DEFAULT_CHANNEL] or channels
    return StreamsStatus(
        running=any(each.enabled for each in named),
        fps=named[0].analysis_fps if named else 0.0,
        channels=channels,
    )


def muted(configured: StreamConfigured, now: datetime) -> datetime | None:
    """Return the end of the mute that holds now; None without one, and for a zone unknown to this machine."""
    try:
        return muted_until(configured.mutes, now)
    except (ValueError, OSError, LookupError):
        return None


def channel_read(watched: Watched, latest: SegmentRecorded | None, now: datetime) -> ChannelRead:
    """Return one channel at a moment."""
    configured, status = watched.configured, watched.status
    channel = ChannelRead(
        channel=configured.channel,
        title=configured.title or configured.channel,
        url=shown_url(configured.url),
        state="stopped" if not configured.enabled else status.state if status else "unknown",
        analysis_fps=configured.fps,
        enabled=configured.enabled,
        labels=list(configured.labels),
        muted_until=muted(configured, now),
    )
    if status is not None and configured.enabled:
        channel.trouble = status.trouble
        channel.since = status.since
        channel.reason = status.reason
        channel.log_tail = list(status.log_tail)
        channel.restarts = status.restarts
        channel.epoch = status.epoch
    if latest is not None:
        segment, video = latest.segment, latest.video
        channel.segment = SegmentRead(
            seq=segment.seq,
            start=segment.start,
            duration_s=round(segment.duration_s, 3),
            bitrate_kbps=round(segment.size * 8 / 1000 / segment.duration_s, 1)
            if segment.duration_s
            else 0.0,
        )
        channel.lag_s = round((now - segment.end).total_seconds(), 3)
        channel.audio = [
            f"{track.codec} {track.sample_rate} Hz, {track.channels} ch" for track in latest.audio
        ]
        if video is not None:
            channel.resolution = f"{video.width}x{video.height}"
            channel.fps = video.fps
            channel.video_codec = video.codec
    return channel
