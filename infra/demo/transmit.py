"""A transmitter: a rendered programme on air over real SRT, by the wall clock, reconnecting at need."""

import threading
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from infra.clock import now as wall_clock
from infra.demo.air import cycle_and_position, dark_until
from infra.demo.carousel import Carousel
from infra.demo.line import Line
from infra.demo.programme import Fault

RETRY_S = 0.3
# Connected this long before transmission begins or returns, so that the first key frame leaves on time.
_LEAD = timedelta(seconds=1)
# From the choice of a key frame to its first byte: opening the file takes some milliseconds, more under load.
_PREPARE = timedelta(seconds=0.05)
_FOREVER = datetime.max.replace(tzinfo=UTC)


class Transmitter:
    """Puts one file on air at ``url`` (srt://host:port, where a listener is or will be).

    From ``on_air_at`` on the programme runs by the wall clock, whether anybody receives it or not, and
    repeats every ``duration_s`` seconds; while one of ``cuts`` (the script's ``sem_sinal``) is on, nothing is
    sent. ``connections`` counts the lines that stood, ``last_words`` is why the last one fell.
    """

    def __init__(
        self, path: Path, duration_s: float, url: str, on_air_at: datetime, cuts: Sequence[Fault] = ()
    ) -> None:
        """Read the file. Raises ValueError for a URL that is not SRT or a file without picture or sound."""
        if not url.startswith("srt://"):
            raise ValueError(f"a transmitter sends over SRT, not to {url}")
        self._carousel = Carousel(path, duration_s)
        self._url = url
        self._on_air_at = on_air_at
        self._cuts = tuple(cuts)
        self._cut_until: datetime | None = None
        self._stopping = threading.Event()
        self._changed = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"transmit {path.stem}", daemon=True)
        self.connections = 0
        self.connected = False
        self.last_words = ""

    def start(self) -> None:
        """Begin; returns at once."""
        self._thread.start()

    def stop(self) -> None:
        """Leave the air for good and wait until nothing is left running."""
        self._stopping.set()
        self._changed.set()
        if self._thread.is_alive():
            self._thread.join()

    def cut(self, seconds: float | None = None) -> None:
        """Send nothing for some seconds, or until ``restore``; the line goes dead without a goodbye."""
        self._cut_until = _FOREVER if seconds is None else wall_clock() + timedelta(seconds=seconds)
        self._changed.set()

    def restore(self) -> None:
        """End a cut by hand: transmission goes on with the next key frame."""
        self._cut_until = None
        self._changed.set()

    def position(self, now: datetime) -> float:
        """Return which moment of the programme is on air, seconds from its beginning."""
        return cycle_and_position(now, self._on_air_at, self._carousel.duration_s)[1]

    def _dark(self, moment: datetime) -> datetime | None:
        """Return when transmission comes back, if nothing is sent at a moment."""
        script = dark_until(moment, self._cuts, self._on_air_at, self._carousel.duration_s)
        by_hand = self._cut_until
        if by_hand is None or moment >= by_hand:
            return script
        return by_hand if script is None else max(script, by_hand)

    def _run(self) -> None:
        while not self._stopping.is_set():
            back = self._dark(wall_clock())
            if back is not None and (wait := back - wall_clock() - _LEAD) > timedelta(0):
                self._pause(wait)
                continue
            try:
                line = Line(self._url)
            except OSError as refused:
                self.last_words = str(refused)
                self._pause(timedelta(seconds=RETRY_S))
                continue
            self.connections += 1
            self.connected = True
            try:
                self._feed(line, back)
            finally:
                self.connected = False
                self.last_words = line.hang_up()

    def _feed(self, line: Line, back: datetime | None) -> None:
        """Send from the next key frame at or after ``back``, until dark, stopped or without a receiver."""
        begin = wall_clock() + _PREPARE
        if back is not None:
            begin = max(begin, back)
        entry = self._carousel.entry((begin - self._on_air_at).total_seconds())
        for piece in self._carousel.pieces(entry):
            due = self._on_air_at + timedelta(seconds=piece.send_s)
            while not self._stopping.is_set() and (wait := due - wall_clock()) > timedelta(0):
                self._pause(wait)
            # A cut is judged by the programme's time, not by the clock's: no frame of it goes out late.
            shown = self._on_air_at + timedelta(seconds=piece.position_s)
            if self._stopping.is_set() or self._dark(shown) is not None or not line.send(piece.data):
                return

    def _pause(self, wait: timedelta) -> None:
        # Threads cannot wait "for ever" in seconds; whoever pauses looks again anyway.
        self._changed.wait(min(wait.total_seconds(), 60.0))
        self._changed.clear()
