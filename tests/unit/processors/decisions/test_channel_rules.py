"""Rules of one channel: thresholds, delays, faults that are not watched for, and mutes."""

from collections.abc import Iterable

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from infra.settings import load
from processors.decisions.channel import ChannelState, decide
from processors.decisions.configured import channel_rules
from processors.decisions.rules import Rules
from schemas.events import Event, OcorrenciaClosed, OcorrenciaOpened, StreamConfigured
from schemas.events.streams import MuteOnce, MuteWeekly
from tests.unit.processors.decisions.deciding import RULES, in_short, spans, told
from tests.unit.processors.decisions.log_of import T0, at, picture, pictures, sound, sounds, status


def rules_with(**configured: object) -> Rules:
    wanted = StreamConfigured(channel="tv1", url="srt://h:1", configured_at=T0, configured_by="test")
    return channel_rules(load({}, dotenv=None), msgspec.structs.replace(wanted, **configured))


def muted(start: float, end: float) -> Rules:
    return rules_with(mutes=(MuteOnce(start=at(start), end=at(end)),))


def frozen(start: int, end: int, until: int) -> list[Event]:
    return [picture(n, freeze=float(start <= n < end)) for n in range(until)]


def opened(events: Iterable[Event], rules: Rules) -> list[tuple[float, float]]:
    """Return (start, duration) of each fault at its opening, in seconds after T0."""
    return [
        ((each.fault.start_ts - T0).total_seconds(), each.fault.duration_s)
        for each in told(events, rules)
        if isinstance(each, OcorrenciaOpened)
    ]


def test_a_channels_threshold_goes_before_that_of_the_installation_and_is_told() -> None:
    settings = load({"VIDEO_THRESH_FREEZE": "0.3"}, dotenv=None)
    configured = StreamConfigured(
        channel="tv1", url="srt://h:1", thresholds={"freeze": 0.9}, configured_at=T0, configured_by="test"
    )
    half = [picture(n, freeze=0.5 if n < 6 else 0.95) for n in range(12)]
    (first,) = told(half, channel_rules(settings, configured))[:1]
    assert isinstance(first, OcorrenciaOpened)
    assert first.why.threshold == 0.9
    assert told(half, Rules(settings))[0].why.threshold == 0.3


def test_onset_and_clear_delays_of_a_channel_hold() -> None:
    assert told(frozen(2, 6, 12), rules_with(onsets={"freeze": 5.0})) == []
    torn = [*frozen(2, 6, 8), *(picture(n, freeze=float(n < 12)) for n in range(8, 16))]
    assert spans(told(torn, rules_with(clears={"freeze": 3.0}))) == [("freeze", 2.0, 12.0)]
    assert len(spans(told(torn, RULES))) == 2


def test_clipping_goes_on_through_the_pauses_of_speech_and_hiss_does_not() -> None:
    torn = "######..######...."
    assert spans(told(sounds(distorcao=torn), RULES)) == [("distorcao", 0.0, 7.0)]
    assert spans(told(sounds(ruido_hiss=torn), RULES)) == [("ruido_hiss", 0.0, 3.0), ("ruido_hiss", 4.0, 7.0)]


def test_a_disabled_fault_never_opens_and_the_others_do() -> None:
    both = [each for n in range(10) for each in (picture(n, freeze=1.0), sound(n, 1.0))]
    events = told(both, rules_with(disabled=("freeze",)))
    assert {each.fault.type for each in events} == {"ausencia_audio"}


def test_black_that_nobody_wants_to_hear_of_is_no_freeze_either() -> None:
    black = [picture(n, freeze=1.0, fade=1.0) for n in range(10)]
    assert told(black, rules_with(disabled=("fade",))) == []


def test_a_fault_that_is_disabled_while_it_is_open_is_closed_with_the_next_event() -> None:
    state, events = ChannelState(), list[Event]()
    for event in frozen(0, 20, 6):
        state, more = decide(state, event, RULES)
        events += more
    assert isinstance(events[0], OcorrenciaOpened)

    state, closing = decide(state, picture(6, freeze=1.0), rules_with(disabled=("freeze",)))

    (closed,) = closing
    assert isinstance(closed, OcorrenciaClosed)
    assert closed.fault.end_ts == at(6)
    assert "no longer watched for" in closed.why.reason


