"""The fold of events into messages."""

import json
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api import tail
from api.log_span import Entry, Span
from api.message import Filter, Message
from api.recall import CAPACITY, Recall
from api.tail import Fold, Tail, replay
from schemas.events import Event
from tests.alarms import Alarm
from tests.unit.api.made import enveloped, ocorrencia
from tests.unit.api.remembered import Remembered, entries_of, folded_purely, lived, told

NOWHERE = Remembered([], None)
seeds = st.integers(0, 10_000)
shares = st.floats(0, 1)


def fresh() -> Fold:
    return Fold(Recall(), NOWHERE)


def take(fold: Fold, event: Event, offset: int) -> Message | None:
    return next(iter(fold.take([Entry(offset, enveloped(event))])), None)


class Heard:
    """A sink that keeps everything."""

    def __init__(self) -> None:
        self.begun: list[int] = []
        self.messages: list[Message] = []

    def begin(self, cursor: int) -> None:
        self.begun.append(cursor)

    def put(self, messages: Sequence[Message], cursor: int) -> None:
        self.messages += messages

    def caught_up(self) -> None:
        pass


def test_each_event_of_a_life_is_announced_by_its_kind() -> None:
    messages = fresh().take(entries_of(Alarm().life()))
    assert [message.kind for message in messages] == [
        "nova_ocorrencia",
        "ocorrencia_atualizada",
        "ocorrencia_atualizada",
        "ocorrencia_encerrada",
    ]


@given(seeds, st.integers(1, 80), shares, shares, shares, st.integers(1, 100))
def test_whatever_process_replays_a_stretch_tells_the_same_messages(
    seed: int, count: int, projected: float, after: float, end: float, size: int
) -> None:
    log = lived(seed, count)
    last = round(end * count)
    first = min(round(after * count), last) - 1
    past = Remembered(log, round(projected * count))
    parts = list(replay(past, first, last, size))
    expected = [message for message in folded_purely(log)[0] if first < message.cursor < last]
    assert told([message for messages, _ in parts for message in messages]) == told(expected)
    assert parts[-1][1] == last - 1
    assert all((upto + 1) % size == 0 for _, upto in parts[:-1])
    assert all(message.cursor <= upto for messages, upto in parts for message in messages)


@given(seeds, st.integers(1, 80), shares, st.integers(1, 9), st.sampled_from([1, 3, CAPACITY]))
def test_a_process_that_starts_from_the_table_tells_what_one_tells_that_read_everything(
    seed: int, count: int, projected: float, batch: int, capacity: int
) -> None:
    log = lived(seed, count)
    past, heard = Remembered(log, round(projected * count)), Heard()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tail, "WINDOW", 20)
        fold = Tail(past, heard)._begin(Span(0, count))
    begun = fold.cursor
    assert begun <= max(-1, count - 20 - 1)
    if fold.recall.forgotten is not None:
        fold.recall = past.recall(begun + 1, capacity)
    messages: list[Message] = []
    for start in range(begun + 1, count, batch):
        messages += fold.take(log[start : start + batch])
        # As the table comes on, memory forgets what it has.
        past.position = max(past.position or 0, start)
        if past.position:
            fold.recall.trim(past.position)
    expected = [message for message in folded_purely(log)[0] if message.cursor > begun]
    assert told(messages) == told(expected)


@given(seeds, st.integers(30, 80))
def test_without_a_database_the_log_alone_is_enough(seed: int, count: int) -> None:
    log = lived(seed, count)
    parts = list(replay(Remembered(log, None), count // 2, count, 1000))
    expected = [message for message in folded_purely(log)[0] if message.cursor > count // 2]
    assert told([message for messages, _ in parts for message in messages]) == told(expected)


def test_an_old_occurrence_is_found_without_reading_the_whole_log() -> None:
    old = Alarm()
    log = entries_of([*old.life(), *(Alarm().opened() for _ in range(5000)), old.attached(final=True)])
    past = Remembered(log, len(log))
    fold = Fold(past.recall(5004, capacity=10), past, 5003)
    (message,) = fold.take(log[5004:])
    assert (message.kind, message.state.version) == ("ocorrencia_atualizada", 5)
    assert past.read < 50


def test_a_new_alarm_waits_for_no_database() -> None:
    class Away(Remembered):
        def before(self, *_: object) -> dict[str, object]:  # type: ignore[override]
            raise AssertionError("asked")

    fold = Fold(Recall(forgotten=Alarm().start), Away([], None))
    later = Alarm(start=Alarm().start.replace(year=2030))
    assert take(fold, later.opened(), 7) is not None


def test_repeated_event_gives_no_message() -> None:
    fold, alarm = fresh(), Alarm()
    assert take(fold, alarm.opened(), 0) is not None
    assert take(fold, alarm.opened(), 1) is None
    assert fold.cursor == 1


def test_records_read_again_after_a_reconnect_give_no_message() -> None:
    fold, alarm = fresh(), Alarm()
    take(fold, alarm.opened(), 0)
    take(fold, alarm.closed(), 1)
    assert [take(fold, event, offset) for offset, event in enumerate((alarm.opened(), alarm.closed()))] == [
        None,
        None,
    ]


def test_event_of_an_occurrence_that_never_opened_gives_no_message() -> None:
    assert take(fresh(), Alarm().closed(), 0) is None


def test_message_names_what_clients_know() -> None:
    message = take(fresh(), Alarm(channel="tv7").opened(), 41)
    assert message is not None
    said = json.loads(message.text)
    assert set(said) == {"type", "data", "cursor"}
    assert (said["cursor"], said["data"]["id"], said["data"]["channel"]) == (41, 41, "tv7")
    assert set(said["data"]) == {
        "id", "start_ts", "end_ts", "duration_s", "category", "type", "severity", "confidence", "evidence",
        "created_at", "channel", "uid", "status", "ack", "edited", "version",
    }  # fmt: skip
    assert set(said["data"]["evidence"]) == {
        "clip_path", "clip_duration_s", "thumbnail_path", "original_filename", "event_window", "model",
        "human_description",
    }  # fmt: skip


def test_filters_let_through_what_was_asked_for() -> None:
    state = ocorrencia("one", channel="tv1", kind="fade")
    assert Filter().wants(state)
    assert Filter(channels=frozenset({"tv1", "tv2"}), types=frozenset({"fade"})).wants(state)
    assert not Filter(channels=frozenset({"tv2"})).wants(state)
    assert not Filter(types=frozenset({"freeze"})).wants(state)
    assert Filter(severities=frozenset({"Leve (C)"})).wants(state)
    assert not Filter(severities=frozenset({"Grave (A)"})).wants(state)
