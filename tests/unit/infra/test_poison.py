"""How much a stage rejects before it stops, and that a restart does not begin to count anew."""

from collections.abc import Iterable
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.poison import WINDOW, Limit, Past, PoisonGauge, TooMuchPoison
from schemas.names import analysis_channel

TOPIC = "horus.detections.v1"
LIMIT = Limit(run=5, ratio=0.25)


def rejects(
    gauge: PoisonGauge, offsets: Iterable[int], *, partition: int = 3, key: bytes | None = b"tv1"
) -> None:
    for offset in offsets:
        gauge.judge(TOPIC, partition, offset, key, "does not decode")


def stops(gauge: PoisonGauge, offset: int) -> bool:
    try:
        rejects(gauge, [offset])
    except TooMuchPoison:
        return True
    return False


def test_one_too_many_in_a_row_stops_the_stage_before_it() -> None:
    gauge = PoisonGauge("decisions", LIMIT)
    rejects(gauge, range(10, 14))

    with pytest.raises(TooMuchPoison) as stopped:
        rejects(gauge, [14])

    words = str(stopped.value)
    for word in (
        f"{TOPIC}[3]@14",
        "5 records in a row",
        "does not decode",
        "horus dlq list --stage decisions",
    ):
        assert word in words


def test_a_record_that_is_not_rejected_ends_a_row() -> None:
    gauge = PoisonGauge("decisions", LIMIT)

    rejects(gauge, [1, 2, 3, 4, 6, 7, 8, 9])


def test_too_large_a_share_stops_though_nothing_is_in_a_row() -> None:
    gauge = PoisonGauge("decisions", LIMIT)
    half = range(0, 2 * WINDOW, 2)
    allowed = int(LIMIT.ratio * WINDOW)

    rejects(gauge, half[:allowed])

    assert stops(gauge, half[allowed])


def test_what_was_rejected_long_ago_does_not_count() -> None:
    gauge = PoisonGauge("decisions", LIMIT)

    rejects(gauge, range(0, 100 * WINDOW, 5))


def test_partitions_are_counted_apart() -> None:
    gauge = PoisonGauge("decisions", LIMIT)

    for partition in range(16):
        rejects(gauge, range(4), partition=partition)


def test_a_repeat_of_the_same_record_counts_once() -> None:
    gauge = PoisonGauge("decisions", LIMIT)

    rejects(gauge, [7] * 100)


def test_a_process_that_is_started_again_stops_before_the_same_record() -> None:
    again = PoisonGauge("decisions", LIMIT, Past(open={(TOPIC, 3): range(10, 14)}))

    assert stops(again, 14)
    assert stops(again, 14)


def test_what_an_operator_has_settled_lets_the_stage_go_on() -> None:
    again = PoisonGauge("decisions", LIMIT, Past(settled={(TOPIC, 3): range(10, 14)}))

    rejects(again, range(10, 18))

    assert stops(again, 18)


def test_files_that_cannot_be_analysed_stop_nobody() -> None:
    gauge = PoisonGauge("video", LIMIT)

    rejects(gauge, range(100), key=analysis_channel("0" * 32).encode())


@given(st.sets(st.integers(0, 400)), st.randoms(use_true_random=False))
def test_however_it_is_restarted_the_stage_stops_before_the_same_record(
    bad: set[int], chance: Random
) -> None:
    def stop(restarts: Iterable[bool]) -> tuple[int | None, list[int]]:
        gauge, buried = PoisonGauge("decisions", LIMIT), list[int]()
        for offset, restart in zip(sorted(bad), restarts, strict=True):
            if restart:
                gauge = PoisonGauge("decisions", LIMIT, Past(open={(TOPIC, 3): buried}))
            if stops(gauge, offset):
                return offset, buried
            buried.append(offset)
        return None, buried

    restarts = [chance.random() < 0.3 for _ in bad]
    assert stop([False] * len(bad)) == stop(restarts)
