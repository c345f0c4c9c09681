"""The watching of one channel: ffmpeg is kept running, its segments recorded, its troubles told."""

import os
import shutil
import threading
import time
import weakref
from collections import deque
from datetime import datetime, timedelta

import structlog

from infra import clock
from infra.host_policy import HostRefused, HostUnknown
from infra.sealed_url import NotOpened
from infra.shown_url import masking, shown_url
from infra.source_url import BadSource, admitted
from producers import status
from producers.attempt import Attempt, Setting
from producers.edges import Edges
from producers.epoch import WINDOW, continues
from producers.ffmpeg import ANALYZE_S, PATIENT_ANALYZE_S, Command, Sound
from producers.segments import Before, Finished, Recorder
from producers.sources import Source, source
from producers.status import Standing
from producers.trouble import Diagnosis, Run, diagnose, healthy_s
from schemas.events import StreamConfigured
from schemas.topics import STREAM_STATUS

log = structlog.get_logger()

# Longest wait for a word of ffmpeg: the grain of all judgements on silence.
TICK_S = 0.25
# Starts of ffmpeg are at least so far apart while a source stays away, growing to the second number: often
# enough for a picture within 3 s of a source's return (libsrt calls for 3 s of each attempt anyway).
RETRY_FIRST_S, RETRY_LAST_S = 0.2, 3.5
# After so long a run of good media the next failure is a first one again.
GOOD_S = 10.0
# Media that flows again for so long has come back; a packet or two are only what a dying run flushes.
RESUMED_S = 0.9
# Lines of ffmpeg that are kept, and that go into an event.
LOG_KEPT, LOG_TOLD = 100, 20
# Segments that may wait on disk (broker or store away): an hour of them; then ffmpeg is stopped.
WAITING_MAX = 3600
# Pause before a segment that could not be stored is tried again.
STORE_RETRY_S = 1.0


