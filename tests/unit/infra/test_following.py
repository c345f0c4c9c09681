"""Following through failures, with followers made up."""

import threading
from typing import cast

import pytest
from confluent_kafka import KafkaError, KafkaException

from infra import following
from infra.follow import Follower
from infra.following import Following

DEADLINE_S = 10.0


class Scripted:
    """A follower whose start does what the script says."""

    def __init__(self, failure: Exception | None) -> None:
        self._failure = failure
        self.alive = False

    def start(self, timeout_s: float) -> None:
        if self._failure is not None:
            raise self._failure
        self.alive = True

    def stop(self) -> None:
        self.alive = False


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(following, "RETRY_S", 0.0)


def followed(*failures: Exception) -> tuple[int, bool]:
    """Return how many tries it took to catch up, and whether it was then ready."""
    script, made, caught_up = list(failures), [], threading.Event()

    def make() -> tuple[Follower]:
        made.append(Scripted(script.pop(0) if script else None))
        return (cast(Follower, made[-1]),)

    watch = Following("test", make, caught_up.set)
    watch.start()
    assert caught_up.wait(DEADLINE_S)
    watch.stop()
    return len(made), all(not each.alive for each in made)


def test_broker_that_is_away_is_waited_for() -> None:
    away = KafkaException(KafkaError(KafkaError._ALL_BROKERS_DOWN))
    assert followed(away, away, TimeoutError("not yet")) == (4, True)


def test_event_that_trips_somebody_up_does_not_end_the_watch() -> None:
    assert followed(ValueError("an event nobody expected")) == (2, True)


def test_stop_before_start_is_no_matter() -> None:
    Following("test", lambda: ()).stop()
