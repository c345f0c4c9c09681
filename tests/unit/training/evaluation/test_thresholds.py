"""Thresholds are chosen where a little more or less would not matter."""

from collections.abc import Callable

import numpy as np
import pytest

from training.evaluation.scores import Scores
from training.evaluation.thresholds import UNKNOWN, Judged, Trial, middle, pick
from training.truth_file import Truth

MakeTruth = Callable[..., Truth]
HZ = 5


def judged(truth: Truth, **levels: list[tuple[float, float, float]]) -> Judged:
    """Return a minute of samples: 0.02 but where (from, to, score) say otherwise."""
    times = np.arange(60 * HZ) / HZ
    columns = {}
    for name, stretches in levels.items():
        column = np.full(len(times), 0.02, np.float32)
        for start_s, end_s, score in stretches:
            column[(times >= start_s) & (times < end_s)] = score
        columns[name] = column
    return Judged(Scores("video", times, 1 / HZ, columns), truth)


def test_a_threshold_lies_between_the_natural_and_the_faulty(truth: MakeTruth) -> None:
    programme = judged(truth(("freeze", 10, 20)), freeze=[(10, 20, 0.9), (40, 44, 0.4)])
    assert 0.45 < pick([programme])["freeze"].threshold < 0.85


def test_a_false_alarm_an_hour_is_dearer_than_one_fault_of_many(truth: MakeTruth) -> None:
    sure = [judged(truth(("freeze", 10, 20)), freeze=[(10, 20, 0.97)]) for _ in range(30)]
    weak = judged(truth(("freeze", 10, 20)), freeze=[(10, 20, 0.55), (40, 44, 0.6)])
    assert pick([*sure, weak])["freeze"].threshold > 0.6


def test_a_fault_that_costs_no_false_alarm_is_kept(truth: MakeTruth) -> None:
    sure = [judged(truth(("freeze", 10, 20)), freeze=[(10, 20, 0.97)]) for _ in range(5)]
    weak = judged(truth(("freeze", 10, 20)), freeze=[(10, 20, 0.45)])
    assert pick([*sure, weak])["freeze"].threshold < 0.45


def test_what_is_suppressed_is_judged_beneath_its_cause(truth: MakeTruth) -> None:
    black = judged(truth(("fade", 10, 20)), freeze=[(9.8, 20.2, 0.9)], fade=[(9.6, 20.4, 0.95)])
    frozen = judged(truth(("freeze", 10, 20)), freeze=[(10, 20, 0.9)], fade=[])
    chosen = pick([black, frozen])
    assert chosen["freeze"].threshold < 0.9
    assert chosen["fade"].threshold < 0.95


def test_a_class_without_faults_gets_the_default_or_more(truth: MakeTruth) -> None:
    calm = judged(truth(), freeze=[])
    assert pick([calm])["freeze"].threshold >= UNKNOWN
    nervous = judged(truth(), freeze=[(30, 35, 0.8)])
    assert pick([nervous])["freeze"].threshold > 0.8


def test_of_two_plateaus_the_wider_one_holds_the_threshold() -> None:
    found = [5, 5, 4, 5, 5, 5, 5, 5]
    trials = [
        Trial(threshold=index / 10, faults=5, found=count, false=0, healthy_h=1.0, mean_iou=0.9)
        for index, count in enumerate(found)
    ]
    assert middle(trials) == 0.5


def test_programmes_of_different_models_are_refused(truth: MakeTruth) -> None:
    with pytest.raises(ValueError, match="one model"):
        pick([judged(truth(), freeze=[]), judged(truth(), fade=[])])


def test_a_threshold_keeps_within_bounds(truth: MakeTruth) -> None:
    weak = judged(truth(("freeze", 10, 20)), freeze=[(10, 20, 0.7), (40, 44, 0.5)])
    assert pick([weak])["freeze"].threshold > 0.5
    assert pick([weak], 0.2, 0.4)["freeze"].threshold <= 0.4
    assert pick([weak], 0.8, 0.9)["freeze"].threshold >= 0.8
