"""How long healthy programme was watched, and what so few false alarms in so many hours allow to say."""

import math

from schemas.faults import FAULTS, Category
from training.truth_file import Truth

# Beside a fault a window of samples sees a little of it: what is healthy beyond doubt begins this far away.
MARGIN_S = 2.0
# Bisection halves the interval each time: 60 times is below the last digit of a double.
_HALVINGS = 60


def healthy_s(truth: Truth, type_: str | None = None) -> float:
    """Return the seconds of a programme at least MARGIN_S away from any fault.

    With ``type_``: from any fault of its category (picture, sound), and without what is unclear for it.
    """
    categories = {FAULTS[type_].category} if type_ is not None else set(Category)
    taken = [
        (fault.start_s - MARGIN_S, fault.end_s + MARGIN_S)
        for fault in truth.faults
        if FAULTS[fault.type].category in categories
    ]
    taken += [(each.start_s, each.end_s) for each in truth.unclear if type_ in each.types]
    free_s, until_s = 0.0, 0.0
    for start_s, end_s in sorted(taken):
        free_s += max(0.0, min(start_s, truth.duration_s) - until_s)
        until_s = max(until_s, min(end_s, truth.duration_s))
    return free_s + truth.duration_s - until_s


def upper_bound(count: int, hours: float, confidence: float = 0.95) -> float:
    """Return the rate per hour that ``count`` events in ``hours`` do not exceed, at a confidence.

    Exact, one-sided, for a Poisson count (Garwood 1936): the rate at which so few would come by chance only
    once in 1 / (1 - confidence) trials. Infinite when ``hours`` is 0.
    """
    if hours <= 0:
        return math.inf
    low, high = 0.0, 10.0 * (count + 1)
    for _ in range(_HALVINGS):
        mean = (low + high) / 2
        low, high = (mean, high) if _at_most(count, mean) > 1 - confidence else (low, mean)
    return high / hours


def _at_most(count: int, mean: float) -> float:
    """Return the chance of ``count`` or fewer events where ``mean`` are expected."""
    return sum(math.exp(-mean + k * math.log(mean) - math.lgamma(k + 1)) for k in range(count + 1))
