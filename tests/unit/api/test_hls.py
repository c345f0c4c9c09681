"""Playlists, as RFC 8216 wants them."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from api.hls import LIVE_SEGMENTS, Counter, live, target, vod
from schemas.events import SegmentRecorded
from schemas.events.media import SegmentRef

START = datetime(2026, 11, 22, 3, 12, 0, 400_000, tzinfo=UTC)


def epoch(start: datetime, durations: list[float]) -> list[SegmentRecorded]:
    name = start.strftime("%Y%m%dT%H%M%S.000Z")
    made, at = [], start
    for seq, duration in enumerate(durations):
        segment = SegmentRef(
            channel="tv1",
            epoch=name,
            seq=seq,
            uri=f"media://tv1/{name}/{seq:08d}.ts",
            size=1000,
            sha256="0" * 64,
            start=at,
            start_pts=0,
            duration_s=duration,
        )
        at = segment.end
        made.append(SegmentRecorded(channel="tv1", segment=segment, recorded_at=segment.end))
    return made


TEN = epoch(START, [1.0] * 10)
FOUR_LATER = epoch(START + timedelta(seconds=30), [1.0, 1.5, 1.0, 0.4])


def test_live_playlist_shows_the_last_segments() -> None:
    text = live(Counter().number(TEN), "", 1)
    assert text.count("#EXTINF") == LIVE_SEGMENTS
    assert text.splitlines()[-1] == "20261122T031200.000Z/9.ts"
    assert "#EXT-X-PROGRAM-DATE-TIME:2026-11-22T03:12:04.400Z" in text
    assert "ENDLIST" not in text


def test_new_epoch_is_a_discontinuity_where_it_begins() -> None:
    lines = live(Counter().number(TEN + FOUR_LATER), "", 2).splitlines()
    where = lines.index("#EXT-X-DISCONTINUITY")
    assert lines[where + 3].endswith("20261122T031230.000Z/0.ts".replace("12:30", "1230"))
    assert lines.count("#EXT-X-DISCONTINUITY") == 1


def test_discontinuity_that_has_left_the_playlist_is_counted() -> None:
    counter = Counter()
    before = counter.number(TEN)[0].discontinuities
    longer = epoch(START + timedelta(seconds=30), [1.0] * 8)
    text = live(counter.number(TEN + longer), "", 1)
    assert f"#EXT-X-DISCONTINUITY-SEQUENCE:{before + 1}" in text
    assert "#EXT-X-DISCONTINUITY\n" not in text


@given(st.lists(st.tuples(st.integers(1, 4), st.integers(0, 3)), max_size=12))
def test_a_segment_keeps_its_number_and_the_next_has_the_next(steps: list[tuple[int, int]]) -> None:
    counter, everything, first = Counter(), TEN + FOUR_LATER, 0
    end, seen = 1, dict[tuple[str, int], int]()
    for grown, forgotten in steps:
        end = min(end + grown, len(everything))
        first = min(first + forgotten, end - 1)
        numbered = counter.number(everything[first:end])
        assert [each.number for each in numbered] == list(
            range(numbered[0].number, numbered[0].number + len(numbered))
        )
        for each in numbered:
            assert seen.setdefault((each.segment.epoch, each.segment.seq), each.number) == each.number


def test_counting_anew_after_a_restart_never_goes_back() -> None:
    long_running = Counter()
    many = epoch(START, [1.0] * 900)
    last = long_running.number(many)[-1]
    restarted = Counter().number(many[600:])
    assert restarted[-1].number >= last.number
    assert restarted[-1].discontinuities >= last.discontinuities


def test_past_window_is_whole_and_ends() -> None:
    text = vod([event.segment for event in TEN + FOUR_LATER], "tv1/")
    assert text.count("#EXTINF") == 14
    assert "#EXT-X-PLAYLIST-TYPE:VOD" in text
    assert text.endswith("tv1/20261122T031230.000Z/3.ts\n#EXT-X-ENDLIST\n")


@given(st.lists(st.floats(0.01, 20), min_size=1, max_size=20))
def test_no_segment_is_longer_than_the_target(durations: list[float]) -> None:
    segments = [event.segment for event in epoch(START, durations)]
    assert all(segment.duration_s <= target(segments) for segment in segments)
    assert target([]) == 1
