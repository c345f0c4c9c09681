"""Which media shows an occurrence, and where in the clip the fault lies."""

from datetime import UTC, datetime, timedelta

import msgspec

from processors.evidence.plan import (
    LONGEST_FAULT,
    POST_ROLL,
    PRE_ROLL,
    covered,
    in_file,
    offset_in_clip,
    runs,
    thumbnail_segment,
    window_of,
)
from schemas.events import SegmentRecorded
from schemas.events.media import SegmentRef

T0 = datetime(2026, 11, 22, 12, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return T0 + timedelta(seconds=seconds)


def recorded(seq: int, start_s: float, epoch: str = "20261122T120000.000Z") -> SegmentRecorded:
    ref = SegmentRef(
        channel="tv1",
        epoch=epoch,
        seq=seq,
        uri=f"media://tv1/{epoch}/{seq:08d}.ts",
        size=1,
        sha256="a" * 64,
        start=at(start_s),
        start_pts=0,
        duration_s=1.0,
    )
    return SegmentRecorded(channel="tv1", segment=ref, recorded_at=at(start_s + 1))


def test_clip_has_a_roll_before_and_after() -> None:
    window = window_of(at(10), at(17))

    assert (window.start, window.end) == (at(10) - PRE_ROLL, at(17) + POST_ROLL)


def test_clip_of_a_long_fault_ends_after_a_minute_of_it() -> None:
    window = window_of(at(10), at(10_000))

    assert window.end == at(10) + LONGEST_FAULT + POST_ROLL


def test_window_is_covered_once_media_reaches_its_end() -> None:
    window = window_of(at(10), at(12))

    assert not covered([], window)
    assert not covered([recorded(n, n) for n in range(5, 16)], window)
    assert covered([recorded(n, n) for n in range(5, 17)], window)


def test_a_new_epoch_and_a_hole_each_begin_a_new_run() -> None:
    other = "20261122T120100.000Z"
    segments = [
        recorded(0, 0),
        recorded(1, 1),
        recorded(3, 3),
        recorded(0, 60, other),
        recorded(1, 61, other),
    ]

    assert [[ref.seq for ref in run] for run in runs(segments)] == [[0, 1], [3], [0, 1]]


def test_a_gap_has_no_length_in_the_clip() -> None:
    log = [recorded(0, 0), recorded(1, 1), recorded(0, 60, "20261122T120100.000Z")]
    segments = [each.segment for each in log]

    assert offset_in_clip(segments, at(0.5)) == 0.5
    assert offset_in_clip(segments, at(30)) == 2.0
    assert offset_in_clip(segments, at(60.25)) == 2.25
    assert offset_in_clip(segments, at(99)) == 3.0


def test_thumbnail_shows_the_fault_or_the_last_picture_before_the_signal_was_lost() -> None:
    segments = [recorded(n, n).segment for n in range(5)]

    assert thumbnail_segment(segments, at(2.4)).seq == 3
    assert thumbnail_segment(segments, at(5)).seq == 4


def test_all_of_a_file_is_there_once_its_last_segment_is() -> None:
    segments = [recorded(seq, seq) for seq in range(3)]
    window = window_of(at(1), at(2))
    assert not covered(segments, window)

    segments[-1] = msgspec.structs.replace(segments[-1], last=True)

    assert covered(segments, window)


def test_place_in_a_file_counts_from_its_epoch_wherever_the_clip_begins() -> None:
    assert in_file([recorded(7, 7)], at(9.25)) == 9.25
