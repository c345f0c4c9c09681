from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.demo.air import air_time, cycle_and_position, dark_until
from infra.demo.programme import Fault

START = datetime(2026, 11, 22, 12, 0, 0, 500_000, tzinfo=UTC)
CUT = Fault("sem_sinal", 42.52, 51.0)


@given(cycle=st.integers(-2, 1000), position=st.floats(0.001, 74.999))
def test_position_and_air_time_undo_each_other(cycle: int, position: float) -> None:
    moment = air_time(position, cycle, START, 75.0)
    found_cycle, found = cycle_and_position(moment, START, 75.0)
    assert found_cycle == cycle
    assert found == pytest.approx(position, abs=2e-6)


def test_the_programme_repeats_from_its_beginning() -> None:
    assert cycle_and_position(START + timedelta(seconds=75), START, 75.0) == (1, 0.0)


def test_before_the_first_run_nothing_is_sent() -> None:
    assert dark_until(START - timedelta(seconds=3), (), START, 75.0) == START
    assert dark_until(START, (), START, 75.0) is None


@pytest.mark.parametrize("cycle", [0, 1, 7])
def test_a_cut_of_the_script_comes_back_in_every_run(cycle: int) -> None:
    within = air_time(45.0, cycle, START, 75.0)
    assert dark_until(within, (CUT,), START, 75.0) == air_time(51.0, cycle, START, 75.0)
    assert dark_until(air_time(51.001, cycle, START, 75.0), (CUT,), START, 75.0) is None
    assert dark_until(air_time(42.5, cycle, START, 75.0), (CUT,), START, 75.0) is None
