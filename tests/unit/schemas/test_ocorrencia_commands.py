"""What people's commands do to an occurrence, and what they cannot do."""

from datetime import UTC, datetime, timedelta

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from schemas.envelope import decode, encode, event_id
from schemas.events import (
    OcorrenciaAcknowledged,
    OcorrenciaCreated,
    OcorrenciaDeleted,
    OcorrenciaEdited,
)
from schemas.events.ocorrencias import Changes, Evidence, OcorrenciaChange, OcorrenciaEvent
from schemas.ocorrencia import Growing, Ocorrencia, fold
from schemas.severity import Severity
from tests.alarms import Alarm

AT = datetime(2026, 11, 22, 3, 15, tzinfo=UTC)
ALARM = Alarm(number=1)
OPENED, ESCALATED, CLOSED, FINAL = (
    ALARM.opened(),
    ALARM.escalated(),
    ALARM.closed(),
    ALARM.attached(final=True),
)
CREATED = OcorrenciaCreated(
    channel="tv1",
    uid=ALARM.uid,
    command_id="create",
    by="ana",
    at=AT,
    fault=ALARM.fault(3.0),
    evidence=Evidence(human_description="à mão"),
)


def acked(name: str = "ack", if_version: int | None = None, comment: str | None = None) -> OcorrenciaChange:
    return OcorrenciaAcknowledged(
        channel="tv1",
        uid=ALARM.uid,
        command_id=name,
        by=name,
        at=AT + timedelta(seconds=len(name)),
        if_version=if_version,
        comment=comment,
    )


def edited(changes: Changes, name: str = "edit", if_version: int | None = None) -> OcorrenciaChange:
    return OcorrenciaEdited(
        channel="tv1",
        uid=ALARM.uid,
        command_id=name,
        by=name,
        at=AT,
        changes=changes,
        if_version=if_version,
    )


def deleted(if_version: int | None = None) -> OcorrenciaChange:
    return OcorrenciaDeleted(
        channel="tv1", uid=ALARM.uid, command_id="delete", by="rui", at=AT, if_version=if_version
    )


def folded(events: list[OcorrenciaEvent]) -> Ocorrencia:
    state: Ocorrencia | None = None
    for offset, event in enumerate(events):
        state = fold(state, event, event_id=event_id(event), offset=offset, time=AT)
    assert state is not None
    return state


def test_occurrence_by_hand_has_begun_and_is_over() -> None:
    state = folded([CREATED])
    assert (state.id, state.status, state.version, state.offsets) == (0, "encerrada", 1, (0,))
    assert state.evidence.human_description == "à mão"


def test_same_occurrence_by_hand_twice_is_one() -> None:
    assert folded([CREATED, CREATED]) == folded([CREATED])


def test_last_acknowledgement_is_shown_and_the_first_is_not_forgotten() -> None:
    state = folded([OPENED, acked("a", comment="vi"), acked("bb")])
    assert state.ack is not None
    assert (state.ack.by, state.ack.comment) == ("bb", None)
    assert state.first_ack_at == AT + timedelta(seconds=1)
    assert state.version == 3


def test_of_two_commands_for_one_version_the_first_wins() -> None:
    first = edited(Changes(type="freeze"), "first", if_version=1)
    second = edited(Changes(type="bloco"), "second", if_version=1)
    state = folded([OPENED, first, second])
    assert (state.type, state.version) == ("freeze", 2)
    assert state == folded([OPENED, first])


def test_command_for_a_version_that_was_never_reached_does_nothing() -> None:
    for command in (acked(if_version=7), edited(Changes(type="x"), if_version=7), deleted(if_version=7)):
        assert folded([OPENED, command]) == folded([OPENED])


def test_what_a_person_corrected_no_stage_changes() -> None:
    changes = Changes(severity=Severity.LEVE, confidence=0.1)
    state = folded([OPENED, edited(changes), ESCALATED, CLOSED])
    assert (state.severity, state.confidence) == (Severity.LEVE, 0.1)
    assert (state.duration_s, state.status) == (CLOSED.fault.duration_s, "encerrada")


