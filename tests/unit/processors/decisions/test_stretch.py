"""A fold that makes no state of quiet segments: it tells what `decide` tells, and knows the same."""

from collections.abc import Sequence

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processors.decisions import stretch
from processors.decisions.channel import ChannelState, decide
from processors.decisions.rules import Rules
from processors.decisions.stretch import Stretches
from schemas.events import Event
from tests.unit.processors.decisions.deciding import RULES
from tests.unit.processors.decisions.log_of import picture, pictures, sounds, status
from tests.unit.processors.decisions.test_quiet import EDITS, LINE, RULE_SETS, moved

# After which events somebody asks for the state: nobody in a replay, but the answer must not hang on it.
ASKED = st.sets(st.integers(0, 30), max_size=6)


def is_what_decide_says(
    events: Sequence[Event], asked: set[int], before: Rules, after: Rules | None = None, change: int = 0
) -> None:
    state, fold = ChannelState(), Stretches()
    for place, event in enumerate(events):
        rules = before if after is None or place < change else after
        state, told = decide(state, event, rules)
        assert fold.take(event, rules) == told
        if place in asked:
            assert fold.state == state
    assert fold.state == state


@settings(max_examples=200)
@given(
    lines=st.tuples(LINE, LINE, LINE),
    edits=EDITS,
    lost=st.lists(st.integers(0, 11), max_size=2),
    repeats=st.lists(st.tuples(st.integers(0, 23), st.integers(0, 24)), max_size=3),
    outage=st.none() | st.integers(0, 11),
    rules=st.tuples(st.sampled_from(sorted(RULE_SETS)), st.sampled_from(sorted(RULE_SETS))),
    change=st.integers(0, 24),
    asked=ASKED,
)
def test_any_programme_is_decided_as_event_by_event(
    lines: tuple[str, str, str],
    edits: list[tuple[int, float]],
    lost: list[int],
    repeats: list[tuple[int, int]],
    outage: int | None,
    rules: tuple[str, str],
    change: int,
    asked: set[int],
) -> None:
    freeze, fade, silence = lines
    seen = pictures(freeze=freeze, fade=fade, borrado=freeze[::-1], normal=fade[::-1])
    for index in lost:
        seen[index] = picture(index, decoded=0)
    heard = sounds(ausencia_audio=silence[:24], ruido_hiss=silence[24:48])
    media = sorted([*seen, *heard], key=lambda each: each.segment.seq)
    for index, gap_s in edits:
        media[index:] = [moved(each, gap_s) for each in media[index:]]
    events: list[Event] = [*media]
    for place, later in repeats:
        # As a stage writes it that was killed before it had noted its output.
        events.insert(min(place + later, len(events)), events[place])
    if outage is not None:
        events[2 * outage : 2 * outage] = [
            status(outage + 0.5, "trouble", outage, "no_data"),
            status(outage + 4.5, "trouble", outage, "no_data"),
        ]
        events.append(status(12, "running", 11))
    before, after = (RULE_SETS[name] for name in rules)

    is_what_decide_says(events, asked, before, after, change)


@pytest.mark.parametrize("gap_s", [-1.5, -0.4, 0.3, 0.5, 0.6, 20.0])
def test_segments_apart_are_joined_or_not_as_samples_are(gap_s: float) -> None:
    events = [*pictures(freeze="." * 20), *(moved(each, gap_s) for each in pictures(freeze="." * 60)[4:])]

    for rules in RULE_SETS.values():
        is_what_decide_says(events, set(), rules)


def test_what_a_mute_has_left_behind_is_kept() -> None:
    is_what_decide_says(pictures(freeze="." * 60), set(), RULE_SETS["muted"], RULES, change=5)


def test_thresholds_that_a_card_names_anew_hold_at_once() -> None:
    events = [
        msgspec.structs.replace(each, thresholds={"freeze": 0.5 if each.segment.seq < 6 else 0.9})
        for each in pictures(freeze="." * 25 + "?" * 15 + "." * 20)
    ]

    is_what_decide_says(events, set(), RULES)


def test_most_of_a_healthy_programme_makes_no_state(monkeypatch: pytest.MonkeyPatch) -> None:
    decided: list[Event] = []

    def spied(state: ChannelState, event: Event, rules: Rules) -> tuple[ChannelState, tuple[Event, ...]]:
        decided.append(event)
        return decide(state, event, rules)

    monkeypatch.setattr(stretch, "decide", spied)
    fold = Stretches()
    seen, heard = pictures(freeze="." * 60), sounds(ausencia_audio="." * 24)
    for pair in zip(seen, heard, strict=True):
        for event in pair:
            fold.take(event, RULES)

    assert decided == [seen[0], heard[0]]
