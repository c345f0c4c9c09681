"""The fold of events into messages."""

import json

from api.message import Filter
from api.recall import Recall
from api.tail import Fold
from tests.alarms import Alarm
from tests.unit.api.made import enveloped, ocorrencia


def fresh() -> Fold:
    return Fold(Recall(lambda _: None))


def test_each_event_of_a_life_is_announced_by_its_kind() -> None:
    fold = fresh()
    messages = [fold.take(enveloped(event), offset) for offset, event in enumerate(Alarm().life())]
    assert [message and message.kind for message in messages] == [
        "nova_ocorrencia",
        "ocorrencia_atualizada",
        "ocorrencia_atualizada",
        "ocorrencia_encerrada",
    ]


def test_a_new_alarm_is_told_though_old_ones_were_forgotten_and_the_table_knows_it_already() -> None:
    known = ocorrencia("known")
    fold = Fold(Recall(lambda _: known, capacity=1))
    lives = [event for _ in range(3) for event in Alarm().life()]

    messages = [fold.take(enveloped(event), offset) for offset, event in enumerate(lives)]

    assert [message.kind for message in messages if message].count("nova_ocorrencia") == 3
    assert [message.kind for message in messages if message].count("ocorrencia_encerrada") == 3


def test_repeated_event_gives_no_message() -> None:
    fold, alarm = fresh(), Alarm()
    assert fold.take(enveloped(alarm.opened()), 0) is not None
    assert fold.take(enveloped(alarm.opened()), 1) is None
    assert fold.cursor == 1


def test_records_read_again_after_a_reconnect_give_no_message() -> None:
    fold, alarm = fresh(), Alarm()
    fold.take(enveloped(alarm.opened()), 0)
    fold.take(enveloped(alarm.closed()), 1)
    assert [
        fold.take(enveloped(event), offset) for offset, event in enumerate((alarm.opened(), alarm.closed()))
    ] == [
        None,
        None,
    ]


def test_event_of_an_occurrence_that_never_opened_gives_no_message() -> None:
    assert fresh().take(enveloped(Alarm().closed()), 0) is None


def test_message_names_what_clients_know() -> None:
    message = fresh().take(enveloped(Alarm(channel="tv7").opened()), 41)
    assert message is not None
    said = json.loads(message.text)
    assert set(said) == {"type", "data", "cursor"}
    assert (said["cursor"], said["data"]["id"], said["data"]["channel"]) == (41, 41, "tv7")
    assert set(said["data"]) == {
        "id", "start_ts", "end_ts", "duration_s", "category", "type", "severity", "confidence", "evidence",
        "created_at", "channel", "uid", "status", "ack", "version",
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
