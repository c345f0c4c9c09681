"""Claims about the demo's account of faults and alarms."""

from datetime import UTC, datetime, timedelta

import pytest

from infra.demo.programme import DEMO
from infra.demo.score import Heard, Injection, Told, complete, hear, injection_of, injections, judge
from infra.demo.show import READY_BEFORE, script_from

ON_AIR = datetime(2026, 11, 22, 18, 0, 0, tzinfo=UTC)
BLACK = Injection(
    channel="tv1", type="fade", start=ON_AIR + timedelta(seconds=10), end=ON_AIR + timedelta(seconds=18)
)


def told(kind: str, at_s: float, *, uid: str = "a", channel: str = "tv1", fault: str = "fade") -> Told:
    """A message about an occurrence that lies where ``BLACK`` does."""
    return Told(
        kind=kind,
        arrived_at=ON_AIR + timedelta(seconds=at_s),
        uid=uid,
        channel=channel,
        type=fault,
        severity="Leve (C)",
        start=BLACK.start + timedelta(seconds=0.1),
        end=BLACK.end,
    )


def heard(*messages: Told) -> list[Heard]:
    """What is known after some messages."""
    state: dict[str, Heard] = {}
    for message in messages:
        state = hear(state, message)
    return list(state.values())


OPENED, UPDATED, CLOSED = "nova_ocorrencia", "ocorrencia_atualizada", "ocorrencia_encerrada"


def test_fault_raised_and_closed_once_is_good_and_its_delays_are_told() -> None:
    (row,) = judge([BLACK], heard(told(OPENED, 12.5), told(UPDATED, 15), told(CLOSED, 19.5)), ON_AIR)
    assert (row.verdict, row.good) == ("ok", True)
    assert (row.open_delay_s, row.close_delay_s) == (2.5, 1.5)


@pytest.mark.parametrize(
    ("messages", "verdict"),
    [
        ([], "missed"),
        ([told(OPENED, 12)], "not closed"),
        ([told(OPENED, 12), told(OPENED, 13), told(CLOSED, 19)], "raised 2 times"),
        ([told(OPENED, 12), told(OPENED, 13, uid="b"), told(CLOSED, 19)], "raised 2 times"),
        ([told(OPENED, 12), told(CLOSED, 19), told(CLOSED, 20)], "closed 2 times"),
        ([told(CLOSED, 19)], "missed"),
    ],
)
def test_anything_but_once_each_is_not_good(messages: list[Told], verdict: str) -> None:
    (row,) = judge([BLACK], heard(*messages), ON_AIR)
    assert (row.verdict, row.good) == (verdict, False)


@pytest.mark.parametrize(
    "other", [told(OPENED, 12, uid="b", channel="tv2"), told(OPENED, 12, uid="b", fault="freeze")]
)
def test_alarm_that_nobody_put_on_air_is_a_false_one(other: Told) -> None:
    rows = judge([BLACK], heard(told(OPENED, 12), told(CLOSED, 19), other), ON_AIR)
    assert [row.verdict for row in rows] == ["ok", "false alarm"]
    assert rows[1].injected is None


def test_occurrence_from_before_the_channels_ran_does_not_count() -> None:
    counted_from = BLACK.start + timedelta(seconds=1)
    assert judge([], heard(told(OPENED, 12)), counted_from) == []


def test_fault_of_another_run_of_the_script_is_no_false_alarm() -> None:
    assert judge([], heard(told(OPENED, 12)), ON_AIR, aired=[BLACK]) == []


def test_alarm_far_from_the_fault_does_not_tell_of_it() -> None:
    late = Injection(
        channel="tv1",
        type="fade",
        start=BLACK.end + timedelta(seconds=3),
        end=BLACK.end + timedelta(seconds=9),
    )
    assert injection_of(told(OPENED, 12), [late]) is None


def test_script_is_complete_once_every_fault_was_raised_and_closed() -> None:
    assert not complete([BLACK], heard(told(OPENED, 12)))
    assert complete([BLACK], heard(told(OPENED, 12), told(CLOSED, 19)))


def test_second_run_of_the_script_is_one_duration_later() -> None:
    first, second = (injections([DEMO[0]], ON_AIR, cycle) for cycle in (0, 1))
    assert [later.start - earlier.start for earlier, later in zip(first, second, strict=True)] == [
        timedelta(seconds=DEMO[0].duration_s)
    ] * len(DEMO[0].faults)


@pytest.mark.parametrize(
    ("ready_s", "cycle"),
    [(5.0, 0), (11.0, 1), (DEMO[0].duration_s + 5.0, 1), (DEMO[0].duration_s + 11.0, 2)],
)
def test_script_counts_from_the_first_run_that_the_channels_are_ready_for(ready_s: float, cycle: int) -> None:
    script = script_from(DEMO, ON_AIR, ON_AIR + timedelta(seconds=ready_s))
    assert script == injections(DEMO, ON_AIR, cycle)
    assert script[0].start >= ON_AIR + timedelta(seconds=ready_s) + READY_BEFORE
