"""Measures of channels as the stages write them, without media: seeded, with faults some of the time."""

import random
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from confluent_kafka import Producer

from infra.kafka import writer_config
from processors.audio.blocks import BLOCK_S
from processors.decisions.channel import ChannelState, decide
from processors.decisions.rules import Rules
from schemas.envelope import encode
from schemas.events import AudioMeasured, Event, VideoMeasured
from schemas.events.detections import Measured, ModelUsed
from schemas.events.media import PTS_HZ, SegmentRef
from schemas.faults import FAULTS, Category
from schemas.topics import DETECTIONS, OCORRENCIAS, Topic

FPS = 5
PICTURE = tuple(name for name, fault in FAULTS.items() if fault.category is Category.VIDEO)
SOUND = tuple(name for name, fault in FAULTS.items() if fault.category is Category.AUDIO)
# What the stages log beside the scores (processors/video/plain.py, processors/audio/run.py).
PICTURE_MEASURES = ("luma_mean", "dark_share", "temporal_diff", "still_share", "sharpness", "blockiness")
SOUND_MEASURES = ("rms_dbfs", "peak_dbfs", "flatness", "rms_dbfs_min")
MODEL = ModelUsed(name="picture", version="0", sha256="0" * 64)
# As the committed cards name them, about.
THRESHOLD = 0.85
# Seconds of a fault, from one that just counts to one that is grave.
FAULT_S = (2, 20)
# How often a healthy programme has a second in which one class reaches for its threshold: a cut, a still.
WAVERING = 0.01


def programme(channel: str, start: datetime, seconds: int, faulty: float, seed: int) -> Iterator[Measured]:
    """Yield picture and sound of every second in turn; ``faulty`` of the time one class of each is on."""
    rng = random.Random(f"{seed} {channel}")
    epoch = start.strftime("%Y%m%dT%H%M%S.") + "000Z"
    on: dict[str, str | None] = {"picture": None, "sound": None}
    left = {"picture": 0, "sound": 0}
    for seq in range(seconds):
        segment = SegmentRef(
            channel=channel,
            epoch=epoch,
            seq=seq,
            uri=f"media://{channel}/{epoch}/{seq:08d}.ts",
            size=750_000,
            sha256="0" * 64,
            start=start + timedelta(seconds=seq),
            start_pts=seq * PTS_HZ,
            duration_s=1.0,
        )
        for kind, names in (("picture", PICTURE), ("sound", SOUND)):
            if left[kind] == 0:
                bad = on[kind] is None and rng.random() < 0.5
                long = rng.randint(*FAULT_S)
                on[kind] = rng.choice(names) if bad else None
                # Healthy for so long that faults take their share of the time.
                left[kind] = long if bad else max(1, round(long * (1 - faulty) / max(faulty, 1e-6) / 2))
            left[kind] -= 1
        yield _picture(channel, segment, on["picture"], rng)
        yield _sound(channel, segment, on["sound"], rng)


def write(bootstrap_servers: str, topic: Topic, events: Iterable[tuple[Event, datetime]], source: str) -> int:
    """Write events to a topic, each stamped with a moment, and return how many the broker has confirmed."""
    producer = Producer(writer_config(bootstrap_servers, source, linger_ms=20))
    number = 0
    for event, at in events:
        number += 1
        encoded = encode(event, source=source, time=at)
        while True:
            try:
                producer.produce(
                    topic.name,
                    key=encoded.key,
                    value=encoded.value,
                    headers=encoded.headers,
                    timestamp=int(at.timestamp() * 1000),
                )
                break
            except BufferError:
                producer.poll(0.1)
    if producer.flush(60.0):
        raise RuntimeError("the broker has not confirmed everything")
    return number


def write_day(bootstrap_servers: str, events: Iterable[Measured], rules: Rules) -> tuple[int, int]:
    """Write measures, and what the live stage decides by them, of one channel; return how many of each."""
    state, told = ChannelState(), list[tuple[Event, datetime]]()

    def decided() -> Iterator[tuple[Event, datetime]]:
        nonlocal state
        for event in events:
            at = event.segment.end
            state, new = decide(state, event, rules)
            told.extend((each, at) for each in new)
            yield event, at

    return write(bootstrap_servers, DETECTIONS, decided(), "video"), write(
        bootstrap_servers, OCORRENCIAS, told, "decisions"
    )


def _picture(channel: str, segment: SegmentRef, on: str | None, rng: random.Random) -> VideoMeasured:
    return VideoMeasured(
        channel=channel,
        segment=segment,
        times_s=tuple(round(index / FPS, 4) for index in range(FPS)),
        period_s=1 / FPS,
        scores=_scores(PICTURE, FPS, on, rng),
        measures={name: _column(FPS, 255.0, rng) for name in PICTURE_MEASURES},
        model=MODEL,
        thresholds=dict.fromkeys(PICTURE, THRESHOLD),
        expected=25,
        decoded=25,
    )


def _sound(channel: str, segment: SegmentRef, on: str | None, rng: random.Random) -> AudioMeasured:
    count = round(1 / BLOCK_S)
    return AudioMeasured(
        channel=channel,
        segment=segment,
        times_s=tuple(round(index * BLOCK_S, 4) for index in range(count)),
        period_s=BLOCK_S,
        scores=_scores(SOUND, count, on, rng),
        measures={name: _column(count, -60.0, rng) for name in SOUND_MEASURES},
        model=MODEL,
        thresholds=dict.fromkeys(SOUND, THRESHOLD),
        expected=47,
        decoded=47,
    )


def _scores(
    names: tuple[str, ...], count: int, on: str | None, rng: random.Random
) -> dict[str, tuple[float, ...]]:
    wavering = rng.choice(names) if rng.random() < WAVERING else None
    found = {}
    for name in names:
        low, high = (0.9, 1.0) if name == on else (0.3, 0.8) if name == wavering else (0.0, 0.1)
        found[name] = tuple(round(rng.uniform(low, high), 4) for _ in range(count))
    return found


def _column(count: int, most: float, rng: random.Random) -> tuple[float, ...]:
    return tuple(round(rng.uniform(0.0, most), 4) for _ in range(count))
