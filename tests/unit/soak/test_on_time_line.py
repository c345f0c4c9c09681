"""The oracle of the soak must be able to find fault: each kind of wrong, staged."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from schemas.events.ocorrencias import Evidence
from schemas.ocorrencia import Ocorrencia
from schemas.severity import Severity
from tests.soak.on_time_line import TOLERANCE, judged
from tests.soak.script import LOOP_S, PROGRAMME, Injection, Script, channels, injections

BEGAN = datetime(2026, 11, 23, 3, 12, tzinfo=UTC)
SCRIPT = Script(file="soak.ts", began_at=BEGAN, lasts_s=100, channels=channels())


def told(fault: Injection, number: int) -> Ocorrencia:
    """An occurrence that tells of a fault exactly."""
    return Ocorrencia(
        id=number,
        uid=f"uid {number}",
        channel=fault.channel,
        status="encerrada",
        type=fault.type,
        category="video",
        severity=Severity.LEVE,
        confidence=0.9,
        start_ts=fault.start,
        end_ts=fault.end,
        duration_s=(fault.end - fault.start).total_seconds(),
        evidence=Evidence(),
        created_at=fault.end,
        version=2,
        applied=("opened", "closed"),
    )


@pytest.fixture
def perfect() -> list[Ocorrencia]:
    return [told(fault, number) for number, fault in enumerate(injections(SCRIPT))]


def wrong(occurrences: list[Ocorrencia]) -> list[str]:
    """What is asked and does not hold."""
    return [each.asked.split(" (")[0] for each in judged(injections(SCRIPT), occurrences) if not each.held]


def whole_one(occurrences: list[Ocorrencia]) -> int:
    """The number of an occurrence whose fault lies wholly within the media."""
    return next(number for number, fault in enumerate(injections(SCRIPT)) if fault.whole)


def test_everything_told_as_it_was_holds(perfect: list[Ocorrencia]) -> None:
    assert wrong(perfect) == []


def test_one_occurrence_less_is_lost(perfect: list[Ocorrencia]) -> None:
    del perfect[whole_one(perfect)]

    assert wrong(perfect) == ["occurrences lost"]


def test_a_fault_told_in_two_is_doubled(perfect: list[Ocorrencia]) -> None:
    first = perfect[whole_one(perfect)]
    middle = first.start_ts + (first.end_ts - first.start_ts) / 2
    later = msgspec.structs.replace(first, uid="another", start_ts=middle)
    perfect.append(later)

    assert wrong(perfect) == ["occurrences doubled or split"]


@pytest.mark.parametrize("side", ["start_ts", "end_ts"])
def test_a_moment_off_by_more_than_the_models_error_is_wrong(perfect: list[Ocorrencia], side: str) -> None:
    number = whole_one(perfect)
    moved = getattr(perfect[number], side) + TOLERANCE
    perfect[number] = msgspec.structs.replace(perfect[number], **{side: moved})

    assert wrong(perfect) == ["wrong start or end"]


def test_an_occurrence_of_nothing_on_air_is_told_apart(perfect: list[Ocorrencia]) -> None:
    number = whole_one(perfect)
    perfect.append(msgspec.structs.replace(perfect[number], uid="another", type="borrado"))

    assert wrong(perfect) == ["occurrences of nothing on air"]


def test_an_occurrence_that_stays_open_is_told(perfect: list[Ocorrencia]) -> None:
    number = whole_one(perfect)
    perfect[number] = msgspec.structs.replace(perfect[number], status="aberta")

    assert wrong(perfect) == ["occurrences never closed"]


def test_nothing_at_all_does_not_pass_for_nothing_wrong() -> None:
    assert "occurrences lost" in wrong([])
    assert "occurrences of nothing on air" in wrong([])


def test_every_channel_shows_every_fault_once_a_loop() -> None:
    # Whole minutes of the loop, so that each channel shows each place of the programme equally often.
    script = msgspec.structs.replace(SCRIPT, lasts_s=3 * LOOP_S)

    for channel in script.channels:
        mine = [each for each in injections(script) if each.channel == channel]
        begun = [each for each in mine if BEGAN <= each.start < script.ends_at]
        assert len(begun) == 3 * len(PROGRAMME.faults)


def test_faults_cut_off_by_the_ends_of_the_media_are_not_asked_for() -> None:
    edges = [each for each in injections(SCRIPT) if not each.whole]

    assert edges
    for each in edges:
        from_begin, to_end = each.start - SCRIPT.began_at, SCRIPT.ends_at - each.end
        assert min(from_begin, to_end) < timedelta(seconds=4)
