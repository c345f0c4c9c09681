"""What the measuring stages remember between segments: a cache that a file does not leave behind."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

import msgspec

from infra.media_store import MediaStore, segment_uri
from processors.measuring import BACK_S, IDLE_S, MeasuringStage, stored
from schemas.envelope import Envelope, event_id
from schemas.events import AudioIndexed, AudioMeasured
from schemas.events.detections import ModelUsed
from schemas.events.media import SegmentRef
from schemas.topics import AUDIO_CHUNKS

T0 = datetime(2026, 11, 22, 12, tzinfo=UTC)
EPOCH = "20261122T120000.000Z"
Seen = list[tuple[str, str | None, bool]]
"""What the measure was given: the media, the context of what came before, whether it is the end."""


class Clock:
    """Stands still but for what a test says."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def stage(
    folder: Path, seen: Seen, clock: Clock | None = None, many: int = 3
) -> MeasuringStage[AudioIndexed, str]:
    store = MediaStore(str(folder / "media"))
    for channel in ("tv1", "tv2"):
        for seq in range(many):
            file = folder / f"{seq}"
            file.write_text(f"media {seq}")
            store.put(segment_uri(channel, EPOCH, seq), file)

    def measure(event: AudioIndexed, media: BinaryIO, before: str | None) -> tuple[AudioMeasured, str]:
        text = media.read().decode()
        seen.append((text, before, event.last))
        measured = AudioMeasured(
            channel=event.channel,
            segment=event.segment,
            times_s=(),
            period_s=0.25,
            scores={},
            measures={},
            model=ModelUsed(name="m", version="1", sha256="a" * 64),
            expected=1,
            decoded=1,
            last=event.last,
        )
        return measured, f"after {text}"

    return MeasuringStage("audio", AUDIO_CHUNKS, AudioIndexed, measure, stored(store), 1, clock or Clock())


def indexed(seq: int, *, channel: str = "tv1", last: bool = False) -> Envelope:
    segment = SegmentRef(
        channel=channel,
        epoch=EPOCH,
        seq=seq,
        uri=segment_uri(channel, EPOCH, seq),
        size=7,
        sha256="b" * 64,
        start=T0,
        start_pts=0,
        duration_s=1.0,
    )
    event = AudioIndexed(
        channel=channel, segment=segment, codec="aac", sample_rate=48_000, channels=2, pts=(0,), size=(7,)
    )
    event = msgspec.structs.replace(event, last=last)
    return Envelope(id=event_id(event), type=event.TYPE, source="test", time=T0, event=event)


def work(measuring: MeasuringStage[AudioIndexed, str], *envelopes: Envelope) -> None:
    async def run() -> None:
        for each in envelopes:
            await measuring.work(each)

    asyncio.run(run())


def test_each_segment_is_measured_after_the_one_before(tmp_path: Path) -> None:
    seen: Seen = []

    work(stage(tmp_path, seen), indexed(0), indexed(1))

    assert seen == [("media 0", None, False), ("media 1", "after media 0", False)]


def test_last_segment_of_a_file_leaves_nothing_behind(tmp_path: Path) -> None:
    seen: Seen = []
    measuring = stage(tmp_path, seen)
    work(measuring, indexed(0), indexed(1, last=True))
    seen.clear()

    work(measuring, indexed(2))

    assert seen == [
        ("media 0", None, False),
        ("media 1", "after media 0", False),
        ("media 2", "after media 1", False),
    ]


def test_segments_before_the_last_are_read_again_as_what_they_are(tmp_path: Path) -> None:
    seen: Seen = []

    work(stage(tmp_path, seen), indexed(2, last=True))

    assert seen == [
        ("media 0", None, False),
        ("media 1", "after media 0", False),
        ("media 2", "after media 1", True),
    ]


def test_of_the_past_only_so_much_is_read_again_as_is_looked_back_over(tmp_path: Path) -> None:
    seen: Seen = []

    work(stage(tmp_path, seen, many=9), indexed(8))

    assert [text for text, _, _ in seen] == [f"media {seq}" for seq in range(8 - int(BACK_S), 9)]


def test_past_with_a_hole_is_read_again_from_behind_the_hole(tmp_path: Path) -> None:
    seen: Seen = []
    measuring = stage(tmp_path, seen)
    MediaStore(str(tmp_path / "media")).remove(segment_uri("tv1", EPOCH, 0))

    work(measuring, indexed(2))

    assert seen == [("media 1", None, False), ("media 2", "after media 1", False)]


def test_what_a_channel_left_is_dropped_once_it_is_idle_and_read_again_if_it_goes_on(tmp_path: Path) -> None:
    seen: Seen = []
    clock = Clock()
    measuring = stage(tmp_path, seen, clock)
    work(measuring, indexed(0))
    clock.now = IDLE_S + 1
    work(measuring, indexed(0, channel="tv2"))
    seen.clear()

    work(measuring, indexed(1), indexed(1, channel="tv2"))

    assert seen == [
        ("media 0", None, False),
        ("media 1", "after media 0", False),
        ("media 1", "after media 0", False),
    ]