def test_a_fault_that_is_enabled_again_opens_from_then_on() -> None:
    state, events = ChannelState(), list[Event]()
    for n in range(12):
        rules = rules_with(disabled=("freeze",)) if n < 6 else RULES
        state, more = decide(state, picture(n, freeze=1.0), rules)
        events += more
    first = events[0]
    assert isinstance(first, OcorrenciaOpened)
    assert first.fault.start_ts >= at(6)


def test_nothing_opens_while_muted_and_nothing_is_told_of_what_ended_before_the_mute() -> None:
    assert told(frozen(3, 8, 14), muted(2, 10)) == []


def test_a_fault_still_there_when_the_mute_ends_opens_then_and_begins_there() -> None:
    ((start, duration_s),) = opened(frozen(3, 14, 16), muted(2, 10))
    assert start == 10.0
    assert duration_s < 0.5


def test_a_fault_that_began_just_before_the_mute_begins_at_its_end() -> None:
    assert [start for start, _ in opened(frozen(3, 14, 16), muted(3.5, 10))] == [10.0]


def test_what_is_open_when_a_mute_begins_closes_within_it_and_does_not_open_again() -> None:
    events = told([*frozen(2, 6, 9), *(picture(n, freeze=float(n < 13)) for n in range(9, 18))], muted(5, 15))
    assert in_short(events) == [("opened", "freeze"), ("closed", "freeze")]


def test_a_fault_that_begins_after_a_mute_keeps_its_own_start() -> None:
    assert [start for start, _ in opened(frozen(12, 16, 20), muted(2, 10))] == [12.0]


def test_a_mute_that_is_taken_back_before_its_end_holds_no_longer() -> None:
    state, events = ChannelState(), list[Event]()
    for n in range(10):
        state, more = decide(state, picture(n, freeze=1.0), muted(0, 3600) if n < 5 else RULES)
        events += more
    first = events[0]
    assert isinstance(first, OcorrenciaOpened)
    assert at(5) <= first.fault.start_ts < at(6)


def test_a_mute_goes_by_media_time_not_by_when_it_is_measured() -> None:
    late = [picture(n, freeze=1.0, epoch="20261122T130000.000Z") for n in range(10)]
    assert told(late, muted(-5, 60)) == []
    assert told(late, muted(3600, 7200)) != []


def test_a_lost_signal_is_muted_too_and_opens_at_the_end_of_the_mute() -> None:
    words = [status(float(n), "trouble", 5, "unreachable") for n in range(6, 20, 2)]
    assert opened(words[:3], muted(4, 11)) == []
    ((start, duration_s),) = opened(list(words), muted(4, 11))
    assert (start, duration_s) == (11.0, 1.0)


def test_a_signal_that_comes_back_within_the_mute_was_never_lost() -> None:
    words = [*(status(float(n), "trouble", 5, "no_data") for n in (6, 8, 10)), status(13, "running", 12)]
    assert told(words, muted(4, 15)) == []


def test_severity_of_a_loss_counts_from_the_end_of_the_mute() -> None:
    words = [status(float(n), "trouble", 5, "unreachable") for n in range(6, 40, 2)]
    events = told(words, muted(4, 31))
    assert in_short(events) == [("opened", "sem_sinal"), ("escalated", "sem_sinal")]
    assert str(events[-1].fault.severity) == "Média (B)"


def test_a_disabled_loss_of_signal_is_not_told() -> None:
    words = [status(float(n), "trouble", 5, "unreachable") for n in range(6, 20, 2)]
    assert told(words, rules_with(disabled=("sem_sinal",))) == []


def test_a_mute_of_an_unknown_zone_is_left_out_and_the_channel_is_watched() -> None:
    nowhere = MuteWeekly(days=("mon", "sun"), start="00:00", end="00:00", zone="Nowhere/Land")
    assert in_short(told(frozen(3, 8, 12), rules_with(mutes=(nowhere,))))[0] == ("opened", "freeze")


@given(
    line=st.text("#?.", min_size=1, max_size=80),
    start=st.integers(0, 60),
    length=st.integers(1, 60),
)
def test_nothing_ever_begins_within_a_mute(line: str, start: int, length: int) -> None:
    begin, end = start / 5, (start + length) / 5
    # In the end all is clear again, so that what is open closes.
    events = told(pictures(freeze=line + "." * 20), muted(begin, end))
    for each in events:
        if isinstance(each, OcorrenciaOpened):
            assert not at(begin) <= each.fault.start_ts < at(end)
            assert each.fault.duration_s > 0
    assert in_short(events).count(("opened", "freeze")) == in_short(events).count(("closed", "freeze"))
