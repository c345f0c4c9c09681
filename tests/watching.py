"""Made-up watching of a channel for tests: what ingest and measuring stages write of it."""

from datetime import UTC, datetime, timedelta

from schemas.envelope import Envelope, event_id
from schemas.events import (
    AudioMeasured,
    Event,
    MediaGap,
    SegmentRecorded,
    StreamStatusChanged,
    VideoMeasured,
)
from schemas.events.detections import ModelUsed
from schemas.events.media import AudioTrack, SegmentRef, VideoTrack
from schemas.events.streams import State

# The middle of an hour, the beginning of a minute.
T0 = datetime(2026, 11, 22, 3, 12, tzinfo=UTC)
MODEL = ModelUsed(name="made up", version="1", sha256="0" * 64)
PICTURE = VideoTrack(codec="h264", width=1920, height=1080, fps=25.0)
SOUND = AudioTrack(codec="aac", sample_rate=48_000, channels=2)


def after(seconds: float) -> datetime:
    """Return so many seconds after the beginning of the minute `T0`."""
    return T0 + timedelta(seconds=seconds)


def reference(at_s: float, duration_s: float = 1.0, channel: str = "tv1") -> SegmentRef:
    """Return a segment that begins so many seconds after `T0`."""
    return SegmentRef(
        channel=channel,
        epoch="20261122T031200.000Z",
        seq=max(0, round(at_s * 10)),
        uri=f"media://{channel}/20261122T031200.000Z/{round(at_s * 10)}.ts",
        size=1,
        sha256="0" * 64,
        start=after(at_s),
        start_pts=0,
        duration_s=duration_s,
    )


def recorded(
    at_s: float, duration_s: float = 1.0, channel: str = "tv1", *, picture: bool = True, sound: bool = True
) -> SegmentRecorded:
    """Media was taken in."""
    return SegmentRecorded(
        channel=channel,
        segment=reference(at_s, duration_s, channel),
        recorded_at=after(at_s + duration_s),
        video=PICTURE if picture else None,
        audio=(SOUND,) if sound else (),
    )


def measured(
    kind: type[VideoMeasured] | type[AudioMeasured],
    at_s: float,
    duration_s: float = 1.0,
    channel: str = "tv1",
    period_s: float = 0.25,
) -> VideoMeasured | AudioMeasured:
    """A segment was measured, every ``period_s`` from its beginning."""
    times = tuple(number * period_s for number in range(round(duration_s / period_s)))
    return kind(
        channel=channel,
        segment=reference(at_s, duration_s, channel),
        times_s=times,
        period_s=period_s,
        scores={"fade": tuple(0.1 for _ in times)},
        measures={},
        model=MODEL,
        expected=25,
        decoded=25,
    )


def gap(at_s: float, channel: str = "tv1") -> MediaGap:
    """An epoch begins."""
    return MediaGap(channel=channel, epoch="20261122T031200.000Z", end=after(at_s), reason="started")


def status(
    state: State, observed_s: float, since_s: float | None = None, channel: str = "tv1"
) -> StreamStatusChanged:
    """The ingest tells how it fares."""
    return StreamStatusChanged(
        channel=channel,
        state=state,
        trouble="no_data" if state == "trouble" else None,
        since=after(observed_s if since_s is None else since_s),
        observed_at=after(observed_s),
    )


def watched(
    first_s: int, end_s: int, channel: str = "tv1"
) -> list[SegmentRecorded | VideoMeasured | AudioMeasured]:
    """Return all that is written of seconds that are watched as they should be."""
    return [
        event
        for at_s in range(first_s, end_s)
        for event in (
            recorded(at_s, channel=channel),
            measured(VideoMeasured, at_s, channel=channel),
            measured(AudioMeasured, at_s, channel=channel),
        )
    ]


def enveloped(event: Event, time: datetime = T0) -> Envelope:
    """Return an event as it is read back from the log."""
    return Envelope(id=event_id(event), type=event.TYPE, source="test", time=time, event=event)
