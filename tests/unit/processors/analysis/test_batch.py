"""Claims about batches: where they part, and what their events say."""

import numpy as np
from numpy.typing import NDArray

from processors.analysis.batch import Batch, parts


def batch(*times_s: float) -> Batch:
    times: NDArray[np.float64] = np.array(times_s, np.float64)
    return Batch(times, np.arange(len(times), dtype=np.float32)[:, np.newaxis])


def times(found: list[Batch]) -> list[list[float]]:
    return [each.times_s.tolist() for each in found]


def test_batch_without_a_hole_stays_whole() -> None:
    (part,) = parts(batch(1.0, 1.2, 1.4), hole_s=3.0, seen_s=0.8)
    assert part.times_s.tolist() == [1.0, 1.2, 1.4]


def test_hole_parts_a_batch_and_scores_go_with_their_times() -> None:
    first, second = parts(batch(1.0, 1.2, 4.2), hole_s=3.0, seen_s=0.8)
    assert times([first, second]) == [[1.0, 1.2], [4.2]]
    assert second.scores.tolist() == [[2.0]]


def test_step_back_of_the_clock_parts_a_batch() -> None:
    assert times(list(parts(batch(9.0, 9.2, 0.0), hole_s=3.0, seen_s=8.8))) == [[9.0, 9.2], [0.0]]


def test_first_batch_of_all_is_no_hole() -> None:
    assert times(list(parts(batch(50.0, 50.2), hole_s=3.0, seen_s=-np.inf))) == [[50.0, 50.2]]


def test_batch_without_samples_has_no_parts() -> None:
    assert list(parts(batch(), hole_s=3.0, seen_s=1.0)) == []
