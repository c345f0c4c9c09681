"""Alarms from scores, and how they are matched with the truth."""

import numpy as np

from training.evaluate import figures
from training.events import Event, find_events, match
from training.examples import Examples


def scores(*bad: tuple[int, int], n: int = 100) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    values = np.zeros(n, np.float32)
    for start, end in bad:
        values[start:end] = 1.0
    return values


TIMES = np.arange(100) / 5


def test_an_event_runs_from_the_first_bad_sample_to_the_last() -> None:
    assert find_events(scores((20, 40)), TIMES, 0.2) == [Event(4.0, 8.0)]


def test_what_is_shorter_than_a_second_is_no_event() -> None:
    assert find_events(scores((20, 23), (50, 51)), TIMES, 0.2) == []


def test_one_good_sample_does_not_part_an_event() -> None:
    values = scores((20, 40))
    values[30] = 0.0
    assert len(find_events(values, TIMES, 0.2)) == 1


def test_events_match_where_they_overlap_enough() -> None:
    true, near, far = Event(4.0, 8.0), Event(4.4, 8.0), Event(12.0, 14.0)
    assert match([true], [far, near]) == [(true, near)]
    assert match([true], [far]) == []


def test_figures_count_missed_and_false_events() -> None:
    label = scores((20, 40), (60, 80))[:, np.newaxis]
    told = scores((20, 40), (90, 99))[:, np.newaxis]
    examples = Examples(
        features=np.zeros((100, 1), np.float32),
        labels=label,
        weights=np.ones_like(label),
        programme=np.zeros(100, np.int32),
        times_s=TIMES,
    )
    (found,) = figures(examples, told, 0.2)
    assert (found["events"], found["event_recall"], found["false_events"]) == (2, 0.5, 1)
    assert found["mean_iou"] == 1.0
    assert found["sample_recall"] == 0.5
