"""Claims about the timeline of a file whose media clock jumps."""

import pytest

from processors.analysis.timeline import Timeline, is_jump


@pytest.mark.parametrize(("end_s", "again_s"), [(8.0, 3600.0), (8.0, 1.4), (8.0, 18.5)])
def test_clock_that_leaps_has_jumped(end_s: float, again_s: float) -> None:
    assert is_jump(end_s, again_s)


@pytest.mark.parametrize(("end_s", "again_s"), [(8.0, 8.2), (8.0, 13.0), (8.0, 7.5)])
def test_hole_or_reordering_is_no_jump(end_s: float, again_s: float) -> None:
    assert not is_jump(end_s, again_s)


def test_start_of_the_file_is_no_jump() -> None:
    assert not is_jump(float("-inf"), 3600.0)


def test_time_goes_on_across_each_jump() -> None:
    once = Timeline().across(9.4, 1.4)
    twice = once.across(9.4, 1.4)
    assert 1.4 + once.shift_s == pytest.approx(9.4)
    assert 1.4 + twice.shift_s == pytest.approx(17.4)
