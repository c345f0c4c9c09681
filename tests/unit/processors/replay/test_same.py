"""Replaying with unchanged rules what the live stage decided finds no difference."""

from datetime import timedelta

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from infra.settings import load
from processors.decisions.rules import Rules
from schemas.events import Event, OcorrenciaClosed, VideoMeasured
from tests.unit.processors.decisions.deciding import RULES
from tests.unit.processors.decisions.log_of import at, pictures, sounds, status
from tests.unit.processors.replay.in_memory import live, replayed, written_at

LENGTH_S = 240
RUNS = st.lists(st.tuples(st.sampled_from("....?#"), st.integers(1, 90)), min_size=1, max_size=30)


def line(runs: list[tuple[str, int]], rate: int) -> str:
    return "".join(sign * length for sign, length in runs)[: LENGTH_S * rate].ljust(LENGTH_S * rate, ".")


def programme(
    freeze: list[tuple[str, int]],
    fade: list[tuple[str, int]],
    silence: list[tuple[str, int]],
    losses: list[int],
) -> list[Event]:
    """Four minutes of picture and sound; the signal is lost now and then, for five seconds."""
    lost = {second for begin in losses for second in range(begin, begin + 5)}
    media: list[Event] = [
        *pictures(freeze=line(freeze, 5), fade=line(fade, 5)),
        *sounds(ausencia_audio=line(silence, 2)),
    ]
    events = [
        each for each in media if written_at(each).second + 60 * written_at(each).minute - 1 not in lost
    ]
    for begin in losses:
        events += [status(begin + n + 0.5, "trouble", begin, "no_data") for n in range(5)]
        events.append(status(begin + 5.6, "running", begin + 5))
    return sorted(events, key=written_at)


@settings(max_examples=60)
@given(
    freeze=RUNS,
    fade=RUNS,
    silence=RUNS,
    losses=st.lists(st.integers(5, 230), max_size=3, unique=True),
    since=st.floats(0, 200),
    length=st.floats(1, 240),
)
def test_replay_by_the_same_rules_is_the_same(
    freeze: list[tuple[str, int]],
    fade: list[tuple[str, int]],
    silence: list[tuple[str, int]],
    losses: list[int],
    since: float,
    length: float,
) -> None:
    events = programme(freeze, fade, silence, losses)

    found = replayed(events, live(events), at(since), at(since + length))

    assert [each for each in found if each.verdict != "same"] == []


def test_a_fault_that_lasts_through_the_whole_window_is_the_same() -> None:
    black = "." * 50 + "#" * 900 + "." * 250
    events: list[Event] = [*pictures(fade=black, freeze="." * 1200)]

    found = replayed(events, live(events), at(100), at(110), lead_s=20)

    assert [(each.verdict, each.type) for each in found] == [("same", "fade")]
    assert found[0].now is not None and found[0].now.start == at(10)


def test_faults_outside_the_window_are_not_spoken_of() -> None:
    events: list[Event] = [*pictures(fade="." * 50 + "#" * 50 + "." * 800)]

    assert replayed(events, live(events), at(60), at(90)) == ()


def test_a_threshold_that_is_raised_loses_what_it_no_longer_reaches() -> None:
    strict = Rules(load({"VIDEO_THRESH_FREEZE": "0.95", "VIDEO_THRESH_FADE": "0.95"}, dotenv=None))
    events = scored(pictures(freeze="." * 50 + "#" * 50 + "." * 400), 0.9)

    found = replayed(events, live(events), at(0), at(60), strict)

    assert [(each.verdict, each.type) for each in found] == [("lost", "freeze")]
    assert found[0].was is not None and found[0].was.id == 0 and found[0].now is None


def test_a_threshold_that_is_lowered_finds_what_nobody_was_told() -> None:
    lax = Rules(load({"VIDEO_THRESH_FREEZE": "0.5", "VIDEO_THRESH_FADE": "0.5"}, dotenv=None))
    events: list[Event] = [*pictures(freeze="." * 50 + "?" * 50 + "." * 400)]

    found = replayed(events, live(events), at(0), at(60), lax)

    assert [(each.verdict, each.type) for each in found] == [("new", "freeze")]


def test_a_fault_that_clears_later_and_grows_graver_is_regraded() -> None:
    patient = Rules(load({"CLEAR_S_FREEZE": "4"}, dotenv=None))
    events: list[Event] = [*pictures(freeze="." * 50 + "#" * 20 + "." * 12 + "#" * 20 + "." * 400)]

    found = replayed(events, live(events), at(0), at(60), patient)

    assert [(each.verdict, each.end_shift_s) for each in found] == [("regraded", 6.4), ("lost", None)]


def test_one_that_has_yet_to_clear_ends_where_it_was_last_bad() -> None:
    patient = Rules(load({"CLEAR_S_FADE": "100"}, dotenv=None))
    events: list[Event] = [*pictures(fade="." * 50 + "#" * 100 + "." * 150)]

    found = replayed(events, live(events), at(0), at(50), patient)

    assert [(each.verdict, each.type) for each in found] == [("same", "fade")]
    assert found[0].now is not None and (found[0].now.closed, found[0].now.end) == (False, at(30))


def test_a_window_is_decided_by_what_precedes_it() -> None:
    # The black opened before the window and hides the freeze in it.
    black, still = "." * 50 + "#" * 400 + "." * 150, "." * 50 + "#" * 400 + "." * 150
    events: list[Event] = [*pictures(fade=black, freeze=still)]

    found = replayed(events, live(events), at(70), at(80), RULES, lead_s=5)

    assert [(each.verdict, each.type) for each in found] == [("same", "fade")]
    assert found[0].was is not None and found[0].was.end - found[0].was.start == timedelta(seconds=80)


def scored(events: list[VideoMeasured], highest: float) -> list[Event]:
    return [
        msgspec.structs.replace(
            each,
            scores={
                name: tuple(min(score, highest) for score in scores) for name, scores in each.scores.items()
            },
        )
        for each in events
    ]


def test_a_loss_that_ended_with_the_channel_stopped_is_over_in_any_later_window() -> None:
    lost: list[Event] = [status(seconds, "trouble", 10, "no_data") for seconds in (13, 23, 33)]
    events = [*lost, status(40, "stopped", 10)]
    told = live(events)
    assert [type(each) for each in told][-1] is OcorrenciaClosed

    assert replayed(events, told, at(100), at(160)) == ()
    assert [each.verdict for each in replayed(events, told, at(0), at(160))] == ["same"]
