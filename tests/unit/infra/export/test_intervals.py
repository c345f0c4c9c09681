"""Which offsets are done: no offset is written twice, none is left out."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from infra.export.intervals import Interval, joined, missing

ends = st.integers(0, 60)
stretches = st.lists(st.tuples(ends, ends), max_size=8)


def offsets(intervals: list[Interval]) -> list[int]:
    return [offset for low, high in intervals for offset in range(low, high)]


@given(st.tuples(ends, ends), stretches)
def test_missing_and_covered_make_the_whole_and_share_nothing(
    wanted: Interval, covered: list[Interval]
) -> None:
    found = offsets(missing(wanted, covered))

    assert found == sorted(set(offsets([wanted])) - set(offsets(covered)))


@given(stretches)
def test_joined_stretches_cover_the_same_and_never_touch(done: list[Interval]) -> None:
    whole: list[Interval] = []
    for each in done:
        whole = joined(whole, each)

    assert offsets(whole) == sorted(set(offsets(done)))
    assert all(one[1] < other[0] for one, other in pairwise(whole))
