"""``python -m benchmarks.decisions``: measures a second through one decisions worker, with Kafka and Faust.

Measures of many channels wait in a real Kafka; one worker starts, folds them, writes occurrences and state,
and acknowledges. Its rate is taken from its own snapshots: offsets folded between the first and the last one,
over the time between them, so that its start does not count. The pure fold of the same events alone, in this
process, stands beside it.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
from confluent_kafka import KafkaError

from benchmarks.broker import broker
from benchmarks.measured_day import programme, write
from infra.follow import consumer_at
from infra.local.leash import leashed
from infra.settings import load
from processors.decisions.channel import ChannelState, decide
from processors.decisions.rules import Rules
from schemas.envelope import decode, encode
from schemas.events.detections import Measured
from schemas.topics import DECISIONS_STATE, DETECTIONS

MUST = 5_000
# A worker that has not folded everything by then does not work.
DEADLINE_S = 600.0


class Reached(msgspec.Struct, frozen=True):
    """What of a snapshot is read here: how far its partition is."""

    next_offsets: dict[str, int]


class Worked(msgspec.Struct, frozen=True, kw_only=True):
    """What a worker did between its first and its last snapshot."""

    events: int
    seconds: float
    """By Kafka's time stamps."""
    cpu_s: float
    """Of the whole process, all threads."""
    snapshots: int


def measures(channels: int, seconds: int, faulty: float, seed: int) -> list[Measured]:
    """Return what comes in a stretch of time, second by second, of all channels in turn."""
    start = datetime.now(UTC).replace(microsecond=0) - timedelta(seconds=seconds)
    lines = [list(programme(f"bench{number}", start, seconds, faulty, seed)) for number in range(channels)]
    # Two events a second of a channel: its picture and its sound.
    return [
        event for second in range(0, 2 * seconds, 2) for line in lines for event in line[second : second + 2]
    ]


def folded_alone(events: Sequence[Measured]) -> tuple[float, float]:
    """Return CPU seconds of decoding the events' records, and of folding them."""
    rules, states = Rules(load({}, dotenv=None)), dict[str, ChannelState]()
    records = [encode(event, source="video", time=event.segment.end) for event in events]
    begun = time.process_time()
    read = [decode(record.headers, record.value).event for record in records]
    decoded = time.process_time()
    for event in read:
        states[event.channel], _ = decide(states.get(event.channel, ChannelState()), event, rules)
    return decoded - begun, time.process_time() - decoded


def worked(servers: str, total: int) -> Worked:
    """Run one worker until it has folded everything, and end it. Raises RuntimeError when it does not."""
    with tempfile.TemporaryDirectory(prefix="horus-bench-") as home:
        environment = {"PATH": os.environ["PATH"], "KAFKA_BOOTSTRAP_SERVERS": servers, "HORUS_HOME": home}
        command = [sys.executable, "-m", "processors.decisions", "--worker", "0"]
        with (Path(home) / "worker.log").open("wb") as log:
            process = subprocess.Popen(
                leashed(command, parent=os.getpid()), env=environment, stdout=log, stderr=log
            )
            try:
                return followed(servers, total, process)
            finally:
                process.kill()
                process.wait()


def followed(servers: str, total: int, process: subprocess.Popen[bytes]) -> Worked:
    """Follow the state topic to the snapshot of the last event."""
    consumer, _ = consumer_at(servers, DECISIONS_STATE)
    reached: dict[int, int] = {}
    first, before, cpu_s, count = 0, 0, 0.0, 0
    deadline = time.monotonic() + DEADLINE_S
    try:
        while process.poll() is None and time.monotonic() < deadline:
            message = consumer.poll(0.2)
            if message is None:
                continue
            if (error := message.error()) is not None:
                if error.code() != KafkaError._PARTITION_EOF:
                    raise RuntimeError(error.str())
                continue
            offsets = msgspec.json.decode(message.value() or b"", type=Reached).next_offsets
            reached[message.partition() or 0] = offsets.get(DETECTIONS.name, 0)
            count += 1
            stamp, done = message.timestamp()[1], sum(reached.values())
            if count == 1:
                first, before, cpu_s = stamp, done, spent_s(process.pid)
            if done >= total:
                return Worked(
                    events=done - before,
                    seconds=(stamp - first) / 1000,
                    cpu_s=spent_s(process.pid) - cpu_s,
                    snapshots=count,
                )
    finally:
        consumer.close()
    raise RuntimeError(f"the worker folded only {sum(reached.values())} of {total} events")


def spent_s(pid: int) -> float:
    """Return the CPU seconds of a process so far, user and system (proc(5): fields 14 and 15)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Measures a second through one decisions worker.")
    parser.add_argument("--channels", type=int, default=64)
    parser.add_argument("--seconds", type=int, default=480, help="of every channel")
    parser.add_argument("--faulty", type=float, default=0.02, help="share of the time with a fault")
    parser.add_argument("--seed", type=int, default=20261123)
    asked = parser.parse_args()
    events = measures(asked.channels, asked.seconds, asked.faulty, asked.seed)
    print(f"{len(events):,} events of measures, {asked.channels} channels, {asked.faulty:.0%} of it faulty")
    decode_s, fold_s = folded_alone(events)
    print(f"  decoding alone  {len(events) / decode_s:9,.0f} events/CPU-s")
    print(f"  fold alone      {len(events) / fold_s:9,.0f} events/CPU-s")
    with broker() as servers:
        write(servers, DETECTIONS, ((each, each.segment.end) for each in events), "video")
        done = worked(servers, len(events))
    rate = done.events / done.seconds
    print(f"  one worker      {done.events / done.cpu_s:9,.0f} events/CPU-s, {rate:,.0f} events/s", end="")
    print(f" ({done.snapshots:,} snapshots)")
    print(f"  must reach {MUST:,} events/s a worker: {'met' if rate >= MUST else 'missed'}")


if __name__ == "__main__":
    main()
