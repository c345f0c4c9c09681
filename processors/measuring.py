"""The measuring stages: an indexed segment in, its scores and measures out. Shared by picture and sound."""

import asyncio
import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import BinaryIO, Generic, TypeVar

import msgspec
import structlog

from infra.media_store import MediaStore, MissingMedia, segment_uri
from processors.stage.work import Emitted, Permanent
from schemas.envelope import Envelope
from schemas.events import AudioIndexed, FramesIndexed
from schemas.events.detections import Measured
from schemas.events.media import SegmentRef
from schemas.topics import DETECTIONS, Topic

log = structlog.get_logger()

Index = TypeVar("Index", bound=FramesIndexed | AudioIndexed)
Context = TypeVar("Context")

# A segment leaves a megabyte or so; that a channel was stopped or a file given up is told to nobody here.
# Ten minutes outlast any hiccup of a live channel, and what is missing then is read from the store again.
IDLE_S = 600.0
# How much of the past is read again after a restart: what the models' windows and the shorter running
# means look back over (`processors.video.history`, `processors.audio.measure`). With less, a fault that
# begins there has no healthy past to stand out from, and is told late.
BACK_S = 4.0
# Segments of it; shorter ones than these are cut by a source that is out of order.
BACK_MOST = 16

Measure = Callable[[Index, BinaryIO, Context | None], tuple[Measured, Context]]
"""Measure the media of an indexed segment, given what the segment before it left; pure."""
Opened = Callable[[str], BinaryIO]
"""Give the media of a segment by its name. Raises MissingMedia."""


def stored(store: MediaStore) -> Opened:
    """Return what gives media as it lies in a store."""
    return lambda uri: BytesIO(store.read(uri))


class MeasuringStage(Generic[Index, Context]):
    """Measures the segments of each channel in order. What it remembers of the last segment is a cache: after
    a restart the segments before are read from the media store again."""

    def __init__(
        self,
        name: str,
        topic: Topic,
        kind: type[Index],
        measure: Measure[Index, Context],
        media: Opened,
        threads: int,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Run ``measure`` on events of ``kind`` in threads: decoding and inference let go of the GIL.

        ``clock`` gives seconds that only grow: by it, what nobody asks for is dropped.
        """
        self.name = name
        self.inputs: tuple[Topic, ...] = (topic,)
        self._kind = kind
        self._measure = measure
        self._media = media
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix=name)
        self._clock = clock
        self._lock = threading.Lock()
        self._last: OrderedDict[str, tuple[str, int, Context, float]] = OrderedDict()

    def lane(self, envelope: Envelope) -> str:
        """Return the channel: its segments are measured in order."""
        return envelope.event.channel

    async def work(self, envelope: Envelope) -> Emitted:
        """Return the measures of one segment. Raises Permanent when its media is gone."""
        event = envelope.event
        if not isinstance(event, self._kind):
            return []
        measured = await asyncio.get_running_loop().run_in_executor(self._pool, self.measured, event)
        return [(DETECTIONS, measured)]

    def measured(self, event: Index) -> Measured:
        """Return the measures of one segment, in this thread. Raises Permanent when its media is gone."""
        segment = event.segment
        try:
            media = self._media(segment.uri)
        except MissingMedia as error:
            raise Permanent(str(error)) from error
        measured, context = self._measure(event, media, self._before(event, segment))
        self._remember(segment, None if event.last else context)
        return measured

    def _remember(self, segment: SegmentRef, context: Context | None) -> None:
        now = self._clock()
        with self._lock:
            self._last.pop(segment.channel, None)
            if context is not None:
                self._last[segment.channel] = (segment.epoch, segment.seq, context, now)
            # The one measured longest ago stands first.
            while self._last and now - next(iter(self._last.values()))[3] > IDLE_S:
                self._last.popitem(last=False)

    def _before(self, event: Index, segment: SegmentRef) -> Context | None:
        with self._lock:
            last = self._last.get(segment.channel)
        if last is not None and last[:2] == (segment.epoch, segment.seq - 1):
            return last[2]
        # What waits at their end is judged with this segment, even if that is the last one.
        before = msgspec.structs.replace(event, last=False)
        context: Context | None = None
        for seq in range(max(0, segment.seq - _back(segment)), segment.seq):
            try:
                media = self._media(segment_uri(segment.channel, segment.epoch, seq))
            except MissingMedia:
                context = None
            else:
                context = self._measure(before, media, context)[1]
        return context


def _back(segment: SegmentRef) -> int:
    """Return how many segments before this one are read again; they are taken to be as long as it is."""
    return min(BACK_MOST, math.ceil(BACK_S / segment.duration_s)) if segment.duration_s > 0 else BACK_MOST
