"""Alarms of a file are those of a channel with default settings."""

import numpy as np
import pytest

from training.evaluation import alarms
from training.evaluation.alarms import Alarm, alarms_of
from training.evaluation.scores import Scores

HZ = 5
# A picture speaks for the time around it.
HALF_A_SAMPLE = 0.1001


def scores(**stretches: tuple[float, float]) -> Scores:
    times = np.arange(30 * HZ) / HZ
    columns = {
        name: np.where((times >= start_s) & (times < end_s), 0.9, 0.1).astype(np.float32)
        for name, (start_s, end_s) in stretches.items()
    }
    return Scores("video", times, 1 / HZ, columns)


def test_an_alarm_runs_from_the_first_bad_sample_to_the_end_of_the_last() -> None:
    (alarm,) = alarms_of(scores(freeze=(10, 14)), {"freeze": 0.6})
    assert alarm.type == "freeze"
    assert (alarm.start_s, alarm.end_s) == pytest.approx((10.0, 14.0), abs=HALF_A_SAMPLE)
    assert 0.85 < alarm.confidence <= 0.9


def test_a_fault_that_lasts_to_the_end_of_the_file_ends_there() -> None:
    (alarm,) = alarms_of(scores(freeze=(20, 30)), {"freeze": 0.6})
    assert alarm.end_s == pytest.approx(30.0, abs=HALF_A_SAMPLE)


def test_nothing_at_the_threshold_is_no_alarm() -> None:
    assert alarms_of(scores(freeze=(10, 14)), {"freeze": 0.95}) == []


def test_black_hides_the_freeze_also_when_the_freeze_alone_is_asked_for() -> None:
    black = scores(freeze=(10, 14), fade=(10, 14))
    told = {"freeze": 0.6, "fade": 0.6}
    assert [alarm.type for alarm in alarms_of(black, told)] == ["fade"]
    assert alarms_of(black, told, {"freeze"}) == []


def test_samples_of_no_file_are_no_alarms() -> None:
    empty: list[Alarm] = alarms_of(Scores("video", np.zeros(0), 0.2, {"freeze": np.zeros(0, np.float32)}), {})
    assert empty == []


@pytest.mark.parametrize("seed", range(8))
def test_what_is_far_from_any_bad_sample_may_be_left_out(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(seed)
    count = 300 * HZ
    # Faults of 0 to 6 s, torn and wavering, of three classes that hide each other, minutes apart or together.
    columns = {name: rng.random(count).astype(np.float32) * 0.3 for name in ("freeze", "fade", "borrado")}
    for column in columns.values():
        for start in rng.integers(0, count, 8):
            length = int(rng.integers(1, 6 * HZ))
            column[start : start + length] = rng.uniform(0.3, 1.0, len(column[start : start + length]))
    some = Scores("video", np.arange(count) / HZ, 1 / HZ, columns)
    told = {"freeze": 0.6, "fade": 0.7, "borrado": 0.4}
    cropped = alarms_of(some, told)
    monkeypatch.setattr(alarms, "AROUND_S", 1e6)
    assert cropped == alarms_of(some, told)
    assert cropped
