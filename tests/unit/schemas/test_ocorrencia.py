"""The pure fold of an occurrence: what projections and API agree on."""

from datetime import UTC, datetime, timedelta

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from schemas.envelope import event_id
from schemas.events import EvidenceAttached, OcorrenciaClosed, OcorrenciaEscalated, OcorrenciaOpened
from schemas.events.ocorrencias import Evidence, Fault, OcorrenciaEvent, Why
from schemas.faults import Category
from schemas.ocorrencia import Growing, Ocorrencia, fold, merged
from schemas.severity import Severity, severity_of

T0 = datetime(2026, 11, 22, 12, tzinfo=UTC)
UID = "11111111-1111-5111-8111-111111111111"
WHY = Why(reason="test", onset_s=1.0, clear_s=1.0)


def fault(duration_s: float) -> Fault:
    return Fault(
        type="fade",
        category=Category.VIDEO,
        severity=severity_of(duration_s),
        confidence=0.9,
        start_ts=T0,
        end_ts=T0 + timedelta(seconds=duration_s),
        duration_s=duration_s,
    )


OPENED = OcorrenciaOpened(channel="tv1", uid=UID, fault=fault(1), why=WHY)
ESCALATED = OcorrenciaEscalated(
    channel="tv1", uid=UID, fault=fault(5), previous_severity=Severity.LEVE, why=WHY
)
CLOSED = OcorrenciaClosed(channel="tv1", uid=UID, fault=fault(7), why=WHY)
FIRST = EvidenceAttached(
    channel="tv1", uid=UID, evidence=Evidence(clip_path="a-first.mp4"), clip_start=T0, final=False
)
FINAL = EvidenceAttached(
    channel="tv1",
    uid=UID,
    evidence=Evidence(clip_path="a.mp4", thumbnail_path="a.jpg"),
    clip_start=T0,
    final=True,
)


def folded(events: list[OcorrenciaEvent], first_offset: int = 40) -> Ocorrencia | None:
    state: Ocorrencia | None = None
    for place, event in enumerate(events):
        offset = first_offset + place
        state = fold(state, event, event_id=event_id(event), offset=offset, time=T0)
    return state


def test_id_is_the_offset_of_the_opening_event() -> None:
    state = folded([OPENED, ESCALATED, FIRST, CLOSED, FINAL])

    assert state is not None
    assert (state.id, state.status, state.version) == (40, "encerrada", 5)
    assert (state.severity, state.duration_s) == (Severity.MEDIA, 7)
    assert (state.evidence.clip_path, state.evidence.thumbnail_path) == ("a.mp4", "a.jpg")


def test_open_occurrence_tells_of_its_latest_event() -> None:
    state = folded([OPENED, ESCALATED])

    assert state is not None
    assert (state.status, state.end_ts, state.duration_s) == ("aberta", T0 + timedelta(seconds=5), 5)


def test_events_of_an_occurrence_that_never_opened_make_none() -> None:
    assert folded([ESCALATED, CLOSED, FINAL]) is None


def test_a_late_grade_does_not_reopen_a_closed_occurrence() -> None:
    state = folded([OPENED, CLOSED, ESCALATED])

    assert state is not None
    assert (state.status, state.duration_s) == ("encerrada", 7)


@given(st.lists(st.integers(0, 4), max_size=12))
def test_repeats_after_the_first_change_nothing(order: list[int]) -> None:
    life: list[OcorrenciaEvent] = [OPENED, ESCALATED, FIRST, CLOSED, FINAL]
    # Whatever a crash repeats, it repeats a stretch that was written before.
    repeated = life + [life[index] for index in order]

    assert folded(repeated) == folded(life)


def test_an_occurrence_that_grows_has_the_fields_of_one_that_is_known() -> None:
    def declared(struct: type[msgspec.Struct]) -> list[tuple[object, ...]]:
        return [(each.name, each.type, each.default) for each in msgspec.structs.fields(struct)]

    assert declared(Growing) == declared(Ocorrencia)


@given(
    *(
        st.fixed_dictionaries({}, optional=dict.fromkeys(Evidence.__struct_fields__, st.text(max_size=2)))
        for _ in range(2)
    )
)
def test_evidence_that_is_known_is_laid_over_what_was(old: dict[str, str], new: dict[str, str]) -> None:
    assert merged(Evidence(**old), Evidence(**new)) == Evidence(**{**old, **new})  # type: ignore[arg-type]
