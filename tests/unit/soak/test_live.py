"""The channel over SRT: holes of the media are found, and pass only where the ingest was killed."""

from datetime import UTC, datetime, timedelta

from schemas.envelope import Envelope
from schemas.events import SegmentRecorded
from schemas.events.media import SegmentRef
from tests.soak.harvest import Told
from tests.soak.knife import Struck
from tests.soak.live import CHANNEL, Hole, holes, live_judged
from tests.soak.script import Script

BEGAN = datetime(2026, 11, 23, 3, 12, tzinfo=UTC)
SCRIPT = Script(file="soak.ts", began_at=BEGAN, lasts_s=10, channels={})


def at(second: float) -> datetime:
    return BEGAN + timedelta(seconds=second)


def recorded(seq: int) -> Told:
    """The segment of one second of the programme."""
    segment = SegmentRef(
        channel=CHANNEL,
        epoch="20261123T031200.000Z",
        seq=seq,
        uri=f"media://{CHANNEL}/e/{seq:08d}.ts",
        size=1,
        sha256="0" * 64,
        start=at(seq),
        start_pts=seq * 90_000,
        duration_s=1.0,
    )
    event = SegmentRecorded(channel=CHANNEL, segment=segment, recorded_at=at(seq + 1))
    envelope = Envelope(id=f"{seq}", type=event.TYPE, source="test", time=at(seq + 1), event=event)
    return Told(partition=0, offset=seq, envelope=envelope, value=b"")


def killed(target: str, second: float) -> Struck:
    return Struck(at=at(second), until=at(second), kind="kill", target=target, pid=1)


def breaches(media: list[Told], *struck: Struck) -> int:
    return len(live_judged(SCRIPT, media, [], struck)[0].breaches)


def test_a_stretch_without_segments_is_a_hole() -> None:
    media = [recorded(seq) for seq in (0, 1, 2, 6, 7, 8, 9)]

    assert holes(SCRIPT, media)[:-1] == [Hole(at(3), at(6))]


def test_a_hole_passes_only_where_the_ingest_was_killed() -> None:
    media = [recorded(seq) for seq in (0, 1, 2, 6, 7, 8, 9)]

    assert breaches(media, killed("producers", 4)) == 0
    assert breaches(media, killed("supervisor", 4)) == 0
    assert breaches(media, killed("kafka", 4)) == 1
    assert breaches(media) == 1


def test_segments_told_twice_and_out_of_order_make_no_hole() -> None:
    media = [recorded(seq) for seq in (1, 0, 2, 1, 3, 4, 5, 7, 6, 8, 9)]

    assert holes(SCRIPT, media) == [Hole(at(10), at(10))]
