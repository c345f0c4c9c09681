"""Events of which less is read: a fold makes the same of them, and nothing else is let through."""

import msgspec
import pytest

from schemas.brief import BRIEF
from schemas.envelope import WHOLE, Reads, Undecodable, decode, reads
from schemas.events import EVENTS
from schemas.events.ocorrencias import OcorrenciaEvent
from schemas.ocorrencia import Ocorrencia, fold
from schemas.publish.contract import EXAMPLES, ROOT
from schemas.publish.examples import example_of
from schemas.upcast import EARLIER

BRIEFLY = reads(BRIEF)
FAMILY = [kind for kind, event in EVENTS.items() if issubclass(event, OcorrenciaEvent)]


def record_of(kind: str) -> tuple[list[tuple[str, bytes | str | None]], bytes]:
    record = example_of(kind, ROOT / EXAMPLES)
    value = record.kafka_value()
    assert value is not None
    return list(record.kafka_headers()), value


@pytest.mark.parametrize("kind", sorted({**EARLIER, **EVENTS}))
def test_every_event_is_the_same_but_for_what_an_alarm_rests_on(kind: str) -> None:
    headers, value = record_of(kind)

    whole, brief = decode(headers, value), decode(headers, value, BRIEFLY)

    assert isinstance(brief.event, type(whole.event))
    for name in set(whole.event.__struct_fields__) - {"why", "measures"}:
        assert getattr(brief.event, name) == getattr(whole.event, name)
    assert (brief.id, brief.type, brief.source, brief.time) == (
        whole.id,
        whole.type,
        whole.source,
        whole.time,
    )


def test_a_fold_makes_the_same_occurrence_of_them() -> None:
    whole: Ocorrencia | None = None
    brief: Ocorrencia | None = None
    for offset, kind in enumerate(FAMILY):
        headers, value = record_of(kind)
        one, other = decode(headers, value), decode(headers, value, BRIEFLY)
        whole = fold(whole, one.event, event_id=one.id, offset=offset, time=one.time)
        brief = fold(brief, other.event, event_id=other.id, offset=offset, time=other.time)

    assert whole is not None and whole.evidence.model is not None
    assert brief == whole


@pytest.mark.parametrize("kind", sorted(BRIEF))
@pytest.mark.parametrize("instead", [None, 3, "x", {}, [], [1.0]])
def test_what_does_not_fit_is_refused_as_ever_but_within_what_is_not_read(kind: str, instead: object) -> None:
    headers, value = record_of(kind)
    for field in msgspec.structs.fields(EVENTS[kind]):
        fields = msgspec.json.decode(value)
        del fields[field.name]
        if instead is not None:
            fields[field.name] = instead
        unread = field.name in ("why", "measures") and instead == {}

        assert is_read(headers, fields, BRIEFLY) == (unread or is_read(headers, fields, WHOLE)), field.name


def is_read(headers: list[tuple[str, bytes | str | None]], fields: dict[str, object], by: Reads) -> bool:
    try:
        decode(headers, msgspec.json.encode(fields), by)
    except Undecodable:
        return False
    return True