class Ingest:
    """Watches one channel in a thread of its own until `stop`."""

    def __init__(self, configured: StreamConfigured, edges: Edges, before: Before | None) -> None:
        """Prepare; ``before`` is the last media known of the channel."""
        self.channel = configured.channel
        self.url = configured.url
        self._mask = masking(configured.url)
        self._edges = edges
        # Of its own: an ingest of this channel that does not end yet shall not clean up under this one.
        self._spool = edges.spool / f"{configured.channel}-{time.monotonic_ns()}"
        self._recorder = Recorder(
            configured.channel, fps=configured.fps, store=edges.store, put=edges.put, before=before
        )
        self._standing = Standing(channel=configured.channel, since=clock.now())
        self._lines: deque[str] = deque(maxlen=LOG_KEPT)
        self._restarts = 0
        self._retry_s = RETRY_FIRST_S
        self._runs = 0
        self._jumped = False
        self._sound: Sound = "copy"
        self._analyze_s = ANALYZE_S
        self._store_at = 0.0
        self._wake_read, self._wake_write = os.pipe()
        os.set_blocking(self._wake_read, False)
        # Not at the end of the thread: `stop` may still write.
        weakref.finalize(self, _close, self._wake_read, self._wake_write)
        self._stopping = threading.Event()
        self._on_purpose = False
        self._thread = threading.Thread(target=self._watch, name=f"ingest-{self.channel}", daemon=True)

    def start(self) -> None:
        """Begin watching."""
        self._thread.start()

    def set_fps(self, fps: float) -> None:
        """Ask for another analysis rate, from the next segment on."""
        self._recorder.fps = fps

    def stop(self, *, on_purpose: bool) -> None:
        """Ask the watching to end; ``on_purpose`` tells the log that nobody wants the channel any more."""
        self._on_purpose = on_purpose
        self._stopping.set()
        os.write(self._wake_write, b"x")

    def join(self, timeout_s: float) -> bool:
        """Wait for the end of the watching; tell whether it came."""
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    @property
    def alive(self) -> bool:
        """Tell whether the channel is being watched."""
        return self._thread.is_alive()

    @property
    def before(self) -> Before | None:
        """Return the channel's last epoch and its end."""
        return self._recorder.timeline.before

    def _watch(self) -> None:
        structlog.contextvars.bind_contextvars(channel=self.channel)
        log.info("watching", url=shown_url(self.url))
        self._tell()
        while not self._stopping.is_set():
            began = time.monotonic()
            try:
                # Asked anew each time: what a name stands for may have changed, and what is allowed too.
                url = self._edges.opened(self.url)
                self._mask = masking(url)
                opened = admitted(url, self._edges.hosts, self._edges.files)
                at_once = self._run_once(source(opened, self._edges.proxy))
            except NotOpened as error:
                self._refuse(str(error))
                at_once = False
            except (BadSource, HostRefused, HostUnknown) as error:
                self._refuse(self._mask(str(error)))
                at_once = False
            except Exception as error:
                # Whatever it is, the other channels go on, and this one is tried again with growing pauses.
                log.exception("cannot run ffmpeg", why=str(error))
                blind = Diagnosis(trouble="no_data", reason=f"Horus cannot run ffmpeg: {error}")
                self._standing = status.troubled(self._standing, blind, since=clock.now())
                at_once = False
            if not at_once:
                self._pause(began)
        self._record_waiting()
        if self._on_purpose:
            last = self.before
            self._standing = status.stopped(self._standing, since=last.end if last else clock.now())
            self._tell()
        shutil.rmtree(self._spool, ignore_errors=True)
        log.info("no longer watching", on_purpose=self._on_purpose)

    def _refuse(self, why: str) -> None:
        """Take in that nothing can be opened: the host is not allowed or has no address, or the channel's own
        is sealed with a key that is not here. ``why`` holds no secret."""
        self._restarts += 1
        told = Diagnosis(trouble="unreachable", reason=why)
        before = self.before
        if self._standing.reason != told.reason:
            log.warning("not opened", why=told.reason)
        self._standing = status.troubled(
            self._standing, told, since=before.end if before else self._standing.since
        )

    def _run_once(self, opened: Source) -> bool:
        """Run ffmpeg until it ends or has to; tell whether the next run is to begin at once."""
        self._runs += 1
        attempt = self._begin(opened)
        try:
            while not self._stopping.is_set():
                self._hear(attempt, *attempt.listen(TICK_S, time.monotonic))
                now = time.monotonic()
                diagnosis = None if attempt.again else diagnose(attempt.run, now)
                self._judge(attempt, diagnosis, now)
                self._record_waiting()
                if attempt.again or (diagnosis is not None and diagnosis.restart):
                    break
                if self._recorder.waiting > WAITING_MAX:
                    log.error("ffmpeg stopped: segments on disk wait for broker or store")
                    break
        finally:
            self._hear(attempt, *attempt.stop(time.monotonic))
        self._record_waiting()
        if not attempt.again and not self._stopping.is_set():
            now = time.monotonic()
            self._judge(attempt, diagnose(attempt.run, now), now)
        self._learn(attempt)
        self._wait_for_room()
        return attempt.again

    def _begin(self, opened: Source) -> Attempt:
        folder = self._spool / f"{self._runs:08d}"
        folder.mkdir(parents=True, exist_ok=True)
        command = Command(
            binary=self._edges.ffmpeg,
            source=opened,
            spool=folder,
            sound=self._sound,
            analyze_s=self._analyze_s,
        )
        run = Run(
            started=time.monotonic(),
            listens=opened.listens,
            hangs_up=opened.hangs_up,
            times_out=opened.times_out,
            analyze_s=max(0.0, self._analyze_s - ANALYZE_S),
        )
        setting = Setting(
            number=self._runs,
            latency_s=opened.latency_s,
            after_jump=self._jumped,
            mask=self._mask,
        )
        return Attempt(command, setting, run, self._wake_read)

    def _hear(self, attempt: Attempt, segments: list[Finished], lines: list[str]) -> None:
        self._lines.extend(lines)
        for finished in segments:
            self._recorder.take(finished)

    def _judge(self, attempt: Attempt, diagnosis: Diagnosis | None, now: float) -> None:
        """Fold a judgement into the channel's standing and tell it when that is due."""
        wall = clock.now()
        flowing_s = healthy_s(attempt.run, now)
        if diagnosis is not None:
            since = self._media_end(attempt) or self._standing.since
            was = self._standing
            self._standing = status.troubled(was, diagnosis, since=since)
            if self._standing.told_at is None and was.told_at is not None:
                log.warning("trouble", trouble=diagnosis.trouble, why=diagnosis.reason)
        elif self._recorder.timeline.run == self._runs and flowing_s > RESUMED_S:
            self._standing = status.resumed(self._standing, now=wall - timedelta(seconds=flowing_s))
        if flowing_s > GOOD_S:
            self._restarts, self._retry_s = 0, RETRY_FIRST_S
        if status.due(self._standing, wall, flowing=diagnosis is None and healthy_s(attempt.run, now) > 0):
            self._tell()

    def _media_end(self, attempt: Attempt) -> datetime | None:
        """Return the UTC at which the last good media ended: by its last packet, else its last segment."""
        timeline = self._recorder.timeline
        last = attempt.last
        # In a clock that jumped since the last segment the packet says nothing.
        if (
            last is not None
            and timeline.anchor is not None
            and timeline.run == self._runs
            and continues(timeline.expected, last, within=WINDOW)
        ):
            return timeline.anchor.at(last)
        return timeline.before.end if timeline.before else None

    def _record_waiting(self) -> None:
        """Record what is finished; what cannot be stored now is left for later."""
        while self._recorder.waiting and time.monotonic() >= self._store_at and not self._edges.full():
            try:
                segment = self._recorder.work()
            except OSError as error:
                log.error("segments wait on disk", waiting=self._recorder.waiting, why=str(error))
                self._store_at = time.monotonic() + STORE_RETRY_S
                return
            anchor = self._recorder.timeline.anchor
            # The last segment of a run that ended, in an epoch already told, is no sign of life.
            news = self._standing.state == "connecting" or (segment and self._standing.epoch != segment.epoch)
            if segment is not None and anchor is not None and news:
                log.info("recording", epoch=segment.epoch, start=clock.iso(anchor.utc))
                self._standing = status.running(self._standing, epoch=segment.epoch, start=anchor.utc)
                self._tell()

    def _wait_for_room(self) -> None:
        while self._recorder.waiting > WAITING_MAX // 2 and not self._stopping.wait(STORE_RETRY_S):
            self._record_waiting()

    def _learn(self, attempt: Attempt) -> None:
        """Change what the next run does by what this one met."""
        self._jumped = attempt.jumped
        if attempt.aac:
            self._sound = "aac"
        elif attempt.sound_missing and self._sound != "none":
            self._sound = "none"
        elif self._sound == "none":
            self._sound = "copy"
        if attempt.run.packet is None and attempt.headers_missing:
            self._analyze_s = PATIENT_ANALYZE_S
        if not attempt.again:
            self._restarts += 1

    def _pause(self, began: float) -> None:
        """Wait before the next start, repeating what is to be told meanwhile."""
        until = began + self._retry_s
        self._retry_s = min(RETRY_LAST_S, self._retry_s * 2)
        until = max(until, time.monotonic() + RETRY_FIRST_S)
        while not self._stopping.is_set() and (left := until - time.monotonic()) > 0:
            self._stopping.wait(min(left, TICK_S))
            if status.due(self._standing, clock.now()):
                self._tell()
            self._record_waiting()

    def _tell(self) -> None:
        if self._edges.full() and self._standing.told_at is not None:
            return
        tail = tuple(self._lines)[-LOG_TOLD:] if self._standing.state == "trouble" else ()
        self._standing, event = status.told(
            self._standing, now=clock.now(), restarts=self._restarts, log_tail=tail
        )
        self._edges.put(((STREAM_STATUS, event),))


def _close(*descriptors: int) -> None:
    for each in descriptors:
        os.close(each)
