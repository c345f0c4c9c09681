"""``python -m benchmarks.replay``: a day of one channel's measures decided again, from a real Kafka.

Beside the whole replay the same records are only fetched, and fetched and decoded, each in the same run: what
remains is the fold. Every process runs in one thread, so CPU-s is what a quiet machine would take.
"""

import argparse
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from benchmarks.broker import broker
from benchmarks.measured_day import programme, write_day
from infra.follow import consumer_at
from infra.segment_log import partition_of
from infra.settings import load
from processors.decisions.rules import Rules
from processors.replay.asked import Asked
from processors.replay.records import TAKE, Records
from processors.replay.run import replay
from schemas.topics import DETECTIONS

CHANNEL = "tv1"
MUST_S = 10.0


def fetched(bootstrap_servers: str) -> int:
    """Fetch every record of the channel's partition and look at none."""
    consumer, span = consumer_at(bootstrap_servers, DETECTIONS)
    number = 0
    try:
        while number < span[partition_of(CHANNEL, DETECTIONS)][1]:
            number += sum(each.error() is None for each in consumer.consume(TAKE, 1.0))
    finally:
        consumer.close()
    return number


def decoded(bootstrap_servers: str) -> int:
    """Fetch and decode them."""
    with Records(bootstrap_servers, DETECTIONS) as records:
        return sum(1 for _ in records.read(partition_of(CHANNEL, DETECTIONS), channels=(CHANNEL,)))


def timed(what: str, run: Callable[[], object]) -> float:
    """Run something, print wall and CPU seconds, and return the wall's."""
    wall, cpu = time.monotonic(), time.process_time()
    run()
    wall, cpu = time.monotonic() - wall, time.process_time() - cpu
    print(f"  {what:<28} {wall:6.2f} s   {cpu:6.2f} CPU-s", flush=True)
    return wall


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="A day of one channel's measures decided again.")
    parser.add_argument("--hours", type=float, default=24.0)
    parser.add_argument("--faulty", type=float, default=0.02, help="share of the time with a fault")
    parser.add_argument("--seed", type=int, default=20261123)
    asked = parser.parse_args()
    settings = load({}, dotenv=None)
    seconds = round(asked.hours * 3600)
    until = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=5)
    since = until - timedelta(seconds=seconds)
    with broker() as servers:
        day = programme(CHANNEL, since, seconds, asked.faulty, asked.seed)
        written, told = write_day(servers, day, Rules(settings))
        print(f"{asked.hours:g} h of one channel: {written:,} events of measures, {told:,} of occurrences")
        timed("fetched", lambda: fetched(servers))
        timed("fetched and decoded", lambda: decoded(servers))
        here = load({"KAFKA_BOOTSTRAP_SERVERS": servers}, dotenv=None)
        window = Asked(since=since, until=until, channels=(CHANNEL,))
        results = []
        took_s = timed("replayed", lambda: results.append(replay(window, here).result))
        lax = load({"KAFKA_BOOTSTRAP_SERVERS": servers, "ONSET_S_FREEZE": "5"}, dotenv=None)
        timed("replayed, ONSET_S_FREEZE=5", lambda: results.append(replay(window, lax).result))
        same, changed = (each.totals for each in results)
        print(f"  {results[0].samples:,} samples; same rules: {same.same} same, {same.differing} differ")
        print(f"  ONSET_S_FREEZE=5: {changed.same} same, {changed.differing} differ")
        verdict = "met" if took_s < MUST_S else "missed"
        print(f"  must take less than {MUST_S:g} s for 24 h: {took_s / asked.hours * 24:.1f} s, {verdict}")


if __name__ == "__main__":
    main()
