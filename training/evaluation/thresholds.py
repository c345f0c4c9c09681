"""The thresholds of a model's classes, chosen on programmes that trained nothing (out of fold).

A trainer calls::

    from training.evaluation.scores import Scores
    from training.evaluation.thresholds import Judged, pick

    picked = pick([Judged(Scores("video", times_s, 0.2, {"freeze": ..., ...}), truth), ...])

with the scores of the quantised model on whole programmes and ``read_truth(media)`` of each; what comes back
is for each class the threshold for the card, and what it gives. ``curve`` is the same for every candidate,
for a look at why.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from processors.decisions.rules import SUPPRESSED_BY
from training.evaluation.alarms import alarms_of
from training.evaluation.healthy import healthy_s
from training.evaluation.match import judge
from training.evaluation.scores import Scores
from training.truth_file import Truth

# One false alarm an hour is as bad as a tenth of the faults of one type missed. In a set of an hour one false
# alarm, or two faults of a hundred over five types, both miss what is asked for (DESIGN section 9).
FALSE_ALARM_COST = 0.1
# Sharp ends are wanted too, but never at the price of a fault or a false alarm.
IOU_WORTH = 0.05
# What is this close to the best is as good: the sets are small, and a plateau is to be seen as one.
PLATEAU = 0.01
# Candidates lie evenly in log odds, where the scores of a sigmoid spread evenly: 0.18 (what is less likely is
# no ground for an alarm) to 0.99.
CANDIDATES = tuple(round(1 / (1 + float(np.exp(-odds))), 3) for odds in np.arange(-1.5, 4.76, 0.25))
# Where nothing tells candidates apart (no fault of a class in the set), the settings' default.
UNKNOWN = 0.6


@dataclass(frozen=True)
class Judged:
    """The scores of a programme and what is true of it."""

    scores: Scores
    truth: Truth


@dataclass(frozen=True)
class Trial:
    """What a threshold of a class gives on a set of programmes."""

    threshold: float
    faults: int
    found: int
    false: int
    """False alarms of every nature but companions."""
    healthy_h: float
    mean_iou: float

    @property
    def worth(self) -> float:
        """Recall, less what false alarms cost, and a little for sharp ends."""
        per_hour = self.false / self.healthy_h if self.healthy_h else float(self.false)
        recall = self.found / self.faults if self.faults else 0.0
        return recall - FALSE_ALARM_COST * per_hour + IOU_WORTH * self.mean_iou


def pick(programmes: Sequence[Judged], least: float = 0.0, most: float = 1.0) -> dict[str, Trial]:
    """Return for each class what its best threshold gives: the middle of the widest plateau of worth.

    None is below ``least`` or above ``most``. Through the true decisions, with default settings. Causes
    (black, bars) are picked before what they suppress. Raises ValueError when there are no programmes, or
    their classes differ.
    """
    picked: dict[str, Trial] = {}
    for name in _in_order(programmes):
        others = {cause: trial.threshold for cause, trial in picked.items()}
        tried = curve(programmes, name, others, least, most)
        best = middle(tried)
        picked[name] = next(trial for trial in tried if trial.threshold == best)
    return picked


def curve(
    programmes: Sequence[Judged],
    name: str,
    others: Mapping[str, float],
    least: float = 0.0,
    most: float = 1.0,
) -> list[Trial]:
    """Return what each candidate threshold of one class gives; ``others`` are the causes' thresholds."""
    within = [candidate for candidate in CANDIDATES if least <= candidate <= most]
    return [_try(programmes, name, {**others, name: candidate}) for candidate in within]


def middle(trials: Sequence[Trial]) -> float:
    """Return the threshold in the middle of the widest plateau around the greatest worth.

    Of plateaus equally wide the one of higher thresholds. Where no fault was there to be found: the lowest
    threshold from UNKNOWN up that raises as few false alarms as any.
    """
    if not any(trial.faults for trial in trials):
        calm = min(trial.false for trial in trials if trial.threshold >= UNKNOWN)
        return next(trial.threshold for trial in trials if trial.false <= calm and trial.threshold >= UNKNOWN)
    best = max(trial.worth for trial in trials)
    plateaus: list[list[float]] = [[]]
    for trial in trials:
        if trial.worth >= best - PLATEAU:
            plateaus[-1].append(trial.threshold)
        elif plateaus[-1]:
            plateaus.append([])
    widest = max(reversed(plateaus), key=len)
    return widest[len(widest) // 2]


def _try(programmes: Sequence[Judged], name: str, thresholds: Mapping[str, float]) -> Trial:
    faults, found, false, healthy_of_all_s = 0, 0, 0, 0.0
    ious: list[float] = []
    for programme in programmes:
        verdict = judge(programme.truth, alarms_of(programme.scores, thresholds, {name}), {name})
        faults += len(verdict.found) + len(verdict.missed)
        found += len(verdict.found)
        ious += [each.iou for each in verdict.found]
        false += sum(each.nature != "companion" for each in verdict.false)
        healthy_of_all_s += healthy_s(programme.truth, name)
    return Trial(
        threshold=thresholds[name],
        faults=faults,
        found=found,
        false=false,
        healthy_h=healthy_of_all_s / 3600,
        mean_iou=float(np.mean(ious)) if ious else 0.0,
    )


def _in_order(programmes: Sequence[Judged]) -> list[str]:
    """Return the classes of the set, those that nothing suppresses first."""
    classes = {tuple(sorted(programme.scores.by_class)) for programme in programmes}
    if len(classes) != 1:
        raise ValueError(f"programmes of one model are wanted, got classes {sorted(classes)}")
    (names,) = classes
    return sorted(names, key=lambda name: len(SUPPRESSED_BY.get(name, frozenset())))
