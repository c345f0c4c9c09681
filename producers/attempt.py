"""One run of ffmpeg: its words and packets folded into facts, its segments gathered."""

from collections import deque
from collections.abc import Callable

import msgspec
import structlog

from infra import clock
from producers.child import Child, Heard
from producers.epoch import JUMP, Arrival
from producers.ffmpeg import Command
from producers.segments import Finished
from producers.trouble import Run, came, cut, heard
from producers.words import PLAYABLE_SOUND, PacketList, Said, listed, said
from schemas.events.media import PTS_HZ

log = structlog.get_logger()

# Arrivals that are kept: more than the packets of one GOP, which tell an epoch's start.
ARRIVALS_KEPT = 2048
# The parser hands a picture over when the next but one begins: MPEG-TS does not say where one ends.
PARSER_FRAMES = 2


class Setting(msgspec.Struct, frozen=True, kw_only=True):
    """How an attempt is made, beside its command."""

    number: int
    """Counts the runs of a channel from 1."""
    latency_s: float
    """Known delay of the transport."""
    after_jump: bool = False
    """It begins because the source's clock stepped back."""
    mask: Callable[[str], str]
    """Hides the source's secrets in a line."""


class Attempt:
    """A running ffmpeg. Make and use it in one thread; `listen` and `stop` fold in what it says."""

    def __init__(self, command: Command, setting: Setting, run: Run, wake: int) -> None:
        """Start ffmpeg; a byte in ``wake`` ends a `listen` early. Raises OSError when it does not start."""
        self.run = run
        self.again = False
        """It must be run again at once, in another way or for another clock."""
        self.jumped = False
        """The source's clock stepped back."""
        self.aac = False
        """The sound must be made playable, from the next run on."""
        self.headers_missing = False
        self.sound_missing = False
        self.frame = 0
        """Length of a picture; 90 kHz ticks."""
        self.arrivals: deque[Arrival] = deque(maxlen=ARRIVALS_KEPT)
        self._command = command
        self._setting = setting
        self._packets = PacketList()
        self._stopping = False
        self._child = Child(command, wake)

    def listen(self, timeout_s: float, now: Callable[[], float]) -> tuple[list[Finished], list[str]]:
        """Wait for words of ffmpeg, not longer than ``timeout_s``; return finished segments and log lines.

        ``now`` is the monotonic clock that the run's times are of.
        """
        return self._fold(self._child.listen(timeout_s), now())

    def stop(self, now: Callable[[], float]) -> tuple[list[Finished], list[str]]:
        """End ffmpeg within a second; return its last segments and log lines."""
        self._stopping = True
        segments: list[Finished] = []
        lines: list[str] = []

        def hear(words: Heard) -> None:
            more_segments, more_lines = self._fold(words, now())
            segments.extend(more_segments)
            lines.extend(more_lines)

        self._child.stop(hear)
        return segments, lines

    @property
    def last(self) -> int | None:
        """Return where the media that came so far ends on the media clock; None when none came."""
        if not self.arrivals:
            return None
        return max(arrival.pts for arrival in self.arrivals) + self.frame

    @property
    def lag_s(self) -> float:
        """Return the known delay between the sending of a packet and its reading."""
        return self._setting.latency_s + PARSER_FRAMES * self.frame / PTS_HZ

    def _fold(self, words: Heard, now: float) -> tuple[list[Finished], list[str]]:
        wall = clock.now()
        for line in words.packets:
            packet = self._packets.read(line)
            if packet is None:
                continue
            cuts = self._packets.video is None or packet.stream == self._packets.video
            self.run = came(self.run, now, cuts=cuts)
            if cuts:
                self.arrivals.append(Arrival(wall.timestamp(), packet.pts))
                self.frame = packet.duration
        finished: list[Finished] = []
        for line in words.segments:
            entry = listed(line)
            if entry is None or (self.aac and self.again):
                continue
            self.run = cut(self.run, now)
            finished.append(
                Finished(
                    file=self._command.spool / entry.file,
                    end=entry.end,
                    listed_at=wall,
                    run=self._setting.number,
                    after_jump=self._setting.after_jump,
                    arrivals=tuple(self.arrivals),
                    lag_s=self.lag_s,
                )
            )
        masked = map(self._setting.mask, words.log)
        lines = [text for line in masked if (text := self._read(said(line), now)) is not None]
        if words.ended and self.run.ended is None:
            killed_by = None if self._stopping else self._child.killed_by()
            self.run = msgspec.structs.replace(self.run, ended=now, killed_by=killed_by)
        return finished, lines

    def _read(self, understood: Said, now: float) -> str | None:
        """Fold in a line of the log; return it when it is worth showing."""
        announced = understood.stream if self.run.first is None else None
        self.run = heard(self.run, understood, now)
        self.headers_missing |= understood.headers_missing
        self.sound_missing |= understood.sound_missing
        if announced is not None and not self.aac and self._is_wrong_sound(*announced):
            self.aac = True
            self.again = self._command.source.returns
            log.info("sound becomes AAC", codec=announced[1], at_once=self.again)
        if understood.back_s is not None and not self.again and understood.back_s * PTS_HZ > JUMP:
            log.warning("the source's clock stepped back", seconds=round(understood.back_s, 3))
            self.again = self.jumped = True
        return understood.text if understood.news else None

    def _is_wrong_sound(self, kind: str, codec: str) -> bool:
        # A track without packets has no codec yet; it is no reason to encode anything.
        return (
            self._command.sound == "copy"
            and kind == "Audio"
            and codec not in PLAYABLE_SOUND
            and codec != "none"
        )
