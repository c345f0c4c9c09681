"""The ring of messages and the states behind it."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.message import Message
from api.recall import Kept, Recall
from api.ring import Ring
from tests.alarms import START, Alarm
from tests.unit.api.made import ocorrencia

STATE = ocorrencia("any")


def ring_of(cursors: list[int], capacity: int) -> Ring:
    ring = Ring(capacity)
    for cursor in cursors:
        ring.append(Message(cursor, "nova_ocorrencia", STATE))
    return ring


@given(st.lists(st.integers(0, 500), unique=True).map(sorted), st.integers(1, 20), st.integers(-1, 600))
def test_what_the_ring_reaches_it_gives_whole_and_in_order(
    cursors: list[int], capacity: int, cursor: int
) -> None:
    ring = ring_of(cursors, capacity)
    if ring.reaches(cursor):
        missed = [message.cursor for message in ring.after(cursor, 1000)]
        assert missed == [each for each in cursors if each > cursor]
    else:
        assert len(cursors) > capacity


@given(st.integers(1, 50), st.integers(0, 500))
def test_ring_holds_its_capacity_and_never_much_more(capacity: int, count: int) -> None:
    ring = ring_of(list(range(count)), capacity)
    held = len(ring.after(-1, 10_000))
    assert min(count, capacity) <= held <= capacity * 5 // 4 + 1


def test_older_message_is_refused() -> None:
    ring = ring_of([5], 10)
    with pytest.raises(ValueError, match="not past"):
        ring.append(Message(5, "nova_ocorrencia", STATE))


def test_ring_that_starts_in_the_middle_of_a_log_does_not_claim_what_came_before() -> None:
    ring = Ring(10, after=40)
    assert (ring.head, ring.reaches(39), ring.reaches(40)) == (40, False, True)


def kept(uid: str, offset: int, **more: Any) -> Kept:
    return Kept(ocorrencia(uid, **more), offset)


def test_memory_that_forgot_nothing_knows_what_does_not_exist() -> None:
    recall = Recall()
    assert recall.settled(Alarm().closed())
    assert recall.get(Alarm().uid) is None


def test_memory_forgets_only_what_the_table_has() -> None:
    recall = Recall(capacity=2)
    for offset, uid in enumerate(("a", "b", "c", "d", "e")):
        recall.put(kept(uid, offset, status="encerrada"))
    assert recall.full
    recall.trim(projected=2)
    assert [recall.get(uid) is None for uid in "abcde"] == [True, True, False, False, False]
    assert recall.forgotten is not None


def test_what_may_have_been_forgotten_is_asked_for() -> None:
    old, gone = Alarm(), Alarm()
    recall = Recall(forgotten=START)
    assert not recall.settled(gone.closed())
    assert not recall.settled(gone.opened())
    assert recall.settled(Alarm(start=START + timedelta(seconds=1)).opened())
    recall.put(kept(old.uid, 1))
    assert recall.settled(old.closed())


def test_open_occurrences_are_never_forgotten() -> None:
    recall = Recall(capacity=1)
    for number in range(10):
        recall.put(kept(f"open-{number}", number))
        recall.put(kept(f"closed-{number}", number, status="encerrada"))
    recall.trim(projected=100)
    assert all(recall.get(f"open-{number}") is not None for number in range(10))
    assert sum(recall.get(f"closed-{number}") is not None for number in range(10)) == 1
