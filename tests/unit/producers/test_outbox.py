"""Events on their way into the log: in order, and never lost while the broker is away."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from infra.kafka import NotDelivered
from producers import outbox as outbox_module
from producers.outbox import Letter, Outbox
from schemas.events import Event, StreamRemoved
from schemas.topics import STREAMS, Topic

T0 = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)
SOON_S = 10.0


class Broker:
    """Confirms batches, except those it is told to refuse."""

    def __init__(self) -> None:
        self.refuse = 0
        self.tried = threading.Event()
        self.open = threading.Event()
        self.open.set()
        self.log: list[Event] = []
        self._queued: list[Event] = []

    def send(self, topic: Topic, event: Event) -> object:
        self._queued.append(event)
        return None

    def flush(self) -> None:
        self.tried.set()
        assert self.open.wait(SOON_S)
        queued, self._queued = self._queued, []
        if self.refuse:
            self.refuse -= 1
            raise NotDelivered("no broker")
        self.log += queued


def letter(number: int) -> Letter:
    return STREAMS, StreamRemoved(
        channel="tv1", removed_at=T0 + timedelta(seconds=number), removed_by="tests"
    )


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(outbox_module, "RETRY_S", 0.001)
    yield


def test_events_are_written_in_the_order_in_which_they_were_put() -> None:
    broker = Broker()
    outbox = Outbox(broker)
    for number in range(50):
        outbox.put((letter(2 * number), letter(2 * number + 1)))
    assert outbox.close(SOON_S)
    assert broker.log == [letter(number)[1] for number in range(100)]


@pytest.mark.usefixtures("quick")
def test_while_the_broker_is_away_nothing_is_lost_or_overtaken() -> None:
    broker = Broker()
    broker.refuse = 5
    outbox = Outbox(broker)
    for number in range(20):
        outbox.put((letter(number),))
    assert outbox.close(SOON_S)
    assert broker.log == [letter(number)[1] for number in range(20)]


def test_an_outbox_that_waits_for_the_broker_says_when_it_is_full(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox_module, "CAPACITY", 3)
    broker = Broker()
    broker.open.clear()
    outbox = Outbox(broker)
    outbox.put((letter(0), letter(1)))
    fullness = [outbox.full]
    outbox.put((letter(2),))
    fullness.append(outbox.full)
    broker.open.set()
    assert outbox.close(SOON_S)
    assert [*fullness, outbox.full] == [False, True, False]


def test_closing_says_whether_all_was_confirmed() -> None:
    broker = Broker()
    broker.open.clear()
    outbox = Outbox(broker)
    outbox.put((letter(0),))
    assert broker.tried.wait(SOON_S)
    assert not outbox.close(0.01)
    broker.open.set()
