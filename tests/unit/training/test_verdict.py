"""What is called a fault of one that was made."""

from training.picture.verdict import Look, judge
from training.truth_file import Fault

MADE = Fault(type="borrado", start_s=10.0, end_s=20.0, detail="test")


def looks(*hidden: tuple[float, float]) -> list[Look]:
    times = [10.0 + 0.3 * step for step in range(34)]
    return [Look(at, not any(start <= at < end for start, end in hidden)) for at in times]


def test_what_is_always_seen_is_the_fault_as_made() -> None:
    assert judge(MADE, looks()) == ([MADE], [])
    assert judge(MADE, []) == ([MADE], [])


def test_an_end_that_shows_nothing_is_unclear() -> None:
    (fault,), (doubt,) = judge(MADE, looks((16.0, 20.0)))
    assert fault.start_s == 10.0
    assert 15.5 < fault.end_s < 16.2
    assert doubt.start_s < fault.end_s and doubt.end_s > 20.0


def test_a_fault_unseen_for_most_of_its_time_is_unclear() -> None:
    faults, (doubt,) = judge(MADE, looks((10.5, 19.0)))
    assert faults == []
    assert doubt.start_s < 10.0 and doubt.end_s > 20.0
    assert doubt.types == ("borrado",)


def test_a_stretch_within_that_shows_nothing_is_unclear_and_the_fault_is_one() -> None:
    (fault,), (doubt,) = judge(MADE, looks((13.0, 15.0)))
    assert (fault.start_s, fault.end_s) == (10.0, 20.0)
    assert 12.5 < doubt.start_s < doubt.end_s < 15.5


def test_what_is_left_must_last_a_second() -> None:
    assert judge(MADE, looks((10.8, 20.0)))[0] == []
