"""Which faults count as found, and which alarms as false."""

from collections.abc import Callable

import pytest

from training.evaluation.alarms import Alarm
from training.evaluation.match import judge
from training.truth_file import Truth

MakeTruth = Callable[..., Truth]
TYPES = ("freeze", "fade", "borrado")


def alarm(type_: str, start_s: float, end_s: float) -> Alarm:
    return Alarm(type=type_, start_s=start_s, end_s=end_s, confidence=0.9)


def test_a_fault_half_covered_is_found(truth: MakeTruth) -> None:
    verdict = judge(truth(("freeze", 10, 20)), [alarm("freeze", 15, 20)], TYPES)
    assert len(verdict.found) == 1
    assert not verdict.missed
    assert not verdict.false


def test_a_fault_less_than_half_covered_is_missed_and_the_alarm_not_false(truth: MakeTruth) -> None:
    verdict = judge(truth(("freeze", 10, 20)), [alarm("freeze", 15.1, 20)], TYPES)
    assert (len(verdict.found), len(verdict.missed), len(verdict.false)) == (0, 1, 0)


def test_two_halves_of_an_alarm_do_not_add_up(truth: MakeTruth) -> None:
    torn = [alarm("freeze", 10, 14), alarm("freeze", 16, 20)]
    assert len(judge(truth(("freeze", 10, 20)), torn, TYPES).missed) == 1


def test_ends_are_measured_against_the_alarm_that_covers_most(truth: MakeTruth) -> None:
    told = [alarm("freeze", 9, 11), alarm("freeze", 12, 20)]
    (found,) = judge(truth(("freeze", 10, 20)), told, TYPES).found
    assert (found.start_error_s, found.end_error_s) == (2, 0)
    assert found.iou == pytest.approx(0.8)


def test_an_alarm_too_long_costs_overlap(truth: MakeTruth) -> None:
    (found,) = judge(truth(("freeze", 10, 20)), [alarm("freeze", 10, 30)], TYPES).found
    assert found.iou == pytest.approx(0.5)


def test_an_alarm_away_from_faults_is_false_on_healthy_programme(truth: MakeTruth) -> None:
    (false,) = judge(truth(("freeze", 10, 20)), [alarm("freeze", 40, 42)], TYPES).false
    assert (false.nature, false.during) == ("healthy", None)


def test_an_alarm_of_another_type_is_false_and_told_as_wrong(truth: MakeTruth) -> None:
    verdict = judge(truth(("borrado", 10, 20)), [alarm("freeze", 12, 18)], TYPES)
    (false,) = verdict.false
    assert false.nature == "wrong type"
    assert false.during is not None
    assert false.during.type == "borrado"
    assert len(verdict.missed) == 1


def test_a_freeze_told_of_black_is_its_companion(truth: MakeTruth) -> None:
    (false,) = judge(truth(("fade", 10, 20)), [alarm("freeze", 12, 18)], TYPES).false
    assert false.nature == "companion"


def test_a_fault_of_the_sound_is_no_excuse_for_an_alarm_about_the_picture(truth: MakeTruth) -> None:
    (false,) = judge(truth(("ausencia_audio", 10, 20)), [alarm("freeze", 12, 18)], TYPES).false
    assert (false.nature, false.during) == ("healthy", None)


def test_an_alarm_mostly_where_nobody_can_judge_is_not_false(truth: MakeTruth) -> None:
    still = truth(unclear=(("freeze", 30, 40),))
    assert judge(still, [alarm("freeze", 31, 39)], TYPES).false == ()
    assert len(judge(still, [alarm("freeze", 38, 50)], TYPES).false) == 1
    assert len(judge(still, [alarm("borrado", 31, 39)], TYPES).false) == 1


def test_overlapping_unclear_stretches_count_once(truth: MakeTruth) -> None:
    still = truth(unclear=(("freeze", 30, 33), ("freeze", 30, 33)))
    assert len(judge(still, [alarm("freeze", 30, 40)], TYPES).false) == 1


def test_what_is_too_short_or_unclear_need_not_be_found_and_may_be(truth: MakeTruth) -> None:
    short = truth(("freeze", 10, 10.6))
    assert judge(short, [], TYPES).missed == ()
    assert judge(short, [alarm("freeze", 10, 11)], TYPES).false == ()
    doubtful = truth(("freeze", 10, 20), unclear=(("freeze", 10, 20),))
    assert judge(doubtful, [], TYPES).missed == ()


def test_types_not_looked_for_are_neither_missed_nor_false(truth: MakeTruth) -> None:
    verdict = judge(truth(("ruido_hiss", 10, 20)), [alarm("eco_reverb", 30, 35)], TYPES)
    assert not (verdict.found or verdict.missed or verdict.false)
