"""Claims about when findings are told."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from processors.analysis.batch import CHANNEL, ORIGIN
from processors.analysis.finding import Finding
from processors.analysis.verdict import Verdict, fold, tell
from schemas.events import OcorrenciaClosed, OcorrenciaOpened
from schemas.events.ocorrencias import Fault, OcorrenciaEvent, Why
from schemas.faults import FAULTS
from schemas.severity import severity_of

WHY = Why(reason="as told", onset_s=1.0, clear_s=1.0)


def told(kind: type[OcorrenciaEvent], fault_type: str, start_s: float, end_s: float) -> OcorrenciaEvent:
    fault = Fault(
        type=fault_type,
        category=FAULTS[fault_type].category,
        severity=severity_of(end_s - start_s),
        confidence=0.9,
        start_ts=ORIGIN + timedelta(seconds=start_s),
        end_ts=ORIGIN + timedelta(seconds=end_s),
        duration_s=end_s - start_s,
    )
    return kind(channel=CHANNEL, uid=f"{fault_type}@{start_s}", fault=fault, why=WHY)  # type: ignore[call-arg]


def opened(fault_type: str, start_s: float) -> OcorrenciaEvent:
    return told(OcorrenciaOpened, fault_type, start_s, start_s + 1.0)


def closed(fault_type: str, start_s: float, end_s: float) -> OcorrenciaEvent:
    return told(OcorrenciaClosed, fault_type, start_s, end_s)


def types(found: list[Finding]) -> list[str]:
    return [each.type for each in found]


def test_fault_that_is_over_is_told() -> None:
    verdict = fold(Verdict(), [opened("fade", 2.0), closed("fade", 2.0, 5.0)])
    _, found = tell(verdict, known_until_s=6.0)
    assert [(each.type, each.start_s, each.end_s) for each in found] == [("fade", 2.0, 5.0)]


def test_fault_that_lasts_is_not_told() -> None:
    _, found = tell(fold(Verdict(), [opened("fade", 2.0)]), known_until_s=60.0)
    assert found == []


def test_fault_waits_for_one_that_began_before_it() -> None:
    events = [opened("freeze", 1.0), opened("ausencia_audio", 3.0), closed("ausencia_audio", 3.0, 5.0)]
    verdict, before = tell(fold(Verdict(), events), known_until_s=6.0)
    _, after = tell(fold(verdict, [closed("freeze", 1.0, 9.0)]), known_until_s=10.0)
    assert before == []
    assert types(after) == ["freeze", "ausencia_audio"]


def test_fault_waits_until_picture_and_sound_are_both_known() -> None:
    verdict = fold(Verdict(), [opened("fade", 2.0), closed("fade", 2.0, 5.0)])
    verdict, early = tell(verdict, known_until_s=4.0)
    assert early == []
    assert types(tell(verdict, known_until_s=5.0)[1]) == ["fade"]


@given(st.lists(st.tuples(st.sampled_from(["fade", "freeze", "ruido_hiss"]), st.integers(0, 50)), max_size=8))
def test_every_fault_is_told_once_and_in_order(starts: list[tuple[str, int]]) -> None:
    events = [closed(name, float(at), at + 2.0) for name, at in starts]
    _, found = tell(fold(Verdict(), events), known_until_s=float("inf"))
    assert sorted(types(found)) == sorted(name for name, _ in starts)
    assert [each.start_s for each in found] == sorted(each.start_s for each in found)
