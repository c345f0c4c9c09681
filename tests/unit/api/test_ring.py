"""The ring of messages and the states behind it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.message import Message
from api.recall import Recall
from api.ring import Ring
from schemas.ocorrencia import Ocorrencia
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


def test_recall_asks_for_older_ones_only_after_it_has_forgotten() -> None:
    asked: list[str] = []

    def older(uid: str) -> Ocorrencia | None:
        asked.append(uid)
        return None

    recall = Recall(older, capacity=2)
    assert recall.get("a") is None
    assert asked == []
    for uid in ("a", "b", "c"):
        recall.put(ocorrencia(uid, status="encerrada"))
    recall.get("a")
    assert asked == ["a"]
    assert recall.get("c") is not None


def test_open_occurrences_are_never_forgotten() -> None:
    recall = Recall(lambda _: None, capacity=1)
    for number in range(10):
        recall.put(ocorrencia(f"open-{number}"))
        recall.put(ocorrencia(f"closed-{number}", status="encerrada"))
    assert all(recall.get(f"open-{number}") is not None for number in range(10))
