"""The evidence stage: an occurrence opens, and a first clip is cut; it closes, and the whole one is."""

import asyncio
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

import msgspec
import structlog

from infra import clock, crash_point
from infra.media_store import MediaStore, MissingMedia
from processors.evidence.cut import CutFailed, cut_clip, cut_thumbnail
from processors.evidence.plan import (
    Window,
    covered,
    in_file,
    offset_in_clip,
    runs,
    thumbnail_segment,
    window_of,
)
from processors.stage.work import Emitted
from schemas.envelope import Envelope
from schemas.events import EvidenceAttached, OcorrenciaClosed, OcorrenciaOpened, SegmentRecorded
from schemas.events.media import SegmentRef
from schemas.events.ocorrencias import Evidence
from schemas.names import analysis_of
from schemas.topics import OCORRENCIAS, Topic

log = structlog.get_logger()

# How long after the event the post-roll is waited for: its five seconds, a GOP, and the way to the log.
# Where the media has ended (a lost signal, a removed channel) the clip goes without.
PATIENCE = timedelta(seconds=9)
LOOK_EVERY_S = 0.2
# ffmpeg processes at once; cutting must not take the processors from the measuring.
CUTTERS = 2
# What every browser plays out of an MP4; a clip of anything else is encoded once the occurrence is over.
PLAYABLE = "h264"


class Segments(Protocol):
    """What is known of recorded segments; `infra.segment_log.SegmentLog` in production."""

    def window(self, channel: str, start: datetime, end: datetime) -> list[SegmentRecorded]:
        """Return the segments that overlap a stretch of UTC, in order."""
        ...


class Clip(msgspec.Struct, frozen=True, kw_only=True):
    """What was cut of an occurrence, and out of which segments."""

    name: str | None = None
    duration_s: float | None = None
    thumbnail: str | None = None
    shown: tuple[SegmentRef, ...] = ()


class EvidenceStage:
    """Cuts evidence. Deterministic names: cut again after a crash, the same file is replaced by itself."""

    name = "evidence"
    inputs: tuple[Topic, ...] = (OCORRENCIAS,)

    def __init__(self, segments: Segments, store: MediaStore, ffmpeg: Path, clips: Path) -> None:
        """Look up media in ``segments`` and ``store``; write files into ``clips``."""
        self._segments = segments
        self._store = store
        self._ffmpeg = ffmpeg
        self._clips = clips
        self._cutters = asyncio.Semaphore(CUTTERS)

    def lane(self, envelope: Envelope) -> str:
        """Return the occurrence: its first evidence comes before its last."""
        event = envelope.event
        return event.uid if isinstance(event, OcorrenciaOpened | OcorrenciaClosed) else envelope.id

    async def work(self, envelope: Envelope) -> Emitted:
        """Return the evidence of an occurrence that has opened or closed; nothing for other events."""
        event = envelope.event
        if not isinstance(event, OcorrenciaOpened | OcorrenciaClosed):
            return []
        final = isinstance(event, OcorrenciaClosed)
        if not final and analysis_of(event.channel) is not None:
            # Nobody watches a file live: the whole clip follows in seconds, and one is enough.
            return []
        window = window_of(event.fault.start_ts, event.fault.end_ts)
        patience = envelope.time + PATIENCE if final else envelope.time
        segments = await self._media(event.channel, window, patience)
        if not segments:
            log.warning("no media for evidence", channel=event.channel, uid=event.uid)
            return []
        clip = await self._cut(event, segments, final)
        filename = segments[0].filename
        if clip is None and filename is None:
            return []
        # Of a file its name and the place in it are evidence too, with a clip or without.
        clip = clip or Clip()
        shown = clip.shown or tuple(each.segment for each in segments)
        fault = event.fault
        attached = EvidenceAttached(
            channel=event.channel,
            uid=event.uid,
            evidence=Evidence(
                clip_path=clip.name,
                clip_duration_s=clip.duration_s,
                thumbnail_path=clip.thumbnail,
                original_filename=filename,
                event_window=(offset_in_clip(shown, fault.start_ts), offset_in_clip(shown, fault.end_ts))
                if filename is None
                else (in_file(segments, fault.start_ts), in_file(segments, fault.end_ts)),
            ),
            clip_start=shown[0].start,
            final=final,
            segments=tuple(each.uri for each in clip.shown),
        )
        return [(OCORRENCIAS, attached)]

    async def _media(self, channel: str, window: Window, until: datetime) -> list[SegmentRecorded]:
        while True:
            found = await asyncio.to_thread(self._segments.window, channel, window.start, window.end)
            if covered(found, window) or clock.now() >= until:
                return found
            await asyncio.sleep(LOOK_EVERY_S)

    async def _cut(
        self, event: OcorrenciaOpened | OcorrenciaClosed, segments: list[SegmentRecorded], final: bool
    ) -> Clip | None:
        name = f"{event.channel}-{event.fault.type}-{event.fault.start_ts:%Y%m%dT%H%M%SZ}-{event.uid[:8]}"
        clip = self._clips / (f"{name}.mp4" if final else f"{name}-first.mp4")
        thumbnail = self._clips / f"{name}.jpg"
        playable = all(each.video is None or each.video.codec == PLAYABLE for each in segments)
        async with self._cutters:
            try:
                shown = await cut_clip(
                    self._ffmpeg, self._store, runs(segments), clip, encode=final and not playable
                )
            except CutFailed as error:
                log.warning("no clip", uid=event.uid, reason=str(error))
                return None
            try:
                picture = thumbnail_segment(shown, event.fault.start_ts)
                await cut_thumbnail(self._ffmpeg, self._store, picture, thumbnail)
                thumbnail_name: str | None = thumbnail.name
            except (CutFailed, MissingMedia) as error:
                # Sound without a picture, or a picture that does not decode: the clip alone is evidence.
                log.info("no thumbnail", uid=event.uid, reason=str(error))
                thumbnail_name = None
        crash_point.reached("evidence.after-clip")
        return Clip(
            name=clip.name,
            duration_s=round(sum(each.duration_s for each in shown), 3),
            thumbnail=thumbnail_name,
            shown=tuple(shown),
        )
