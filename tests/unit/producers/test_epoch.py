"""UTC from the media clock."""

import random
import re
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from producers.epoch import Arrival, begin, continues, name_of
from producers.index import WRAP
from schemas.events.media import PTS_HZ

T0 = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)
FRAME = PTS_HZ // 25
EPOCH = re.compile(r"^[0-9]{8}T[0-9]{6}\.[0-9]{3}Z$")


def arrivals(start: int, late_s: list[float]) -> list[Arrival]:
    """A picture each 40 ms from T0 on, each read so much late."""
    return [
        Arrival(T0.timestamp() + place / 25 + late, (start + place * FRAME) % WRAP)
        for place, late in enumerate(late_s)
    ]


@given(
    start=st.integers(min_value=0, max_value=WRAP - 1),
    jitter=st.lists(st.floats(min_value=0, max_value=2), min_size=1, max_size=100),
)
def test_the_quickest_packet_sets_the_clock(start: int, jitter: list[float]) -> None:
    anchor = begin(start, arrivals(start, jitter), lag_s=0.0, otherwise=T0)
    assert abs((anchor.utc - T0).total_seconds() - min(jitter)) < 1e-4


def test_a_burst_at_the_start_does_not_move_the_clock() -> None:
    probing = [1.0 - place / 25 for place in range(25)]
    anchor = begin(900, arrivals(900, probing + [0.01] * 25), lag_s=0.01, otherwise=T0)
    assert abs(anchor.utc - T0) < timedelta(milliseconds=1)


def test_packets_of_another_clock_are_not_asked() -> None:
    other = [Arrival(T0.timestamp() - 50, 3 * 3600 * PTS_HZ)]
    anchor = begin(0, other + arrivals(0, [0.0] * 5), lag_s=0.0, otherwise=T0 + timedelta(hours=1))
    assert anchor.utc == T0


def test_without_packets_the_moment_of_listing_must_do() -> None:
    assert begin(0, [], lag_s=0.1, otherwise=T0).utc == T0


def test_an_epoch_does_not_overlap_the_one_before_by_jitter() -> None:
    before = T0 + timedelta(milliseconds=300)
    assert begin(0, arrivals(0, [0.0]), lag_s=0.0, otherwise=T0, after=before).utc == before
    long_before = T0 + timedelta(seconds=5)
    assert begin(0, arrivals(0, [0.0]), lag_s=0.0, otherwise=T0, after=long_before).utc == T0


@given(st.integers(min_value=0, max_value=WRAP), st.integers(min_value=-(10**9), max_value=10**9))
def test_ticks_map_to_utc_by_the_media_clock_alone(start: int, ahead: int) -> None:
    anchor = begin(start, [], lag_s=0.0, otherwise=T0)
    assert abs((anchor.at(start + ahead) - T0).total_seconds() - ahead / PTS_HZ) < 1e-5


def test_jumps_of_more_than_a_second_break_an_epoch_in_both_directions() -> None:
    assert continues(1000, 1000 + PTS_HZ)
    assert not continues(1000, 1001 + PTS_HZ)
    assert not continues(PTS_HZ * 10, PTS_HZ * 10 - PTS_HZ - 1)


def test_epochs_are_named_by_their_utc_to_the_millisecond() -> None:
    assert name_of(T0 + timedelta(microseconds=123_999)) == "20261122T180000.123Z"
    seed = random.Random(1)
    for _ in range(100):
        assert EPOCH.match(name_of(T0 + timedelta(seconds=seed.uniform(0, 1e8))))
