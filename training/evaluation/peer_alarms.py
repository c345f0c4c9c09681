"""Alarms from the numbers of blurdetect and blockdetect, at the threshold that suits them best."""

from collections.abc import Sequence
from statistics import fmean

import msgspec
import numpy as np
from numpy.typing import NDArray

from schemas.faults import FAULTS
from training.evaluation.alarms import Alarm
from training.evaluation.match import judge
from training.evaluation.peers import PeerRun
from training.truth_file import Truth

# A good moment shorter than this does not part an alarm, as in Horus's own decisions (rules.MERGE_S).
GAP_S = 0.5
# Steps between the median of all frames and the highest one: a fault is a matter of the upper half.
_STEPS = 60

NUMBERED = {"borrado": "blur", "bloco": "block"}


class BestCase(msgspec.Struct, frozen=True, kw_only=True):
    """A threshold chosen with the truth in hand, and the alarms it gives for each programme."""

    type: str
    threshold: float
    alarms: tuple[tuple[Alarm, ...], ...]


def best_case(type_: str, runs: Sequence[PeerRun], truths: Sequence[Truth]) -> BestCase:
    """Return the threshold of the best F1 (of faults found and false alarms) on these very programmes.

    In the peer's favour: ours are chosen on other programmes. ``type_`` is borrado or bloco.
    """
    columns = [np.array(run.blur if NUMBERED[type_] == "blur" else run.block, np.float64) for run in runs]
    frames = np.concatenate(columns) if columns else np.zeros(0)
    candidates = np.quantile(frames, np.linspace(0.5, 1.0, _STEPS)) if len(frames) else np.zeros(1)
    tried = [_at(type_, float(threshold), columns, runs) for threshold in candidates]
    return max(tried, key=lambda each: _worth(each, truths))


def _at(
    type_: str, threshold: float, columns: Sequence[NDArray[np.float64]], runs: Sequence[PeerRun]
) -> BestCase:
    alarms = tuple(
        tuple(above(type_, np.array(run.times_s), column, threshold))
        for run, column in zip(runs, columns, strict=True)
    )
    return BestCase(type=type_, threshold=threshold, alarms=alarms)


def above(
    type_: str, times_s: NDArray[np.float64], values: NDArray[np.float64], threshold: float
) -> list[Alarm]:
    """Return the stretches of frames, (n,) each, at or above a threshold for as long as a fault must last."""
    bad = np.flatnonzero(values >= threshold)
    if not len(bad):
        return []
    parts = np.split(bad, np.flatnonzero(np.diff(times_s[bad]) > GAP_S) + 1)
    frame_s = float(np.median(np.diff(times_s))) if len(times_s) > 1 else 0.0
    spans = [(float(times_s[part[0]]), float(times_s[part[-1]]) + frame_s) for part in parts]
    return [
        Alarm(type=type_, start_s=start_s, end_s=end_s, confidence=1.0)
        for start_s, end_s in spans
        if end_s - start_s >= FAULTS[type_].onset_s
    ]


def _worth(case: BestCase, truths: Sequence[Truth]) -> tuple[float, float]:
    """Return the harmonic mean of precision and recall (F1), and of equals the mean overlap."""
    verdicts = [judge(truth, alarms, {case.type}) for truth, alarms in zip(truths, case.alarms, strict=True)]
    found = [each for verdict in verdicts for each in verdict.found]
    wrong = sum(len(verdict.missed) + len(verdict.false) for verdict in verdicts)
    f1 = 2 * len(found) / (2 * len(found) + wrong) if found else 0.0
    return f1, fmean(each.iou for each in found) if found else 0.0
