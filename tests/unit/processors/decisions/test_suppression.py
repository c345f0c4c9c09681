"""Faults that another one brings about: the cause alone is told, however the two begin and end."""

from datetime import datetime

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from infra.settings import load
from processors.decisions.channel import ChannelState, decide
from processors.decisions.rules import SUPPRESSED_BY, Rules
from schemas.events import Event, OcorrenciaClosed, OcorrenciaOpened
from schemas.faults import FAULTS
from tests.unit.processors.decisions.deciding import RULES, spans, told
from tests.unit.processors.decisions.log_of import pictures, sounds

LINE = st.text("#?.", min_size=60, max_size=60)
# Stretches as faults have them, besides scores that jump from sample to sample.
RUNS = st.lists(st.tuples(st.sampled_from("#?."), st.integers(1, 12)), min_size=1, max_size=12).map(
    lambda runs: "".join(sign * length for sign, length in runs)[:60].ljust(60, ".")
)
LINES = LINE | RUNS


@pytest.mark.parametrize("hidden", ["freeze", "borrado", "bloco"])
@pytest.mark.parametrize("cause", ["fade", "barras"])
@pytest.mark.parametrize(("before", "after"), [(0, 0), (1, 1), (4, 4), (0, 4), (4, 0), (2, 3)])
def test_what_a_cause_brings_about_is_not_told_even_if_it_begins_earlier_and_ends_later(
    hidden: str, cause: str, before: int, after: int
) -> None:
    events = told(
        pictures(
            **{
                cause: "." * 20 + "#" * 15 + "." * 25,
                hidden: "." * (20 - before) + "#" * (15 + before + after) + "." * (25 - after),
            }
        )
    )

    assert spans(events) == [(cause, 4.0, 7.0)]


@pytest.mark.parametrize("gap", range(1, 5))
def test_nothing_opens_in_a_gap_of_its_cause(gap: int) -> None:
    fade = "." * 5 + "#" * 15 + "." * gap + "#" * 15 + "." * 10
    freeze = "." * 5 + "#" * (30 + gap) + "." * 10

    assert spans(told(pictures(fade=fade, freeze=freeze))) == [("fade", 1.0, 7.0 + gap / 5)]


def test_a_still_picture_after_black_counts_from_the_end_of_the_black() -> None:
    black, still = "." * 5 + "#" * 10 + "." * 25, "." * 5 + "#" * 20 + "." * 15

    assert spans(told(pictures(fade=black, freeze=still))) == [("fade", 1.0, 3.0), ("freeze", 3.0, 5.0)]


def test_a_still_picture_after_black_must_last_by_itself() -> None:
    black, still = "." * 5 + "#" * 10 + "." * 25, "." * 5 + "#" * 14 + "." * 21

    assert spans(told(pictures(fade=black, freeze=still))) == [("fade", 1.0, 3.0)]


def test_a_freeze_goes_on_over_a_flash_of_black() -> None:
    for flash in range(1, 5):
        fade = "." * 20 + "#" * flash + "." * (40 - flash)
        events = told(pictures(fade=fade, freeze="." * 5 + "#" * 35 + "." * 20))

        assert spans(events) == [("freeze", 1.0, 8.0)], flash


def test_black_that_only_the_setting_calls_too_short_hides_all_the_same() -> None:
    patient = Rules(load({"ONSET_S_FADE": "10"}, dotenv=None))
    black = "." * 10 + "#" * 30 + "." * 20

    assert told(pictures(fade=black, freeze=black), patient) == []


def test_a_score_that_wavers_below_its_threshold_hides_nothing_for_long() -> None:
    events = told(pictures(fade="?" * 60, freeze="." * 10 + "#" * 30 + "." * 20))

    assert spans(events) == [("freeze", 2.0, 8.0)]


def test_black_whose_score_dips_after_its_beginning_is_told_alone() -> None:
    fade = "." * 5 + "###.?.?" + "#" * 20 + "." * 10
    events = told(pictures(fade=fade, freeze="." * 5 + "#" * 27 + "." * 10))

    assert [each.fault.type for each in events if isinstance(each, OcorrenciaOpened)] == ["fade"]


def test_an_onset_that_a_channel_sets_for_black_holds_no_freeze_up() -> None:
    patient = Rules(load({"ONSET_S_FADE": "60"}, dotenv=None))
    events = told(pictures(fade="?" * 60, freeze="." * 10 + "#" * 30 + "." * 20)[:8], patient)

    assert [each.fault.type for each in events if isinstance(each, OcorrenciaOpened)] == ["freeze"]


