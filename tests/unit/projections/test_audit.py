"""What the audit says of each event, without a database."""

from datetime import UTC, datetime
from typing import Any

import pytest

from projections.audit import done
from schemas.events import EVENTS, CommandDone, Event, KeyCreated, KeyRevoked
from schemas.events.admin import AdminEvent
from schemas.events.ocorrencias import (
    Changes,
    OcorrenciaAcknowledged,
    OcorrenciaCommand,
    OcorrenciaDeleted,
    OcorrenciaEdited,
)
from tests.alarms import Alarm

AT = datetime(2026, 11, 22, 3, 12, tzinfo=UTC)
COMMAND: dict[str, Any] = {"uid": "u", "channel": "tv1", "command_id": "c", "by": "ana", "at": AT}


@pytest.mark.parametrize(
    ("event", "action", "target", "detail"),
    [
        (OcorrenciaAcknowledged(**COMMAND, comment="seen"), "ocorrencias.ack", "u", "seen"),
        (
            OcorrenciaEdited(**COMMAND, changes=Changes(type="fade")),
            "ocorrencias.edit",
            "u",
            '{"type":"fade"}',
        ),
        (OcorrenciaDeleted(**COMMAND), "ocorrencias.delete", "u", ""),
        (
            KeyCreated(key_id="0" * 12, name="tv", role="viewer", hash="0" * 64, by="ana", at=AT),
            "keys.create",
            "0" * 12,
            "tv, viewer",
        ),
        (KeyRevoked(key_id="0" * 12, by="ana", at=AT), "keys.revoke", "0" * 12, ""),
        (
            CommandDone.of("streams.start", "tv1", command_id="c", by="ana", at=AT),
            "streams.start",
            "tv1",
            "",
        ),
    ],
)
def test_command_is_told_by_who_when_what_and_to_what(
    event: Event, action: str, target: str, detail: str
) -> None:
    told = done(event)
    assert told is not None
    assert (told.who, told.at) == ("ana", AT)
    assert (told.action, told.target, told.detail) == (action, target, detail)


def test_what_the_stages_say_is_nobodys_command() -> None:
    assert [done(event) for event in Alarm().life()] == [None] * 4


def test_every_kind_of_command_has_words_of_its_own() -> None:
    kinds = [kind for kind in EVENTS.values() if issubclass(kind, AdminEvent | OcorrenciaCommand)]
    assert len(kinds) >= 10
    source = done.__globals__["_words"].__code__.co_names
    assert {kind.__name__ for kind in kinds} <= set(source)
