"""The oracle's eye for the stages: a segment left out, a decision lost, invented or told in other words."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from infra.settings import load
from schemas.envelope import Envelope, event_id
from schemas.events import Event, SegmentRecorded, VideoMeasured
from schemas.events.detections import ModelUsed
from schemas.events.media import SegmentRef
from schemas.events.ocorrencias import OcorrenciaClosed, OcorrenciaOpened
from tests.soak.finding import Finding
from tests.soak.harvest import Told
from tests.soak.script import Script
from tests.soak.stages_judged import decided_purely, decisions_judged, every_segment

BEGAN = datetime(2026, 11, 23, 3, 12, tzinfo=UTC)
SCRIPT = Script(file="soak.ts", began_at=BEGAN, lasts_s=12, channels={"soak0": 0})
SETTINGS = load({}, dotenv=None)
# Black from the third second to the seventh, then four healthy ones to clear.
BLACK = range(3, 7)


def segment(seq: int) -> SegmentRef:
    return SegmentRef(
        channel="soak0",
        epoch="20261123T031200.000Z",
        seq=seq,
        uri=f"media://soak0/e/{seq:08d}.ts",
        size=1,
        sha256="0" * 64,
        start=BEGAN + timedelta(seconds=seq),
        start_pts=seq * 90_000,
        duration_s=1.0,
    )


def told(offset: int, event: Event) -> Told:
    envelope = Envelope(id=event_id(event), type=event.TYPE, source="test", time=BEGAN, event=event)
    return Told(partition=0, offset=offset, envelope=envelope, value=b"")


def measured(seq: int) -> VideoMeasured:
    score = 0.99 if seq in BLACK else 0.01
    return VideoMeasured(
        channel="soak0",
        segment=segment(seq),
        times_s=(0.1, 0.3, 0.5, 0.7, 0.9),
        period_s=0.2,
        scores={"fade": (score,) * 5},
        measures={},
        model=ModelUsed(name="test", version="1", sha256="0" * 64),
        expected=25,
        decoded=25,
    )


@pytest.fixture
def expected() -> dict[str, Event]:
    return decided_purely(SCRIPT, [told(seq, measured(seq)) for seq in range(12)], SETTINGS)


def wrong(findings: list[Finding]) -> list[str]:
    return [each.asked for each in findings if each.breaches]


def test_the_fold_of_the_measures_opens_and_closes_the_black(expected: dict[str, Event]) -> None:
    assert [type(event) for event in expected.values()] == [OcorrenciaOpened, OcorrenciaClosed]


def test_measures_told_twice_change_nothing(expected: dict[str, Event]) -> None:
    twice = [told(seq, measured(seq)) for seq in (*range(6), *range(2, 12))]

    assert decided_purely(SCRIPT, twice, SETTINGS) == expected


def test_decisions_told_twice_in_the_same_words_are_right(expected: dict[str, Event]) -> None:
    log = [told(number, event) for number, event in enumerate([*expected.values(), *expected.values()])]

    assert wrong(decisions_judged(expected, log, SCRIPT)) == []


def test_a_decision_that_is_missing_is_seen(expected: dict[str, Event]) -> None:
    log = [told(0, next(iter(expected.values())))]

    assert wrong(decisions_judged(expected, log, SCRIPT)) == [
        "decisions that the log's measures ask for, missing"
    ]


def test_a_decision_that_nothing_asks_for_is_seen(expected: dict[str, Event]) -> None:
    log = [told(number, event) for number, event in enumerate(expected.values())]

    assert wrong(decisions_judged({}, log, SCRIPT)) == ["decisions that nothing asks for"]


def test_a_decision_in_other_words_is_seen(expected: dict[str, Event]) -> None:
    log = [told(number, event) for number, event in enumerate(expected.values())]
    opened = log[0].envelope.event
    assert isinstance(opened, OcorrenciaOpened)
    fault = msgspec.structs.replace(opened.fault, confidence=0.5)
    log.append(told(2, msgspec.structs.replace(opened, fault=fault)))

    assert wrong(decisions_judged(expected, log, SCRIPT)) == ["decisions in other words than the fold's"]


def test_a_segment_that_a_stage_left_out_is_named() -> None:
    log: list[Told] = []
    for seq in range(12):
        log.append(told(seq, SegmentRecorded(channel="soak0", segment=segment(seq), recorded_at=BEGAN)))
        if seq != 5:
            log.append(told(seq, measured(seq)))

    found = {each.asked: each.breaches for each in every_segment(SCRIPT, log)}

    assert found["segments without SegmentRecorded"] == ()
    assert found["segments without VideoMeasured"] == ("soak0: 1 missing (5)",)
