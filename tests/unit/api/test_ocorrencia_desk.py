"""Giving commands, before a made-up log and a made-up table: what races and absent parts lead to."""

import asyncio
from collections.abc import Coroutine, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import msgspec
import pytest
from fastapi import HTTPException

from api.ocorrencia_desk import AHEAD, EVENTS_MAX, Desk
from api.ocorrencia_history import history
from api.ocorrencia_store import Known
from api.versions import Match
from schemas.envelope import Envelope
from schemas.events import Event, OcorrenciaCreated, OcorrenciaDeleted, OcorrenciaEdited
from schemas.events.ocorrencias import Changes, Evidence, OcorrenciaEvent
from schemas.ocorrencia import Ocorrencia, fold
from schemas.topics import OCORRENCIAS, Topic
from tests.alarms import Alarm
from tests.unit.api.made import WRITTEN, enveloped

AT = datetime(2026, 11, 22, 3, 15, tzinfo=UTC)
T = TypeVar("T")


class Log:
    """A log in memory, and a table that is ``behind`` it by as many events."""

    def __init__(self, events: Sequence[Event] = (), *, behind: int = 0, projecting: bool = True) -> None:
        self.events = list(events)
        self.tabled = len(self.events) - behind
        self.projecting = projecting
        self.rows: dict[str, Known] = {}
        self.project()

    def project(self) -> None:
        self.rows = {}
        for offset, event in enumerate(self.events[: self.tabled]):
            assert isinstance(event, OcorrenciaEvent)
            known = self.rows.get(event.uid)
            envelope = enveloped(event)
            state = fold(
                known.state if known else None, event, event_id=envelope.id, offset=offset, time=WRITTEN
            )
            if state is not None:
                self.rows[event.uid] = Known(state=state, last_offset=offset, position=self.tabled)

    async def publish(self, topic: Topic, event: Event) -> int:
        assert topic is OCORRENCIAS
        self.events.append(event)
        return len(self.events) - 1

    async def wait_projected(self, offset: int) -> bool:
        if self.projecting:
            self.tabled = len(self.events)
            self.project()
        return offset < self.tabled

    def at(self, offsets: Sequence[int]) -> list[tuple[int, Envelope]]:
        return [(offset, enveloped(self.events[offset])) for offset in offsets]

    def ever(self, which: int | str) -> Known | None:
        if isinstance(which, str):
            return self.rows.get(which)
        return next((known for known in self.rows.values() if known.state.id == which), None)

    def position(self) -> int:
        return self.tabled

    def desk(self, heard: int = -1) -> Desk:
        return Desk(self, self, self, lambda: heard)


def edited(name: str, kind: str | None = None, at: datetime = AT) -> Any:
    def command(state: Ocorrencia) -> OcorrenciaEdited:
        changes = Changes(type=kind or name)
        return OcorrenciaEdited(
            channel=state.channel, uid=state.uid, command_id=name, by="ana", at=at, changes=changes
        )

    return command


def created(alarm: Alarm, kind: str = "fade") -> OcorrenciaCreated:
    return OcorrenciaCreated(
        channel="tv1",
        uid=alarm.uid,
        command_id="create",
        by="ana",
        at=AT,
        fault=msgspec.structs.replace(alarm.fault(3.0), type=kind),
        evidence=Evidence(),
    )


def refused(doing: Coroutine[Any, Any, object]) -> int:
    with pytest.raises(HTTPException) as refusal:
        asyncio.run(doing)
    return refusal.value.status_code


def test_command_that_somebody_overtook_in_the_log_is_stale() -> None:
    alarm = Alarm()
    log = Log([alarm.opened(), alarm.escalated()], behind=1)
    assert refused(log.desk().change(0, Match('"1"'), edited("late"))) == 412
    assert log.rows[alarm.uid].state.type == "fade"


@pytest.mark.parametrize("behind", [0, 1, 2])
def test_projection_that_stands_still_changes_no_answer(behind: int) -> None:
    alarm = Alarm()
    events = [alarm.opened(), Alarm().opened(), alarm.escalated(), alarm.attached()]
    answers = [
        asyncio.run(log.desk().change(0, Match(), edited("new")))
        for log in (Log(events), Log(events, behind=behind, projecting=False))
    ]
    assert answers[0] == answers[1]
    assert (answers[1].type, answers[1].version) == ("new", 4)


def test_stale_command_is_found_out_while_the_projection_stands_still() -> None:
    alarm = Alarm()
    log = Log([alarm.opened(), alarm.escalated()], behind=1, projecting=False)
    assert refused(log.desk().change(0, Match('"1"'), edited("late"))) == 412
    assert refused(log.desk().change(0, Match('"0"'), edited("later"))) == 412
    assert len(log.events) == 3


