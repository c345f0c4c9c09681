"""What occurrences add to the figures of their hour, and what is taken back, without a database."""

from collections.abc import Sequence
from datetime import timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from projections.followed import changes
from projections.projection import Placed
from projections.source import Partition
from projections.statistics import Statistics
from projections.statistics_figures import NOTHING, Figures, Group, moved, plus
from schemas.events import Event, OcorrenciaAcknowledged, OcorrenciaDeleted, OcorrenciaEdited
from schemas.events.ocorrencias import Changes
from schemas.names import analysis_channel
from schemas.ocorrencia import Ocorrencia
from tests.alarms import START, Alarm
from tests.watching import enveloped

HOUR = START.replace(minute=0, second=0, microsecond=0)
# When every opening event was written, by `placed`.
WRITTEN = START + timedelta(seconds=2)


def placed(events: Sequence[Event]) -> list[Placed]:
    return [
        Placed(partition=Partition("any", 0), offset=offset, envelope=enveloped(event, WRITTEN))
        for offset, event in enumerate(events)
    ]


def figures(events: Sequence[Event]) -> dict[tuple[str, str], Figures]:
    """Return the figures by type and severity."""
    sums = moved(changes({}, placed(events)))
    assert {group.hour for group in sums} <= {HOUR}
    return {(group.type, group.severity): each for group, each in sums.items()}


def acked(alarm: Alarm, after_s: float, command: str = "a") -> OcorrenciaAcknowledged:
    return OcorrenciaAcknowledged(
        channel=alarm.channel,
        uid=alarm.uid,
        command_id=command,
        by="ana",
        at=WRITTEN + timedelta(seconds=after_s),
    )


def test_open_occurrence_counts_as_opened() -> None:
    assert figures([Alarm().opened(1.2)]) == {("fade", "Leve (C)"): Figures(opened=1, duration_ms=1200)}


def test_escalated_occurrence_counts_by_its_last_severity_alone() -> None:
    assert figures(list(Alarm().life())) == {
        ("fade", "Média (B)"): Figures(opened=1, closed=1, duration_ms=7400)
    }


def test_wait_is_that_for_the_first_acknowledgement() -> None:
    alarm = Alarm()
    (found,) = figures([alarm.opened(), acked(alarm, 12.5), acked(alarm, 99, "b")]).values()
    assert (found.acked, found.ack_wait_ms) == (1, 12_500)


def test_deleted_occurrence_leaves_nothing_behind() -> None:
    alarm = Alarm()
    deleted = OcorrenciaDeleted(channel="tv1", uid=alarm.uid, command_id="d", by="ana", at=WRITTEN)
    assert figures([alarm.opened(), acked(alarm, 5), deleted]) == {}


def test_edited_occurrence_moves_to_what_it_was_made() -> None:
    alarm = Alarm()
    edited = OcorrenciaEdited(
        channel="tv1",
        uid=alarm.uid,
        command_id="e",
        by="ana",
        at=WRITTEN,
        changes=Changes(type="freeze", duration_s=2.0),
    )
    assert figures([alarm.opened(), edited]) == {("freeze", "Leve (C)"): Figures(opened=1, duration_ms=2000)}


def test_files_are_left_out() -> None:
    assert figures([Alarm(channel=analysis_channel("0" * 32)).opened()]) == {}


def test_repeated_event_adds_nothing() -> None:
    alarm = Alarm()
    assert figures([alarm.opened(), alarm.opened()]) == figures([alarm.opened()])


@given(st.data())
def test_figures_do_not_depend_on_how_the_log_was_cut(data: st.DataObject) -> None:
    lives = [list(Alarm(number=number).life()) for number in range(4)]
    log: list[Event] = []
    while any(lives):
        log.append(data.draw(st.sampled_from([life for life in lives if life])).pop(0))
    cut = data.draw(st.integers(0, len(log)))
    states: dict[str, Ocorrencia] = {}
    sums: dict[Group, Figures] = {}
    events = placed(log)
    for batch in (events[:cut], events[cut:]):
        done = changes(states, batch)
        states |= {change.after.uid: change.after for change in done}
        for group, added in moved(done).items():
            sums[group] = plus(sums.get(group, NOTHING), added)

    left = [(group, each) for group, each in sums.items() if each != NOTHING]
    rows = [{**msgspec.structs.asdict(group), **msgspec.structs.asdict(each)} for group, each in left]
    assert sorted(rows, key=str) == sorted(map(dict, Statistics().folded(events)[0]), key=str)


@pytest.mark.parametrize("sign", [1, -1])
def test_what_is_added_and_taken_back_leaves_what_was(sign: int) -> None:
    one = Figures(opened=3, closed=2, duration_ms=17, acked=1, ack_wait_ms=5)
    other = Figures(opened=1, duration_ms=4)
    assert plus(plus(one, other, sign), other, -sign) == one
