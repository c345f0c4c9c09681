"""Folding a quiet segment at once: to the last field what folding sample by sample gives."""

from collections.abc import Sequence
from datetime import timedelta

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infra.settings import load
from processors.decisions import channel
from processors.decisions.channel import ChannelState, decide
from processors.decisions.quiet import quiet
from processors.decisions.rules import Rules
from schemas.events import Event, StreamConfigured
from schemas.events.detections import Measured
from schemas.events.streams import MuteOnce
from tests.unit.processors.decisions.deciding import RULES
from tests.unit.processors.decisions.log_of import T0, at, pictures, sounds, status

# Long quiet stretches between faults, as television has them, and scores that jump about.
LINE = st.lists(st.tuples(st.sampled_from("...?#"), st.integers(1, 25)), min_size=1, max_size=8).map(
    lambda runs: "".join(sign * length for sign, length in runs)[:60].ljust(60, ".")
)
EDITS = st.lists(
    st.tuples(st.integers(0, 11), st.sampled_from([0.0, 0.3, 0.499999, 0.5, 0.7, 14.9, 15.1, -0.4, -1.5])),
    max_size=2,
)
RULE_SETS = {
    "default": RULES,
    "long windows": Rules(load({"VIDEO_MOVING_AVG_M": "7", "AUDIO_MOVING_AVG_M": "9"}, dotenv=None)),
    "long and low": Rules(
        load(
            {"VIDEO_MOVING_AVG_M": "20", "AUDIO_MOVING_AVG_M": "9", "VIDEO_THRESH_FREEZE": "0.2"}, dotenv=None
        )
    ),
    "low": Rules(load({"VIDEO_THRESH_FREEZE": "0.0", "VIDEO_THRESH_FADE": "0.3"}, dotenv=None)),
    "muted": Rules(
        load({}, dotenv=None),
        StreamConfigured(
            channel="tv1",
            url="srt://x:1",
            mutes=(MuteOnce(start=at(3), end=at(6.1)),),
            disabled=("borrado",),
            configured_at=T0,
            configured_by="test",
        ),
    ),
}


def states(
    events: Sequence[Measured], before: Rules, after: Rules | None = None, change: int = 0
) -> list[tuple[ChannelState, tuple[Event, ...]]]:
    """Return what is known and told after each event; from one of them on by other rules."""
    state, known = ChannelState(), []
    for place, event in enumerate(events):
        state, told = decide(state, event, before if after is None or place < change else after)
        known.append((state, told))
    return known


def is_the_same_one_by_one(
    events: Sequence[Measured], before: Rules, after: Rules | None = None, change: int = 0
) -> bool:
    together = states(events, before, after, change)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(channel, "quiet", lambda *_: None)
        return together == states(events, before, after, change)


@settings(max_examples=120)
@given(
    lines=st.tuples(LINE, LINE, LINE),
    edits=EDITS,
    rules=st.tuples(st.sampled_from(sorted(RULE_SETS)), st.sampled_from(sorted(RULE_SETS))),
    change=st.integers(0, 24),
)
def test_quiet_segments_leave_the_state_that_folding_sample_by_sample_leaves(
    lines: tuple[str, str, str], edits: list[tuple[int, float]], rules: tuple[str, str], change: int
) -> None:
    freeze, fade, silence = lines
    seen: list[Measured] = [*pictures(freeze=freeze, fade=fade, borrado=freeze[::-1], normal=fade[::-1])]
    heard: list[Measured] = [*sounds(ausencia_audio=silence[:24], ruido_hiss=silence[24:48])]
    events = sorted([*seen, *heard], key=lambda each: each.segment.seq)
    for index, gap_s in edits:
        # From here on everything comes so much later, or back on another clock.
        events[index:] = [moved(each, gap_s) for each in events[index:]]

    before, after = (RULE_SETS[name] for name in rules)

    assert is_the_same_one_by_one(events, before, after, change)


@pytest.mark.parametrize("gap_s", [-1.5, -0.4, 0.3, 0.5, 0.6, 20.0])
def test_segments_apart_are_joined_or_not_as_samples_are(gap_s: float) -> None:
    events = [*pictures(freeze="." * 20), *(moved(each, gap_s) for each in pictures(freeze="." * 60)[4:])]
    assert is_the_same_one_by_one(events, RULE_SETS["long and low"])


def test_a_window_that_still_holds_what_was_bad_is_looked_at() -> None:
    events = pictures(freeze="." * 10 + "#" * 9 + "." * 41)
    assert is_the_same_one_by_one(events, RULE_SETS["long and low"])


def test_a_mute_that_is_taken_back_has_held_up_to_the_next_sample() -> None:
    events = pictures(freeze="." * 60)
    assert is_the_same_one_by_one(events, RULE_SETS["muted"], RULES, change=5)


def moved(event: Measured, gap_s: float) -> Measured:
    start = event.segment.start + timedelta(seconds=gap_s)
    return msgspec.structs.replace(event, segment=msgspec.structs.replace(event.segment, start=start))


def test_most_of_a_healthy_programme_is_folded_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    outcomes: list[bool] = []

    def spied(*given: object) -> object:
        after = quiet(*given)  # type: ignore[arg-type]
        outcomes.append(after is not None)
        return after

    monkeypatch.setattr(channel, "quiet", spied)
    states(pictures(freeze="." * 60, fade="." * 60), RULES)

    # The first segment is looked at: nothing is known of its classes yet.
    assert outcomes == [False, *[True] * 11]


def test_a_segment_within_an_outage_is_looked_at_sample_by_sample() -> None:
    lost = [status(2, "trouble", 1, "no_data"), status(4.5, "trouble", 1, "no_data")]
    state = ChannelState()
    first, *rest = pictures(freeze="." * 20, fade="." * 20)
    for event in (first, *lost, *rest):
        state, _ = decide(state, event, RULES)

    # What lies within the loss is dropped, and the track stays closed.
    assert state.tracks == {}