def test_a_freeze_closed_by_black_says_so() -> None:
    events = told(pictures(freeze="." * 5 + "#" * 35, fade="." * 25 + "#" * 15))

    closed = [each for each in events if isinstance(each, OcorrenciaClosed)]
    assert [(each.fault.type, each.why.reason) for each in closed] == [("freeze", "fade in place of freeze")]


def test_bars_with_their_tone_are_two_occurrences_and_nothing_else() -> None:
    on = "." * 10 + "#" * 25 + "." * 15
    video = pictures(barras=on, freeze=on, borrado=on, bloco=on, fade="." * 50)
    tone = "." * 4 + "#" * 10 + "." * 6
    audio = sounds(sinal_teste=tone, ausencia_audio=tone, ruido_hiss=tone, eco_reverb=tone, distorcao=tone)

    assert spans(told([*video, *audio])) == [("barras", 2.0, 7.0), ("sinal_teste", 2.0, 7.0)]


def test_silence_hides_what_is_heard_in_it() -> None:
    quiet = "." * 4 + "#" * 8 + "." * 8
    events = told(
        sounds(
            ausencia_audio=quiet, ruido_hiss=quiet, eco_reverb=quiet, distorcao=quiet, sinal_teste="." * 20
        )
    )

    assert spans(events) == [("ausencia_audio", 2.0, 6.0)]


def test_silence_after_a_tone_is_a_silence_of_its_own() -> None:
    events = told(
        sounds(
            sinal_teste="..######........", ausencia_audio="..##########....", ruido_hiss="..##########...."
        )
    )

    assert spans(events) == [("ausencia_audio", 4.0, 6.0), ("sinal_teste", 1.0, 4.0)]


def test_freeze_and_echo_have_nothing_to_do_with_each_other() -> None:
    events = told([*pictures(freeze="." * 5 + "#" * 20 + "." * 15), *sounds(eco_reverb="..########......")])

    assert [name for name, _, _ in spans(events)] == ["eco_reverb", "freeze"]


def test_only_known_faults_of_one_category_hide_each_other() -> None:
    for hidden, causes in SUPPRESSED_BY.items():
        assert {FAULTS[cause].category for cause in causes} == {FAULTS[hidden].category}


@settings(deadline=None, max_examples=60)
@given(fade=LINES, barras=LINES, freeze=LINES)
@example(fade="?" * 60, barras="?" * 9 + "...??#" + "?" * 45, freeze="?" * 9 + "#" + "?" * 50)
def test_no_freeze_begins_within_its_cause_or_stays_open_beside_it(
    fade: str, barras: str, freeze: str
) -> None:
    state, on = ChannelState(), dict[str, datetime]()
    for measured in pictures(fade=fade, barras=barras, freeze=freeze):
        state, new = decide(state, measured, RULES)
        for event in new:
            if isinstance(event, OcorrenciaOpened):
                start = event.fault.start_ts
                assert event.fault.type != "freeze" or all(start < each for each in on.values())
                on[event.fault.type] = start
            elif isinstance(event, OcorrenciaClosed):
                del on[event.fault.type]
        assert "freeze" not in on or len(on) == 1


@settings(deadline=None, max_examples=60)
@given(fade=LINES, freeze=LINES)
def test_causes_are_decided_as_if_alone(fade: str, freeze: str) -> None:
    both = [each.fault for each in told(pictures(fade=fade, freeze=freeze)) if each.fault.type == "fade"]

    assert both == [each.fault for each in told(pictures(fade=fade))]


@settings(deadline=None, max_examples=60)
@given(freeze=LINES)
def test_without_a_cause_nothing_waits(freeze: str) -> None:
    assert [each.fault for each in told(pictures(fade="." * 60, freeze=freeze))] == [
        each.fault for each in told(pictures(freeze=freeze))
    ]


@settings(deadline=None, max_examples=60)
@given(tone=RUNS, quiet=RUNS, hiss=RUNS)
def test_what_waits_never_waits_for_long_and_survives_a_snapshot(tone: str, quiet: str, hiss: str) -> None:
    events = sounds(sinal_teste=tone, ausencia_audio=quiet, ruido_hiss=hiss)
    state, out = ChannelState(), list[Event]()
    for event in events:
        state, new = decide(state, event, RULES)
        out += new
        state = msgspec.json.decode(msgspec.json.encode(state), type=ChannelState)
        # A cause convinces or wavers within 2 s and clears within 1 s; silence may wait for a tone, and then
        # hiss for silence. Two samples a second.
        assert all(len(samples) <= 2 * 2 * (2 + 1) for samples in state.waiting.values())

    assert out == told(events)
