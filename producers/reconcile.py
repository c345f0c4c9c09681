"""From what is to be watched to what is being watched: one ingest for each wanted channel."""

import threading
from collections.abc import Callable, Mapping
from typing import Protocol

import msgspec
import structlog

from producers.segments import Before
from schemas.events import Event, StreamConfigured, StreamRemoved

log = structlog.get_logger()

# An ingest ends its ffmpeg within 0.6 s and then records what is finished.
JOIN_S = 3.0


class Watched(msgspec.Struct, frozen=True):
    """What is running for a channel."""

    url: str
    fps: float


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be done; names in order. A channel in both ``stop`` and ``start`` is to be restarted."""

    stop: tuple[str, ...] = ()
    start: tuple[str, ...] = ()
    retune: tuple[str, ...] = ()
    """Channels that only want another analysis rate."""


def plan(desired: Mapping[str, StreamConfigured], running: Mapping[str, Watched]) -> Plan:
    """Return what turns the running channels into the desired ones."""
    moved = {name for name in desired.keys() & running.keys() if desired[name].url != running[name].url}
    return Plan(
        stop=tuple(sorted((running.keys() - desired.keys()) | moved)),
        start=tuple(sorted((desired.keys() - running.keys()) | moved)),
        retune=tuple(
            sorted(
                name
                for name in desired.keys() & running.keys() - moved
                if desired[name].fps != running[name].fps
            )
        ),
    )


def wanted(desired: Mapping[str, StreamConfigured], event: Event) -> dict[str, StreamConfigured]:
    """Return what is to be watched after one more event of ``horus.streams.v1``; others change nothing."""
    after = dict(desired)
    if isinstance(event, StreamConfigured) and event.enabled:
        after[event.channel] = event
    elif isinstance(event, StreamConfigured | StreamRemoved):
        after.pop(event.channel, None)
    return after


Unwanted = StreamRemoved | StreamConfigured
"""The wish by which a channel is not to be watched: removed, or configured and not enabled."""


class Watching(Protocol):
    """What reconciling needs of an ingest; ``producers.ingest.Ingest`` is one."""

    @property
    def alive(self) -> bool:
        """Tell whether it still watches."""

    @property
    def before(self) -> Before | None:
        """Return the last media of the channel."""

    def start(self) -> None:
        """Begin."""

    def set_fps(self, fps: float) -> None:
        """Ask for another analysis rate."""

    def stop(self, *, on_purpose: bool) -> None:
        """Ask to end."""

    def join(self, timeout_s: float) -> bool:
        """Wait for the end."""


class Reconciler:
    """Keeps an ingest for each wanted channel. `heard` may be called from any thread, the rest from one."""

    def __init__(
        self,
        begin: Callable[[StreamConfigured, Before | None], Watching],
        known: Mapping[str, Before],
        gone: Callable[[Unwanted], None],
    ) -> None:
        """``begin`` makes an ingest; ``known`` is the last media of each channel, read from the log; ``gone``
        is told of an unwanted channel that nobody watches, so that nobody else could say it has stopped."""
        self._begin = begin
        self._gone = gone
        self._unwanted: dict[str, Unwanted] = {}
        self._known = dict(known)
        self._desired: dict[str, StreamConfigured] = {}
        self._lock = threading.Lock()
        self._running: dict[str, tuple[Watched, Watching]] = {}

    def heard(self, event: Event) -> None:
        """Take in an event of desired state; `step` acts on it."""
        with self._lock:
            self._desired = wanted(self._desired, event)
            if isinstance(event, StreamConfigured | StreamRemoved) and event.channel not in self._desired:
                self._unwanted[event.channel] = event
            else:
                self._unwanted.pop(event.channel, None)

    def step(self) -> Plan:
        """Start, stop and change ingests so that what is wanted is watched; return what was done."""
        for name in [name for name, (_, ingest) in self._running.items() if not ingest.alive]:
            log.error("the watching of a channel broke off and begins again", channel=name)
            self._remember(name)
        with self._lock:
            desired = self._desired
            unwanted, self._unwanted = self._unwanted, {}
        for name, event in unwanted.items():
            if name not in self._running:
                self._gone(event)
        todo = plan(desired, {name: watched for name, (watched, _) in self._running.items()})
        for name in todo.stop:
            self._running[name][1].stop(on_purpose=name not in desired)
        for name in todo.stop:
            if not self._running[name][1].join(JOIN_S):
                log.error("an ingest does not end", channel=name)
            self._remember(name)
        for name in todo.start:
            configured = desired[name]
            ingest = self._begin(configured, self._known.get(name))
            ingest.start()
            self._running[name] = (Watched(configured.url, configured.fps), ingest)
        for name in todo.retune:
            watched, ingest = self._running[name]
            ingest.set_fps(desired[name].fps)
            self._running[name] = (Watched(watched.url, desired[name].fps), ingest)
        return todo

    def close(self) -> None:
        """End all ingests because the process ends; that is nobody's wish about a channel."""
        for _, ingest in self._running.values():
            ingest.stop(on_purpose=False)
        for name in list(self._running):
            self._running[name][1].join(JOIN_S)
            self._remember(name)

    def _remember(self, name: str) -> None:
        before = self._running.pop(name)[1].before
        if before is not None:
            self._known[name] = before
