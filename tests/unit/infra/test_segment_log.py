"""The shelf of segments behind the segment log."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from infra.segment_log import NEVER, Shelf, partition_of
from schemas.events import SegmentRecorded
from schemas.events.media import SegmentRef

START = datetime(2026, 11, 22, 3, 12, tzinfo=UTC)


def recorded(seq: int, epoch: str = "20261122T031200.000Z") -> SegmentRecorded:
    segment = SegmentRef(
        channel="tv1",
        epoch=epoch,
        seq=seq,
        uri=f"media://tv1/{epoch}/{seq:08d}.ts",
        size=1,
        sha256="0" * 64,
        start=START + timedelta(seconds=seq),
        start_pts=0,
        duration_s=1.0,
    )
    return SegmentRecorded(channel="tv1", segment=segment, recorded_at=segment.end)


@given(st.lists(st.integers(0, 30), max_size=60))
def test_shelf_is_sorted_and_holds_each_segment_once(seqs: list[int]) -> None:
    shelf = Shelf(START, None)
    for seq in seqs:
        shelf.put(recorded(seq))
    assert [event.segment.seq for event in shelf.segments] == sorted(set(seqs))


def test_segments_of_two_epochs_at_one_moment_are_both_kept() -> None:
    shelf = Shelf(START, None)
    shelf.put(recorded(0))
    shelf.put(recorded(0, "20261122T031200.001Z"))
    shelf.put(recorded(0))
    assert len(shelf.segments) == 2


def test_window_takes_what_it_touches() -> None:
    shelf = Shelf(START, None)
    for seq in range(10):
        shelf.put(recorded(seq))
    found = shelf.between(START + timedelta(seconds=2.5), START + timedelta(seconds=4))
    assert [event.segment.seq for event in found] == [2, 3]


def test_shelf_knows_that_what_it_dropped_is_not_covered() -> None:
    shelf = Shelf(START, timedelta(seconds=5))
    for seq in range(20):
        shelf.put(recorded(seq))
    assert [event.segment.seq for event in shelf.segments] == list(range(14, 20))
    assert not shelf.covers(START + timedelta(seconds=10))
    assert shelf.covers(START + timedelta(seconds=14))


def test_channel_without_segments_is_covered_from_where_reading_began() -> None:
    shelf = Shelf(START, None)
    assert shelf.covers(START)
    assert not shelf.covers(START - timedelta(seconds=1))


def test_file_is_covered_from_before_its_first_segment() -> None:
    shelf = Shelf(NEVER, None)
    shelf.put(recorded(1))
    assert not shelf.whole
    assert not shelf.covers(START)
    shelf.put(recorded(0))
    assert shelf.whole


def test_partition_is_that_of_kafkas_own_clients() -> None:
    # murmur2 of these keys by Kafka's own test: org.apache.kafka.common.utils.UtilsTest.testMurmur2.
    known = {"21": -973932308, "foobar": -790332482, "a-little-bit-long-string": -985981536}
    for key, murmur2 in known.items():
        assert partition_of(key) == (murmur2 & 0x7FFFFFFF) % 16
