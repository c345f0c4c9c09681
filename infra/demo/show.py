"""The demo itself, once Horus runs: two channels on air, alarms heard, and the account at the end."""

import contextlib
import queue
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path

from infra import clock
from infra.demo.alarms import Alarms
from infra.demo.programme import Programme
from infra.demo.score import Heard, Injection, Row, complete, hear, injections, judge
from infra.demo.transmit import Transmitter
from infra.demo.viewer import Viewer
from infra.demo.words import alarm

Say = Callable[[str], None]

# From "on air" in a script's time to the first packet: the ingest must have begun to listen by then.
LEAD = timedelta(seconds=2)
# Both channels must run this long before the first fault, or the script is counted from its next run.
READY_BEFORE = timedelta(seconds=3)
CONNECT_DEADLINE = timedelta(seconds=60)
# After the last fault of the script an alarm of it may still close, and a false one still show.
AFTERWARDS = timedelta(seconds=8)
# What has not been told this long after the last fault is missed; a killed process is back in 20 s.
GIVE_UP = timedelta(seconds=40)
POLL_S = 0.25


class NeverRan(RuntimeError):
    """A channel did not come up; the text says which."""


@contextlib.contextmanager
def on_air(
    programmes: tuple[Programme, ...], files: Mapping[str, Path], ports: Mapping[str, int], at: datetime
) -> Iterator[None]:
    """Send every programme to its port over SRT, by the wall clock, while the block runs."""
    transmitters = [
        Transmitter(
            files[each.name], each.duration_s, f"srt://127.0.0.1:{ports[each.name]}", at, cuts=each.cuts
        )
        for each in programmes
    ]
    for transmitter in transmitters:
        transmitter.start()
    try:
        yield
    finally:
        for transmitter in transmitters:
            transmitter.stop()


class Show:
    """Two channels on air since a moment, and what is heard of them."""

    def __init__(
        self, programmes: tuple[Programme, ...], on_air_at: datetime, viewer: Viewer, alarms: Alarms, say: Say
    ) -> None:
        """Take what is already running."""
        self._programmes = programmes
        self._on_air_at = on_air_at
        self._viewer = viewer
        self._alarms = alarms
        self._say = say
        self._heard: dict[str, Heard] = {}
        self._counted_from = on_air_at
        self.script: list[Injection] = []
        """The faults that count."""

    def connect(self) -> None:
        """Wait until every channel runs and a picture can be seen; then the script is settled.

        Raises NeverRan past a minute.
        """
        missing = {each.name for each in self._programmes}
        dark = self._programmes[0].name
        shown = False
        while missing or not shown:
            now = clock.now()
            if now > self._on_air_at + CONNECT_DEADLINE:
                raise NeverRan(f"{', '.join(sorted(missing)) or dark} did not come up within a minute")
            for name in sorted(missing & self._viewer.running(self._on_air_at - LEAD)):
                missing.remove(name)
                self._say(f"{name} runs")
            if not shown and self._viewer.has_picture(dark, self._on_air_at - LEAD):
                shown = True
                self._say(f"first picture of {dark} to be seen")
            self._listen(POLL_S)
        self._counted_from = clock.now()
        self.script = script_from(self._programmes, self._on_air_at, self._counted_from)

    def watch(self, until: Callable[[], bool]) -> None:
        """Print alarms as they arrive until a condition holds. Raises what ended the listening."""
        while not until():
            self._listen(POLL_S)

    def over(self) -> bool:
        """Tell whether the script has run and all of it was told, or the time for telling is up."""
        last = max(each.end for each in self.script)
        now = clock.now()
        return now > last + AFTERWARDS and (
            complete(self.script, self._heard.values()) or now > last + GIVE_UP
        )

    def rows(self) -> list[Row]:
        """Return the account so far."""
        # From the first run that was heard to this one: the script may have waited for its next run.
        aired = [
            *around(self._counted_from, self._programmes, self._on_air_at),
            *around(clock.now(), self._programmes, self._on_air_at),
        ]
        return judge(self.script, self._heard.values(), self._counted_from, aired)

    def _listen(self, wait_s: float) -> None:
        if self._alarms.failure is not None:
            raise self._alarms.failure
        try:
            told = self._alarms.told.get(timeout=wait_s)
        except queue.Empty:
            return
        self._heard = hear(self._heard, told)
        self._say(alarm(told, around(told.start, self._programmes, self._on_air_at)))


def script_from(
    programmes: tuple[Programme, ...], on_air_at: datetime, ready_at: datetime
) -> list[Injection]:
    """Return the faults of the first whole run whose first fault lies late enough after ``ready_at``."""
    cycle = 0
    while True:
        script = injections(programmes, on_air_at, cycle)
        if script[0].start >= ready_at + READY_BEFORE:
            return script
        cycle += 1


def around(moment: datetime, programmes: tuple[Programme, ...], on_air_at: datetime) -> list[Injection]:
    """Return every fault of the runs of the script before, at and after a moment."""
    return [
        injection
        for each in programmes
        for cycle in _cycles(moment, each, on_air_at)
        for injection in injections([each], on_air_at, cycle)
    ]


def _cycles(moment: datetime, programme: Programme, on_air_at: datetime) -> range:
    cycle = int((moment - on_air_at).total_seconds() // programme.duration_s)
    return range(cycle - 1, cycle + 2)


def begins(script: list[Injection]) -> datetime:
    """Return when the first fault of a script is on air."""
    return min(each.start for each in script)
