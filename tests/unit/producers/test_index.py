"""What a segment holds, and where it lies on the media clock."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from producers.index import (
    HOLE,
    WRAP,
    Columns,
    Index,
    Packet,
    before_hole,
    columns,
    demux,
    period,
    span,
    unwrap,
)

ticks = st.integers(min_value=0, max_value=WRAP * 3)


@given(near=ticks, step=st.integers(min_value=-WRAP // 2 + 1, max_value=WRAP // 2 - 1))
def test_a_stamp_is_unwrapped_to_the_turn_closest_to_its_neighbour(near: int, step: int) -> None:
    assert unwrap((near + step) % WRAP, near) == near + step


@given(ticks)
def test_without_a_neighbour_a_stamp_stays_in_the_first_turn(stamp: int) -> None:
    assert unwrap(stamp, None) == stamp % WRAP


@given(
    start=ticks,
    steps=st.lists(st.integers(min_value=-9000, max_value=9000), min_size=1, max_size=60),
    keys=st.sets(st.integers(min_value=0, max_value=59)),
)
def test_columns_keep_order_length_and_distances_over_the_wrap(
    start: int, steps: list[int], keys: set[int]
) -> None:
    true = [start]
    for step in steps:
        true.append(true[-1] + step)
    packets = [Packet(stamp % WRAP, 7, place in keys, False) for place, stamp in enumerate(true)]
    made = columns(packets, start)
    assert made.pts == tuple(true)
    assert len(made.size) == len(true)
    assert set(made.key) == {key for key in keys if key < len(true)}


def test_packets_without_a_stamp_are_counted_as_corrupt_and_shift_no_key() -> None:
    packets = [Packet(None, 5, False, False), Packet(10, 6, True, False), Packet(20, 7, False, True)]
    assert columns(packets, None) == Columns(pts=(10, 20), size=(6, 7), key=(0,), corrupt=2)


def test_the_usual_distance_is_not_moved_by_a_lost_packet() -> None:
    assert period((0, 3600, 7200, 18000, 21600)) == 3600
    assert period((5,)) == 0.0


def test_what_follows_a_hole_of_more_than_a_second_is_left_out() -> None:
    broken = Columns(pts=(0, 7200, 3600, HOLE + 7201, HOLE + 10800), size=(1, 2, 3, 4, 5), key=(0, 3))
    assert before_hole(broken) == Columns(pts=(0, 7200, 3600), size=(1, 2, 3), key=(0,))
    whole = Columns(pts=(0, HOLE), size=(1, 2), key=(0,))
    assert before_hole(whole) is whole


def test_a_segment_lasts_until_the_next_one_starts() -> None:
    index = Index(frames=Columns(pts=(100, 3700), size=(1, 1), key=(0,)))
    assert span(index, 7400) == (100, 7300)
    assert span(index, None) == (100, 7200)


def test_an_end_that_is_seconds_off_is_not_believed() -> None:
    index = Index(frames=Columns(pts=(100, 3700), size=(1, 1), key=(0,)))
    assert span(index, 100 + 5 * HOLE) == (100, 7200)


def test_without_picture_the_sound_tells_and_without_both_nothing_does() -> None:
    assert span(Index(chunks=Columns(pts=(50, 1970), size=(1, 1))), None) == (50, 3840)
    assert span(Index(), 9) is None


@given(st.integers(min_value=0, max_value=WRAP - 1))
def test_the_end_is_read_on_the_turn_of_the_segment(start: int) -> None:
    frames = columns(
        [Packet((start + place * 3600) % WRAP, 1, place == 0, False) for place in range(25)], None
    )
    assert span(Index(frames=frames), (start + 90000) % WRAP) == (start, 90000)


def test_a_file_that_is_no_media_gives_an_empty_index(tmp_path: Path) -> None:
    file = tmp_path / "x.ts"
    file.write_bytes(b"\x47" + b"rubbish" * 1000)
    assert demux(file, None) == Index()
