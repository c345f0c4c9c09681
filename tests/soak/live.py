"""One channel of a soak over real SRT, through the real ingest: what came while that was dead is lost."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from infra.demo.transmit import Transmitter
from infra.local.ports import free_port
from schemas.events import SegmentRecorded
from schemas.faults import SEM_SINAL
from schemas.ocorrencia import Ocorrencia
from tests.soak.finding import Finding
from tests.soak.harvest import Told
from tests.soak.knife import Struck
from tests.soak.on_time_line import NEAR, judged
from tests.soak.script import EDGE, LOOP_S, Injection, Script, injections
from tests.soak.system import System

CHANNEL = "soaklive"
# The first segment comes once the ingest has read of the channel, and the sender found it.
CONNECTED_WITHIN = timedelta(seconds=30)
# The broker may have been killed a moment ago; each try waits some seconds for it.
OBEYED_WITHIN_S = 60.0
# Segments join to the tick; between two that do not, there was no media for a while.
JOINT = timedelta(seconds=0.2)
# Whoever ends the ingest loses the segment in the making and the second before it in the sender's buffers.
INGEST = ("producers", "supervisor")


class NotObeyed(RuntimeError):
    """Horus does not take a command, however often it is given."""


class Hole(msgspec.Struct, frozen=True):
    """A stretch of UTC of which no media was recorded."""

    start: datetime
    end: datetime

    def near(self, start: datetime, end: datetime) -> bool:
        """Tell whether a stretch lies so close that it may look otherwise for the hole."""
        return start <= self.end + EDGE and end >= self.start - EDGE


class Live:
    """The sender of the channel, in threads of this process."""

    def __init__(self, system: System, script: Script) -> None:
        """Ask Horus to watch the channel and begin to send. Raises NotObeyed."""
        self._system = system
        url = f"srt://127.0.0.1:{free_port(socket.SOCK_DGRAM)}"
        self._command("add", CHANNEL, f"{url}?mode=listener")
        self._transmitter = Transmitter(Path(script.file), float(LOOP_S), url, script.began_at)
        self._transmitter.start()

    def end(self) -> None:
        """Have the channel watched no more: nothing of it is told from now on. Raises NotObeyed."""
        self._command("remove", CHANNEL)
        self.stop()

    def stop(self) -> None:
        """Leave the air; it may be done twice."""
        self._transmitter.stop()

    def _command(self, *words: str) -> None:
        command = [sys.executable, "-m", "infra.cli.main", "channels", *words]
        deadline = time.monotonic() + OBEYED_WITHIN_S
        while True:
            done = subprocess.run(
                command, env=self._system.environment, capture_output=True, text=True, check=False
            )
            if done.returncode == 0:
                return
            if time.monotonic() > deadline:
                raise NotObeyed(f"horus channels {words[0]}: {done.stderr.strip()}")


def script_of(script: Script) -> Script:
    """Return what is on air on this channel: the programme from its beginning."""
    return msgspec.structs.replace(script, channels={CHANNEL: 0})


def holes(script: Script, events: Iterable[Told]) -> list[Hole]:
    """Return where the log has no media of the channel between the script's beginning and its end."""
    spans = sorted(
        (event.segment.start, event.segment.end)
        for each in events
        if isinstance(event := each.envelope.event, SegmentRecorded) and event.channel == CHANNEL
    )
    found: list[Hole] = []
    upto = script.began_at
    for start, end in spans:
        if start - upto > JOINT:
            found.append(Hole(upto, start))
        upto = max(upto, end)
    return [*found, Hole(upto, script.ends_at)]


def live_judged(
    script: Script, media: Sequence[Told], occurrences: Iterable[Ocorrencia], struck: Sequence[Struck]
) -> list[Finding]:
    """Return what became of the channel's faults; those next to a hole are not asked for, and holes only
    pass where the ingest was killed just then."""
    mine = [each for each in occurrences if each.channel == CHANNEL]
    missing = holes(script, media)
    on_air = [_asked(fault, missing) for fault in injections(script_of(script))]
    kept = [
        each
        for each in mine
        if each.type != SEM_SINAL.name or not any(hole.near(each.start_ts, each.end_ts) for hole in missing)
    ]
    found = judged(on_air, kept)
    excused = sum(not fault.whole for fault in on_air)
    unexplained = [hole for hole in missing[:-1] if not _explained(hole, script, struck)]
    return [
        Finding(
            asked=f"over SRT: no media, though the ingest lived ({excused} faults next to a hole)",
            looked_at=len(missing),
            breaches=tuple(f"{hole.start} to {hole.end}" for hole in unexplained),
        ),
        *(msgspec.structs.replace(each, asked=f"over SRT: {each.asked}") for each in found),
    ]


def _asked(fault: Injection, missing: Sequence[Hole]) -> Injection:
    beside = any(hole.near(fault.start, fault.end) for hole in missing)
    return msgspec.structs.replace(fault, whole=fault.whole and not beside)


def _explained(hole: Hole, script: Script, struck: Sequence[Struck]) -> bool:
    if hole.start == script.began_at and hole.end <= script.began_at + CONNECTED_WITHIN:
        return True
    return any(
        blow.target in INGEST and blow.at >= hole.start - NEAR and blow.at <= hole.end + NEAR
        for blow in struck
    )
