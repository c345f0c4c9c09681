"""What coverage costs: an hour of 16 channels filled from the log, then second by second, then asked about.

    python -m benchmarks.coverage [--channels 16] [--minutes 60] [--days 31]

Runs a Kafka and a Postgres of its own. The log holds what a channel writes in a second (a segment, its
picture and its sound measured); the table is filled from it as a rebuild does it. Then the same events are
projected in the batches of two seconds in which they come live. Last, a month of minutes is made in the
database, and the availability report is asked for it.
"""

import argparse
import tempfile
import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine, create_engine, text

from api.availability import availability
from api.coverage_asked import Period
from benchmarks.measured_day import programme, write
from benchmarks.push_place import servers
from infra.dead_letter import DeadLetters
from projections import migrate
from projections.catalogue import UNHURRIED_S
from projections.coverage import Coverage
from projections.projection import Placed
from projections.projector import Projector
from projections.source import KafkaSource, Partition
from schemas.envelope import Envelope, event_id
from schemas.events import Event, SegmentRecorded
from schemas.events.media import AudioTrack, VideoTrack
from schemas.topics import DETECTIONS, SEGMENTS

SEED = 7
T0 = datetime(2026, 11, 1, tzinfo=UTC)
PICTURE = VideoTrack(codec="h264", width=1920, height=1080, fps=25.0)
SOUND = AudioTrack(codec="aac", sample_rate=48_000, channels=2)
_MONTH = text(
    """
    INSERT INTO coverage_v1
    SELECT 'tv' || channel, minute, ones, ones, ones, ones, 0, 60 - bad, bad,
        CASE WHEN bad > 0 THEN '{"fade": 6}' ELSE '{}' END::jsonb, 60, 60, 0, 59, 0, 0
    FROM generate_series(1, :channels) channel,
        generate_series(CAST(:since AS timestamptz), :until, interval '1 minute') minute,
        LATERAL (SELECT CASE WHEN extract(minute FROM minute) = 7 THEN 6 ELSE 0 END AS bad) fault,
        (SELECT (1::bigint << 60) - 1 AS ones) mask
    """
)


def events(channel: str, seconds: int) -> list[Event]:
    """Return what one channel writes in so many seconds, in order."""
    told: list[Event] = []
    for measured in programme(channel, T0, seconds, 0.05, SEED):
        if not told or told[-1].TYPE.startswith("horus.Audio"):
            told.append(
                SegmentRecorded(
                    channel=channel,
                    segment=measured.segment,
                    recorded_at=measured.segment.end,
                    video=PICTURE,
                    audio=(SOUND,),
                )
            )
        told.append(measured)
    return told


def filled(engine: Engine, kafka: str) -> tuple[int, float]:
    """Fill the table from the log; return how many events there were, and the seconds that it took."""
    source = KafkaSource(kafka, "benchmark")
    held = [
        (partition, bounds.high)
        for topic in (DETECTIONS, SEGMENTS)
        for partition, bounds in source.bounds(topic).items()
    ]
    ends = dict(held)
    stopping = threading.Event()
    projector = Projector(
        Coverage((DETECTIONS, SEGMENTS)), engine, source, DeadLetters(kafka, "benchmark"), stopping=stopping
    )
    projector.begin()
    began = time.perf_counter()
    projector.go_on(ends)
    took = time.perf_counter() - began
    source.close()
    return sum(ends.values()), took


def live(engine: Engine, told: Sequence[Event], channels: int) -> tuple[float, float]:
    """Project a log in the batches in which it comes live; return seconds and CPU seconds for each batch."""
    size = round(channels * 3 * UNHURRIED_S["coverage"])
    placed = [
        Placed(
            partition=Partition("any", 0),
            offset=offset,
            envelope=Envelope(id=event_id(each), type=each.TYPE, source="", time=T0, event=each),
        )
        for offset, each in enumerate(told)
    ]
    projection = Coverage()
    began, worked = time.perf_counter(), time.process_time()
    batches = range(0, len(placed), size)
    for start in batches:
        with engine.begin() as connection:
            projection.apply(connection, placed[start : start + size])
    return (time.perf_counter() - began) / len(batches), (time.process_time() - worked) / len(batches)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--channels", type=int, default=16)
    parser.add_argument("--minutes", type=int, default=60)
    parser.add_argument("--days", type=int, default=31)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="horus-bench-") as folder:
        Path(folder).chmod(0o711)
        with servers(Path(folder)) as place:
            engine = create_engine(place.database)
            migrate.upgrade(engine)
            logs = [events(f"tv{number}", asked.minutes * 60) for number in range(1, asked.channels + 1)]
            for log in logs:
                for topic in (DETECTIONS, SEGMENTS):
                    own = ((each, T0) for each in log if isinstance(each, topic.events))
                    write(place.kafka, topic, own, "benchmark")
            count, took = filled(engine, place.kafka)
            print(
                f"{asked.minutes} min of {asked.channels} channels, {count} events: {took:.1f} s, "
                f"{count / took:,.0f} events/s, {asked.minutes * 60 / took:.0f} times real time"
            )
            clear(engine)
            seconds = [
                each
                for second in zip(*(_by_second(log[:900]) for log in logs), strict=True)
                for each in second
            ]
            wall, cpu = live(engine, [event for group in seconds for event in group], asked.channels)
            every = UNHURRIED_S["coverage"]
            print(
                f"live, a batch every {every:.0f} s: {wall * 1000:.1f} ms each, {cpu * 1000:.1f} ms of it "
                f"the projector's own CPU besides reading: {100 * cpu / every:.2f} % of a core"
            )
            clear(engine)
            until = T0 + timedelta(days=asked.days)
            with engine.begin() as connection:
                connection.execute(
                    _MONTH, {"channels": asked.channels, "since": T0, "until": until - timedelta(minutes=1)}
                )
            began = time.perf_counter()
            report, _ = availability(engine, (), Period(since=T0, until=until), 1000, "", until)
            print(
                f"report on {asked.days} days of {len(report.channels)} channels, "
                f"{asked.days * 1440 * asked.channels:,} minutes: {time.perf_counter() - began:.2f} s"
            )
            engine.dispose()


def clear(engine: Engine) -> None:
    """Empty the tables."""
    with engine.begin() as connection:
        names = ", ".join(each.table(1).name for each in Coverage.kept)
        connection.execute(text(f"TRUNCATE {names}"))


def _by_second(log: Sequence[Event]) -> list[Sequence[Event]]:
    return [log[start : start + 3] for start in range(0, len(log), 3)]


if __name__ == "__main__":
    main()