def test_version_that_the_table_has_not_seen_yet_may_be_right() -> None:
    alarm = Alarm()
    log = Log([alarm.opened(), alarm.escalated()], behind=1)
    assert asyncio.run(log.desk().change(0, Match('"2"'), edited("new"))).version == 3


def test_table_too_far_behind_is_said_and_not_guessed() -> None:
    alarm = Alarm()
    log = Log([alarm.opened(), *[alarm.escalated()] * (AHEAD + 1)], behind=AHEAD + 1, projecting=False)
    assert refused(log.desk().change(0, Match(), edited("new"))) == 503


def test_occurrence_that_was_pushed_is_found_although_the_table_is_behind() -> None:
    alarm = Alarm()
    log = Log([alarm.opened()], behind=1)
    assert asyncio.run(log.desk(heard=0).one(0)).uid == alarm.uid
    assert refused(Log([alarm.opened()], behind=1).desk(heard=-1).one(0)) == 404


def test_same_request_overtaking_itself_is_one_occurrence_and_another_one_is_refused() -> None:
    alarm = Alarm()
    log = Log([created(alarm)], behind=1, projecting=False)
    assert asyncio.run(log.desk().create(created(alarm), repeatable=True)).id == 0
    assert refused(log.desk().create(created(alarm, "freeze"), repeatable=True)) == 422


def test_occurrence_that_a_key_made_is_not_made_again_after_its_deletion() -> None:
    alarm = Alarm()
    log = Log([created(alarm)])
    deleted = msgspec.structs.replace(log.rows[alarm.uid].state, deleted=True)
    log.rows[alarm.uid] = msgspec.structs.replace(log.rows[alarm.uid], state=deleted)
    assert refused(log.desk().create(created(alarm), repeatable=True)) == 409
    assert len(log.events) == 1


def test_history_of_a_row_older_than_its_offsets_is_found_all_the_same() -> None:
    alarm, other = Alarm(), Alarm()
    log = Log([alarm.opened(), other.opened(), alarm.opened(), alarm.escalated(), alarm.closed()])
    known = log.rows[alarm.uid]
    older = msgspec.structs.replace(known.state, offsets=known.state.offsets[-1:])
    log.rows[alarm.uid] = msgspec.structs.replace(known, state=older)
    found = history(*asyncio.run(log.desk().history(0)))
    assert [(each.version, each.offset) for each in found] == [(1, 0), (2, 3), (3, 4)]
    assert [each.data["uid"] for each in found] == [alarm.uid] * len(found)
    assert found[-1].event == "horus.OcorrenciaClosed.v1"


def test_command_given_twice_is_written_once_and_answered_alike() -> None:
    log = Log([Alarm().opened()])
    once = asyncio.run(log.desk().change(0, Match('"1"'), edited("one")))
    later = AT + timedelta(seconds=5)
    twice = asyncio.run(log.desk().change(0, Match('"1"'), edited("one", at=later)))
    assert once == twice
    assert len(log.events) == 2


def test_command_that_bears_the_id_of_another_one_is_refused() -> None:
    log = Log([Alarm().opened()])
    asyncio.run(log.desk().change(0, Match(), edited("one", kind="fade")))
    assert refused(log.desk().change(0, Match(), edited("one", kind="freeze"))) == 422
    assert len(log.events) == 2


def test_of_two_racing_commands_with_one_id_the_later_is_refused_if_it_is_another() -> None:
    alarm = Alarm()
    first = edited("one", kind="fade")(Log([alarm.opened()]).rows[alarm.uid].state)
    log = Log([alarm.opened(), first], behind=1)
    assert refused(log.desk().change(0, Match(), edited("one", kind="freeze"))) == 422
    assert log.rows[alarm.uid].state.type == "fade"


def test_occurrence_with_too_many_events_takes_no_more_but_its_deletion() -> None:
    alarm = Alarm()
    log = Log([alarm.opened()])
    state = log.rows[alarm.uid].state
    full = [edited(f"{number}")(state) for number in range(EVENTS_MAX - 1)]
    log = Log([alarm.opened(), *full])

    def deleted(state: Ocorrencia) -> OcorrenciaDeleted:
        return OcorrenciaDeleted(channel=state.channel, uid=state.uid, command_id="end", by="ana", at=AT)

    assert log.rows[alarm.uid].state.version == EVENTS_MAX
    assert refused(log.desk().change(0, Match(), edited("one more"))) == 409
    assert asyncio.run(log.desk().change(0, Match(), deleted)).deleted