def test_corrected_duration_and_end_outlast_the_stages() -> None:
    end = ALARM.start + timedelta(seconds=61)
    state = folded([OPENED, edited(Changes(duration_s=61.0, end_ts=end)), CLOSED])
    assert (state.duration_s, state.end_ts) == (61.0, end)
    assert state.edited is not None
    assert state.edited.fields == ("duration_s", "end_ts")


def test_description_goes_into_the_evidence_and_stays_when_a_clip_comes() -> None:
    state = folded([OPENED, edited(Changes(human_description="vinheta")), FINAL])
    assert state.evidence.human_description == "vinheta"
    assert state.evidence.clip_path == FINAL.evidence.clip_path


def test_nothing_changes_a_deleted_occurrence() -> None:
    gone = folded([OPENED, deleted()])
    assert gone.deleted
    assert folded([OPENED, deleted(), CLOSED, FINAL, acked(), edited(Changes(type="x")), OPENED]) == gone


def test_deleting_can_be_repeated() -> None:
    assert folded([OPENED, deleted(), deleted()]) == folded([OPENED, deleted()])


LIFE: list[OcorrenciaEvent] = [
    OPENED,
    CREATED,
    ESCALATED,
    CLOSED,
    FINAL,
    *(acked(f"ack {version}", if_version=version) for version in (1, 2, 3)),
    acked(),
    *(
        edited(Changes(type=f"t{version}", severity=Severity.GRAVE), f"edit {version}", version)
        for version in (1, 2, 4)
    ),
    edited(Changes(confidence=0.5, human_description="x")),
    deleted(if_version=3),
    deleted(),
]
ORDERS = st.lists(st.integers(0, len(LIFE) - 1), max_size=25)


@given(ORDERS, st.lists(st.integers(0, 24), max_size=8))
def test_any_order_of_commands_with_any_repeats_is_the_order_without_them(
    order: list[int], repeats: list[int]
) -> None:
    once = [LIFE[index] for index in dict.fromkeys(order)]
    # What was in the log is written again behind it, as a producer that was unsure would.
    again = once + [once[place] for place in repeats if place < len(once)]
    before, after = _all(once), _all(again)
    # A command that was refused may hold when it is given again, but only while none has this very id.
    refused = {event_id(event) for event in once} - set(before.applied if before else ())
    if not refused & {event_id(event) for event in again[len(once) :]}:
        assert after == before


@given(ORDERS)
def test_version_counts_what_was_applied_and_nothing_is_applied_twice(order: list[int]) -> None:
    state = _all([LIFE[index] for index in order])
    if state is not None:
        assert state.version == len(state.applied) == len(set(state.applied)) == len(state.offsets)
        assert list(state.offsets) == sorted(state.offsets)


@given(ORDERS)
def test_each_event_moves_the_version_by_one_or_leaves_the_very_state(order: list[int]) -> None:
    state: Ocorrencia | None = None
    for offset, index in enumerate(order):
        event = LIFE[index]
        after = fold(state, event, event_id=event_id(event), offset=offset, time=AT)
        if isinstance(event, OcorrenciaChange) and state is not None and after is not state:
            assert event.if_version in (None, state.version)
        assert after is state or after is not None
        if after is not state and after is not None:
            assert after.version == (state.version if state else 0) + 1
        state = after


@given(ORDERS)
def test_one_that_grows_is_what_the_fold_makes_of_the_same_events(order: list[int]) -> None:
    growing: Growing | None = None
    for offset, index in enumerate(order):
        event = LIFE[index]
        if growing is None:
            growing = Growing.begun(event, event_id(event), offset, AT)
        else:
            growing.take(event, event_id(event), offset)

    assert (growing and growing.grown()) == _all([LIFE[index] for index in order])


@given(st.sampled_from(LIFE))
def test_every_event_comes_back_from_the_log_as_it_was(event: OcorrenciaEvent) -> None:
    encoded = encode(event, source="api", time=AT)
    assert decode(encoded.headers, encoded.value).event == event
    assert msgspec.json.decode(encoded.value)["uid"] == ALARM.uid


def _all(events: list[OcorrenciaEvent]) -> Ocorrencia | None:
    state: Ocorrencia | None = None
    for offset, event in enumerate(events):
        state = fold(state, event, event_id=event_id(event), offset=offset, time=AT)
    return state
