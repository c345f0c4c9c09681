"""Records as they were written: today's code reads every version of every event, and they keep their ids."""

from typing import Any

import msgspec
import pytest

from schemas.envelope import Undecodable, decode, encode, event_id
from schemas.events import EVENTS, CommandDone
from schemas.publish.contract import EXAMPLES, ROOT
from schemas.publish.examples import Example, example_of
from schemas.upcast import EARLIER, name_and_version, upgraded

KINDS = sorted({**EARLIER, **EVENTS})


def example(kind: str) -> Example:
    return example_of(kind, ROOT / EXAMPLES)


@pytest.mark.parametrize("kind", KINDS)
def test_a_record_of_any_version_is_read_as_todays_event(kind: str) -> None:
    record = example(kind)

    envelope = decode(record.kafka_headers(), record.kafka_value())

    assert envelope.type == kind
    assert type(envelope.event) is EVENTS[envelope.event.TYPE]
    assert name_and_version(envelope.event.TYPE)[0] == name_and_version(kind)[0]
    assert envelope.event.about() == record.key


@pytest.mark.parametrize("kind", KINDS)
def test_a_record_keeps_its_id_and_its_fact_has_the_same_one_today(kind: str) -> None:
    record = example(kind)

    envelope = decode(record.kafka_headers(), record.kafka_value())

    assert envelope.id == record.headers["ce_id"] == event_id(envelope.event)


@pytest.mark.parametrize("kind", KINDS)
def test_an_event_written_again_says_what_its_record_said(kind: str) -> None:
    record = example(kind)
    struct = {**EARLIER, **EVENTS}[kind]

    again = msgspec.json.encode(msgspec.json.decode(record.kafka_value(), type=struct))

    assert holds(msgspec.json.decode(again), record.value)
    assert msgspec.json.decode(again, type=struct) == msgspec.json.decode(record.kafka_value(), type=struct)


@pytest.mark.parametrize("kind", KINDS)
def test_a_field_of_a_later_day_is_passed_over(kind: str) -> None:
    record = example(kind)
    later = msgspec.json.encode({**record.value, "of_a_later_day": {"any": ["thing"]}})

    assert decode(record.kafka_headers(), later) == decode(record.kafka_headers(), record.kafka_value())


@pytest.mark.parametrize("kind", KINDS)
def test_a_record_without_its_required_fields_is_refused(kind: str) -> None:
    with pytest.raises(Undecodable, match="does not decode"):
        decode(example(kind).kafka_headers(), b"{}")


def test_no_example_is_of_an_event_that_never_was() -> None:
    assert sorted(file.stem for file in (ROOT / EXAMPLES).glob("*.json")) == KINDS


def test_version_1_of_a_command_is_read_with_its_word_taken_apart_and_its_channel_named() -> None:
    record = example("horus.CommandDone.v1")

    event = decode(record.kafka_headers(), record.kafka_value()).event

    assert isinstance(event, CommandDone)
    assert (event.subject, event.verb, event.channel) == ("streams", "start", "tv1")
    assert event.action == record.value["action"]


@pytest.mark.parametrize(
    ("action", "subject", "verb", "channel"),
    [
        ("clips.sync", "clips", "sync", ""),
        ("webhooks.letters.drop", "webhooks", "letters.drop", ""),
        ("restarted", "restarted", "", ""),
        ("streams.", "streams", "", "there"),
    ],
)
def test_a_word_of_any_form_has_a_successor(action: str, subject: str, verb: str, channel: str) -> None:
    record = example("horus.CommandDone.v1")
    value = msgspec.json.encode({**record.value, "action": action, "target": "there"})

    event = decode(record.kafka_headers(), value).event

    assert isinstance(event, CommandDone)
    assert (event.subject, event.verb, event.channel) == (subject, verb, channel)


def test_work_done_again_after_an_upgrade_gets_the_id_that_the_log_already_holds() -> None:
    old = example("horus.CommandDone.v1")
    envelope = decode(old.kafka_headers(), old.kafka_value())

    again = encode(envelope.event, source="api", time=envelope.time)

    assert again.id == envelope.id
    assert ("ce_type", b"horus.CommandDone.v2") in again.headers


def test_todays_events_are_left_as_they_are() -> None:
    record = example("horus.CommandDone.v2")
    event = decode(record.kafka_headers(), record.kafka_value()).event

    assert upgraded(event) is event


def test_no_version_is_both_written_and_earlier() -> None:
    assert not EARLIER.keys() & EVENTS.keys()
    for kind in EARLIER:
        name, version = name_and_version(kind)
        (today,) = [each for each in EVENTS if name_and_version(each)[0] == name]
        assert name_and_version(today)[1] > version


@pytest.mark.parametrize("kind", ["horus.Nameless", "v2", "horus.Odd.vx", ".v1"])
def test_a_type_without_a_version_is_none(kind: str) -> None:
    with pytest.raises(ValueError, match="not of the form"):
        name_and_version(kind)


def holds(new: Any, old: Any) -> bool:
    """Tell whether all that an old value says is in a new one, which may say more."""
    if isinstance(old, dict):
        return isinstance(new, dict) and all(name in new and holds(new[name], old[name]) for name in old)
    if isinstance(old, list):
        return len(new) == len(old) and all(map(holds, new, old))
    return bool(new == old)
