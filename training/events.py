"""From scores to alarms, as a channel with default settings raises them: what operators see of a model."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# The default settings of decisions: moving average, threshold, and the length from which a fault counts.
AVERAGE_OVER = 3
THRESHOLD = 0.6
ONSET_S = 1.0
# A predicted event belongs to a true one from this overlap on (intersection over union).
_MATCH_IOU = 0.3


@dataclass(frozen=True)
class Event:
    """A stretch of fault, seconds, end exclusive."""

    start_s: float
    end_s: float

    def overlap(self, other: "Event") -> float:
        """Return intersection over union."""
        shared = max(0.0, min(self.end_s, other.end_s) - max(self.start_s, other.start_s))
        return shared / (max(self.end_s, other.end_s) - min(self.start_s, other.start_s))


def smooth(scores: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the moving average of a score, each over itself and the ones before it."""
    sums = np.concatenate([[0.0], np.cumsum(scores, dtype=np.float64)])
    ends = np.arange(1, len(scores) + 1)
    starts = np.maximum(ends - AVERAGE_OVER, 0)
    means: NDArray[np.float64] = (sums[ends] - sums[starts]) / (ends - starts)
    return means


def find_events(scores: NDArray[np.float32], times_s: NDArray[np.float64], period_s: float) -> list[Event]:
    """Return the stretches whose smoothed score stays bad for ONSET_S, from first bad sample to last.

    Truth goes through the same function, as scores of 0 and 1.
    """
    bad = smooth(scores) >= THRESHOLD
    edges = np.flatnonzero(np.diff(np.concatenate([[False], bad, [False]]).astype(np.int8))).reshape(-1, 2)
    events = []
    for start, end in edges:
        # The average lags: the samples that raised it came before, the last of the run are good already.
        inside = np.flatnonzero(scores[max(0, start - AVERAGE_OVER + 1) : end] >= THRESHOLD)
        inside += max(0, start - AVERAGE_OVER + 1)
        first, last = (inside[0], inside[-1]) if len(inside) else (start, end - 1)
        events.append(Event(float(times_s[first]), float(times_s[last]) + period_s))
    return [event for event in events if event.end_s - event.start_s >= ONSET_S]


def match(true: list[Event], told: list[Event]) -> list[tuple[Event, Event]]:
    """Pair each true event with the told one that overlaps it most, where that is enough."""
    pairs = []
    for event in true:
        best = max(told, key=event.overlap, default=None)
        if best is not None and event.overlap(best) >= _MATCH_IOU:
            pairs.append((event, best))
    return pairs
