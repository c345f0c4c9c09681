"""Events in the log: CloudEvents in binary mode, ids of facts, and what is refused."""

from datetime import UTC, datetime

import pytest
from cloudevents.core.bindings.kafka import KafkaMessage, from_binary_event
from cloudevents.core.formats.json import JSONFormat
from hypothesis import given
from hypothesis import strategies as st

from schemas.envelope import Undecodable, decode, encode, event_id
from schemas.events import EVENTS, StreamConfigured, StreamStatusChanged
from schemas.topics import TOPICS
from schemas.upcast import name_and_version

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
CONFIGURED = StreamConfigured(
    channel="tv1", url="srt://127.0.0.1:9000", configured_at=NOW, configured_by="cli"
)


def test_event_comes_back_as_it_was_written() -> None:
    encoded = encode(CONFIGURED, source="cli", time=NOW)

    envelope = decode(encoded.headers, encoded.value)

    assert envelope.event == CONFIGURED
    assert (envelope.id, envelope.source, envelope.time) == (encoded.id, "cli", NOW)
    assert encoded.key == b"tv1"


def test_the_cloudevents_sdk_reads_what_we_write() -> None:
    encoded = encode(CONFIGURED, source="cli", time=NOW)
    headers = {name: value for name, value in encoded.headers if isinstance(value, bytes)}

    event = from_binary_event(
        KafkaMessage(headers=headers, key=encoded.key, value=encoded.value), JSONFormat()
    )

    assert event.get_id() == encoded.id
    assert event.get_type() == "horus.StreamConfigured.v1"
    assert event.get_source() == "cli"
    assert event.get_time() == NOW


def test_the_same_fact_has_the_same_id_whoever_writes_it_and_when() -> None:
    later = datetime(2026, 11, 22, 13, tzinfo=UTC)

    assert encode(CONFIGURED, source="a", time=NOW).id == encode(CONFIGURED, source="b", time=later).id


def test_different_facts_have_different_ids() -> None:
    status = StreamStatusChanged(channel="tv1", state="running", since=NOW, observed_at=NOW)
    other = StreamStatusChanged(channel="tv2", state="running", since=NOW, observed_at=NOW)

    assert event_id(status) != event_id(other)


@pytest.mark.parametrize(
    ("changes", "value", "reason"),
    [
        ({"ce_id": None}, b"{}", "ce_id is missing"),
        ({"ce_type": b"horus.Nonsense.v9"}, b"{}", "unknown event type"),
        ({}, None, "without a value"),
        ({}, b"\xff\xfe", "does not decode"),
        ({}, b'{"channel": "tv1"}', "missing required field"),
        ({"ce_time": b"yesterday"}, encode(CONFIGURED, source="a", time=NOW).value, "is not a time"),
        ({"ce_time": b"2026-11-22T12:00:00"}, encode(CONFIGURED, source="a", time=NOW).value, "no offset"),
        ({"ce_source": b"\xff"}, b"{}", "not UTF-8"),
    ],
)
def test_what_is_no_event_is_refused_with_the_reason(
    changes: dict[str, bytes | None], value: bytes | None, reason: str
) -> None:
    headers = dict(encode(CONFIGURED, source="a", time=NOW).headers) | changes

    with pytest.raises(Undecodable, match=reason):
        decode(headers.items(), value)


@given(
    st.lists(st.tuples(st.text(max_size=20), st.one_of(st.none(), st.binary(max_size=40))), max_size=8),
    st.one_of(st.none(), st.binary(max_size=200)),
)
def test_rubbish_is_refused_and_never_crashes(
    headers: list[tuple[str, bytes | None]], value: bytes | None
) -> None:
    with pytest.raises(Undecodable):
        decode(headers, value)


def test_a_naive_time_is_refused() -> None:
    with pytest.raises(ValueError, match="UTC-aware"):
        encode(CONFIGURED, source="a", time=datetime(2026, 11, 22))  # noqa: DTZ001 - the naive time is the point


def test_every_event_has_one_topic_and_a_versioned_type() -> None:
    homes = [event for topic in TOPICS for event in topic.events]

    assert sorted(event.TYPE for event in homes) == sorted(EVENTS)
    assert all(name_and_version(kind)[0] == f"horus.{event.__name__}" for kind, event in EVENTS.items())
