"""Healthy hours, and the bound that they allow."""

import math
from collections.abc import Callable

import pytest

from training.evaluation.healthy import healthy_s, upper_bound
from training.truth_file import Truth

MakeTruth = Callable[..., Truth]


def test_healthy_programme_begins_two_seconds_away_from_a_fault(truth: MakeTruth) -> None:
    assert healthy_s(truth(("freeze", 10, 20))) == pytest.approx(60 - 14)


def test_margins_that_overlap_or_reach_beyond_the_file_count_once(truth: MakeTruth) -> None:
    assert healthy_s(truth(("freeze", 1, 5), ("fade", 6, 59))) == 0
    assert healthy_s(truth(("fade", 6, 20), ("freeze", 10, 12))) == pytest.approx(60 - 18)


def test_a_fault_of_the_sound_leaves_the_picture_healthy(truth: MakeTruth) -> None:
    silent = truth(("ausencia_audio", 10, 20))
    assert healthy_s(silent, "freeze") == pytest.approx(60)
    assert healthy_s(silent, "ruido_hiss") == healthy_s(silent) == pytest.approx(46)


def test_unclear_stretches_are_not_healthy_for_their_type_alone(truth: MakeTruth) -> None:
    still = truth(unclear=(("freeze", 30, 40),))
    assert healthy_s(still, "freeze") == pytest.approx(50)
    assert healthy_s(still, "fade") == healthy_s(still) == pytest.approx(60)


@pytest.mark.parametrize(("count", "mean"), [(0, 2.996), (1, 4.744), (3, 7.754), (10, 16.962)])
def test_the_bound_is_the_one_of_the_tables(count: int, mean: float) -> None:
    # Upper one-sided 95 % limits of a Poisson mean (Garwood 1936): half the 0.95 quantile of chi-square.
    assert upper_bound(count, 1.0) == pytest.approx(mean, abs=0.001)
    assert upper_bound(count, 10.0) == pytest.approx(mean / 10, abs=0.001)


def test_no_hours_bound_nothing() -> None:
    assert upper_bound(0, 0.0) == math.inf
