"""``python -m benchmarks.takeover``: how long alarms wait when workers of the decisions die, come and go.

Measures of 24 channels come in real time over a real Kafka, faults on half of the time; two workers of the
decisions stage share the partitions, each started again a second after it dies, as a supervisor does. A fold
of the same measures in this process knows what is to be told, and by which measure: an alarm waits from the
writing of that to its own. Exit code 1 when one is missing or waits longer than it may.
"""

import argparse
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from benchmarks.broker import broker
from benchmarks.measured_day import programme
from infra.follow import read_all
from infra.kafka import Publisher
from infra.local.leash import leashed
from infra.settings import load
from processors.decisions.channel import ChannelState, decide
from processors.decisions.rules import Rules
from schemas.envelope import event_id
from schemas.events.detections import Measured
from schemas.topics import DETECTIONS, OCORRENCIAS

MUST_S = 15.0
CHANNELS = 24
FAULTY = 0.5
# A supervisor's pause before it starts a dead process again.
AGAIN_S = 1.0
# After the last measure, until everything must have been told.
REST_S = 30.0


class Workers:
    """The workers of the stage, by number."""

    def __init__(self, servers: str, home: Path) -> None:
        """Start none yet."""
        self._environment = {
            "PATH": os.environ["PATH"],
            "KAFKA_BOOTSTRAP_SERVERS": servers,
            "HORUS_HOME": str(home),
        }
        self._log = home / "workers.log"
        self._running: dict[int, subprocess.Popen[bytes]] = {}

    def start(self, number: int) -> None:
        """Start a worker."""
        command = [sys.executable, "-m", "processors.decisions", "--worker", str(number)]
        with self._log.open("ab") as log:
            self._running[number] = subprocess.Popen(
                leashed(command, parent=os.getpid()), env=self._environment, stdout=log, stderr=log
            )

    def end(self, number: int, how: signal.Signals) -> None:
        """End a worker."""
        process = self._running.pop(number)
        process.send_signal(how)
        process.wait()

    def end_all(self) -> None:
        """End what runs."""
        for number in list(self._running):
            self.end(number, signal.SIGKILL)


class Phase(msgspec.Struct, frozen=True):
    """A stretch of the run that begins with something done to the workers."""

    name: str
    at_s: float
    do: Callable[[Workers], None]


def killed_and_started(workers: Workers) -> None:
    """Kill a worker that a supervisor starts again."""
    workers.end(1, signal.SIGKILL)
    time.sleep(AGAIN_S)
    workers.start(1)


PHASES = (
    Phase("two workers", 0.0, lambda workers: None),
    Phase("SIGKILL, started again after 1 s", 20.0, killed_and_started),
    Phase("SIGKILL, not started again", 40.0, lambda workers: workers.end(1, signal.SIGKILL)),
    Phase("it comes back: rebalance", 70.0, lambda workers: workers.start(1)),
    Phase("a third worker joins", 90.0, lambda workers: workers.start(2)),
    Phase("it ends in good order", 110.0, lambda workers: workers.end(2, signal.SIGTERM)),
)
LASTS_S = 130


class Asked(msgspec.Struct, frozen=True):
    """When the measure was written that an event follows from."""

    phase: int
    written_ms: int


def measures(seed: int) -> Iterator[list[Measured]]:
    """Yield, second by second, the measures of all channels."""
    start = datetime.now(UTC).replace(microsecond=0)
    lines = [programme(f"take{number}", start, LASTS_S, FAULTY, seed) for number in range(CHANNELS)]
    for _ in range(LASTS_S):
        # Two events a second of a channel: its picture and its sound.
        yield [next(line) for line in lines for _ in range(2)]


def fed(servers: str, workers: Workers, seed: int) -> dict[str, Asked]:
    """Write the measures in real time, doing to the workers what is due; return what is to be told."""
    rules, states = Rules(load({}, dotenv=None)), dict[str, ChannelState]()
    publisher, asked = Publisher(servers, "video"), dict[str, Asked]()
    phase, begun = 0, time.monotonic()
    for second, events in enumerate(measures(seed)):
        while phase + 1 < len(PHASES) and second >= PHASES[phase + 1].at_s:
            phase += 1
            print(f"  {second:3d} s  {PHASES[phase].name}", flush=True)
            PHASES[phase].do(workers)
        time.sleep(max(0.0, begun + second - time.monotonic()))
        for event in events:
            publisher.send(DETECTIONS, event)
            now = time.time_ns() // 1_000_000
            state, told = decide(states.get(event.channel, ChannelState()), event, rules)
            states[event.channel] = state
            asked.update((event_id(each), Asked(phase, now)) for each in told)
        publisher.flush()
    return asked


def written(servers: str) -> dict[str, int]:
    """Return when each event of an occurrence was first written, milliseconds since 1970, by id."""
    found: dict[str, int] = {}
    for envelope, record in read_all(servers, OCORRENCIAS):
        found.setdefault(envelope.id, record.timestamp()[1])
    return found


def main() -> int:
    """Measure, print and judge."""
    parser = argparse.ArgumentParser(description="How long alarms wait when decisions workers die.")
    parser.add_argument("--seed", type=int, default=1)
    seed = parser.parse_args().seed
    print(f"{CHANNELS} channels in real time for {LASTS_S} s, seed {seed}", flush=True)
    with broker() as servers, tempfile.TemporaryDirectory(prefix="horus-bench-") as home:
        workers = Workers(servers, Path(home))
        try:
            for number in range(2):
                workers.start(number)
            # Until both have their partitions: a cold start is not what is measured.
            time.sleep(AGAIN_S * 15)
            asked = fed(servers, workers, seed)
            deadline = time.monotonic() + REST_S
            while (missing := asked.keys() - written(servers).keys()) and time.monotonic() < deadline:
                time.sleep(1.0)
            told = written(servers)
        finally:
            workers.end_all()
    longest = 0.0
    print(f"  {'alarms wait while':34s} events   median  longest")
    for number, phase in enumerate(PHASES):
        waits = [
            (told[name] - each.written_ms) / 1000
            for name, each in asked.items()
            if each.phase == number and name in told
        ]
        longest = max(longest, *waits)
        print(f"  {phase.name:34s} {len(waits):6d} {statistics.median(waits):6.2f} s {max(waits):6.2f} s")
    holds = longest <= MUST_S and not missing
    beside = len(told.keys() - asked.keys())
    print(f"  missing {len(missing)}, told beside them {beside}; at most {MUST_S:g} s: ", end="")
    print("holds" if holds else "BROKEN")
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
