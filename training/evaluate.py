"""Judge a .tflite on programmes it has not seen: by sample, and by the alarms it would raise."""

import numpy as np
from numpy.typing import NDArray

from training.events import THRESHOLD, Event, find_events, match
from training.examples import Examples


def figures(examples: Examples, scores: NDArray[np.float32], period_s: float) -> list[dict[str, float]]:
    """Return the figures of each class by name, in the order of the classes.

    By sample, at the default threshold, without those that have no truth: precision, recall. By event
    (a second or longer, after the default moving average): how many are true, found (recall) and false,
    false ones per hour of programme, mean temporal intersection over union, mean error of the start (s).
    """
    return [_of_class(examples, scores[:, index], index, period_s) for index in range(scores.shape[1])]


def _of_class(
    examples: Examples, scores: NDArray[np.float32], index: int, period_s: float
) -> dict[str, float]:
    label, known = examples.labels[:, index] > 0, examples.weights[:, index] > 0
    told = scores >= THRESHOLD
    right = float((told & label & known).sum())
    true_events, found, false_events = 0, [], 0
    for number in np.unique(examples.programme):
        of = examples.programme == number
        truth, alarms = _events(examples, scores, index, of, period_s)
        pairs = match(truth, alarms)
        true_events += len(truth)
        found += pairs
        matched = {alarm for _, alarm in pairs}
        false_events += sum(
            alarm not in matched and not _is_unclear(examples, index, of, alarm) for alarm in alarms
        )
    hours = len(scores) * period_s / 3600
    return {
        "samples": float(known.sum()),
        "sample_precision": _share(right, float((told & known).sum())),
        "sample_recall": _share(right, float((label & known).sum())),
        "events": float(true_events),
        "event_recall": _share(len(found), true_events),
        "false_events": float(false_events),
        "false_events_per_hour": round(false_events / hours, 3),
        "mean_iou": round(float(np.mean([a.overlap(b) for a, b in found])), 4) if found else 0.0,
        "start_error_s": round(float(np.mean([abs(a.start_s - b.start_s) for a, b in found])), 4)
        if found
        else 0.0,
    }


def _events(
    examples: Examples, scores: NDArray[np.float32], index: int, of: NDArray[np.bool_], period_s: float
) -> tuple[list[Event], list[Event]]:
    times = examples.times_s[of]
    label, known = examples.labels[of, index], examples.weights[of, index] > 0
    sure = find_events(label.astype(np.float32), times, period_s)
    truth = [event for event in sure if _known(known, times, event)]
    return truth, find_events(scores[of], times, period_s)


def _known(known: NDArray[np.bool_], times_s: NDArray[np.float64], event: Event) -> bool:
    inside = (times_s >= event.start_s) & (times_s < event.end_s)
    return bool(known[inside].mean() >= 0.5)


def _is_unclear(examples: Examples, index: int, of: NDArray[np.bool_], alarm: Event) -> bool:
    times = examples.times_s[of]
    inside = (times >= alarm.start_s) & (times < alarm.end_s)
    good = (examples.labels[of, index] == 0) & (examples.weights[of, index] > 0.5)
    return bool(good[inside].mean() < 0.5)


def _share(part: float, whole: float) -> float:
    return round(part / whole, 4) if whole else 1.0
