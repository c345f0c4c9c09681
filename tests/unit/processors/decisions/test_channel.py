"""All faults of a channel together: suppression, loss of signal, repeats."""

import msgspec

from infra.settings import load
from processors.decisions.channel import ChannelState, decide, finish
from processors.decisions.rules import Rules
from schemas.envelope import event_id
from schemas.events import Event, OcorrenciaClosed, OcorrenciaOpened
from tests.unit.processors.decisions.deciding import RULES, in_short, spans, told
from tests.unit.processors.decisions.log_of import at, picture, pictures, segment, sound, sounds, status


def test_black_opens_is_graded_and_closes_with_its_own_ends() -> None:
    events = told([picture(n, fade=float(3 <= n < 10), freeze=float(3 <= n < 10)) for n in range(14)])

    assert in_short(events) == [("opened", "fade"), ("escalated", "fade"), ("closed", "fade")]
    closed = events[-1]
    assert isinstance(closed, OcorrenciaClosed)
    assert (closed.fault.start_ts, closed.fault.end_ts, closed.fault.duration_s) == (at(3), at(10), 7.0)


def test_freeze_that_turns_black_closes_as_freeze_and_opens_as_black() -> None:
    events = told([picture(n, freeze=float(2 <= n < 9), fade=float(6 <= n < 9)) for n in range(14)])

    assert in_short(events) == [
        ("opened", "freeze"), ("closed", "freeze"), ("opened", "fade"), ("closed", "fade"),
    ]  # fmt: skip
    assert isinstance(events[1], OcorrenciaClosed)
    assert events[1].fault.end_ts == at(6)


def test_picture_and_sound_faults_are_occurrences_of_their_own() -> None:
    events = told(
        [
            each
            for n in range(12)
            for each in (picture(n, freeze=float(3 <= n < 7)), sound(n, float(3 <= n < 7)))
        ]
    )

    assert sorted(in_short(events)) == [
        ("closed", "ausencia_audio"), ("closed", "freeze"),
        ("opened", "ausencia_audio"), ("opened", "freeze"),
    ]  # fmt: skip
    assert len({each.uid for each in events}) == 2


def test_signal_lost_for_three_seconds_opens_with_the_last_good_media_as_its_start() -> None:
    events = told(
        [
            *[picture(n) for n in range(5)],
            status(6.5, "trouble", 5, "unreachable"),
            status(8.1, "trouble", 5, "unreachable"),
            status(10.1, "trouble", 5, "unreachable"),
            status(13.5, "running", 12.5),
        ]
    )

    assert in_short(events) == [("opened", "sem_sinal"), ("escalated", "sem_sinal"), ("closed", "sem_sinal")]
    opened, _, closed = events
    assert isinstance(opened, OcorrenciaOpened) and isinstance(closed, OcorrenciaClosed)
    assert opened.fault.start_ts == at(5)
    assert "unreachable" in opened.why.reason
    assert closed.fault.end_ts == at(12.5)


def test_a_hiccup_of_less_than_three_seconds_is_no_loss() -> None:
    assert told([status(6.5, "trouble", 5, "no_data"), status(7.9, "running", 7)]) == []


def test_lost_signal_closes_a_fault_where_it_was_last_seen_and_a_new_one_is_a_new_occurrence() -> None:
    new_epoch = "20261122T120015.000Z"
    events = told(
        [
            *[picture(n, freeze=1.0) for n in range(4)],
            status(9, "trouble", 4, "unreachable"),
            status(15.5, "running", 15),
            *[picture(n, freeze=1.0, epoch=new_epoch) for n in range(15, 18)],
        ]
    )

    assert in_short(events) == [
        ("opened", "freeze"), ("closed", "freeze"), ("opened", "sem_sinal"), ("closed", "sem_sinal"),
        ("opened", "freeze"),
    ]  # fmt: skip
    assert isinstance(events[1], OcorrenciaClosed)
    assert events[1].fault.end_ts == at(4)
    assert events[0].uid != events[4].uid


def test_a_restarted_ingest_does_not_split_a_freeze() -> None:
    new_epoch = "20261122T120009.000Z"
    events = told(
        [
            *[picture(n, freeze=float(n > 0)) for n in range(5)],
            *[picture(n, freeze=1.0, epoch=new_epoch) for n in range(9, 12)],
            *[picture(n, epoch=new_epoch) for n in range(12, 15)],
        ]
    )

    assert [word for word, _ in in_short(events) if word != "escalated"] == ["opened", "closed"]
    closed = events[-1]
    assert isinstance(closed, OcorrenciaClosed)
    assert (closed.fault.start_ts, closed.fault.end_ts) == (at(1), at(12))


def test_a_channel_stopped_on_purpose_closes_what_is_open_and_alarms_nobody() -> None:
    events = told(
        [*[picture(n, freeze=1.0) for n in range(3)], status(4, "stopped", 4), status(60, "stopped", 4)]
    )

    assert in_short(events) == [("opened", "freeze"), ("closed", "freeze")]


def test_media_in_which_nothing_decodes_is_a_lost_signal() -> None:
    events = told([picture(n, decoded=0 if 3 <= n < 8 else 25) for n in range(10)])

    # Five seconds in the end, hence a grade up from the three at which it opened.
    assert in_short(events) == [("opened", "sem_sinal"), ("escalated", "sem_sinal"), ("closed", "sem_sinal")]
    closed = events[-1]
    assert isinstance(closed, OcorrenciaClosed)
    assert (closed.fault.start_ts, closed.fault.end_ts) == (at(3), at(8))


def test_a_loss_that_was_only_suspected_when_the_ingest_died_is_told_once_media_is_back() -> None:
    events = told([status(7.6, "trouble", 5, "no_data"), status(14, "running", 13)])

    assert in_short(events) == [("opened", "sem_sinal"), ("closed", "sem_sinal")]
    assert (events[0].fault.start_ts, events[1].fault.end_ts) == (at(5), at(13))


def test_a_channel_added_again_while_its_source_is_still_away_alarms_anew() -> None:
    events = told(
        [
            status(9, "trouble", 5, "unreachable"),
            status(20, "stopped", 5),
            status(40, "trouble", 5, "unreachable"),
        ]
    )

    assert in_short(events) == [
        ("opened", "sem_sinal"), ("closed", "sem_sinal"), ("opened", "sem_sinal"),
    ]  # fmt: skip
    assert events[2].fault.start_ts == at(20)
    assert events[0].uid != events[2].uid


def test_media_that_does_not_decode_and_then_ends_is_one_loss() -> None:
    events = told(
        [
            *[picture(n, decoded=0 if n >= 3 else 25) for n in range(7)],
            status(11, "trouble", 7, "unreachable"),
            status(20, "running", 19),
        ]
    )

    assert [word for word, _ in in_short(events) if word != "escalated"] == ["opened", "closed"]
    assert (events[-1].fault.start_ts, events[-1].fault.end_ts) == (at(3), at(19))


def test_statuses_sent_again_after_the_broker_was_away_change_nothing() -> None:
    once = [
        status(9, "trouble", 5, "unreachable"),
        status(15.5, "running", 15),
        *[picture(n, fade=1.0) for n in range(15, 19)],
    ]

    assert told([*once, *once[:2]]) == told(once)


def test_a_measure_read_twice_changes_nothing() -> None:
    once = [picture(n, freeze=float(2 <= n < 8)) for n in range(12)]
    twice = [event for event in once for _ in range(2)]

    assert told(twice) == told(once)


def test_an_older_measure_read_again_after_a_crash_changes_nothing() -> None:
    once = [picture(n, freeze=float(2 <= n < 8)) for n in range(12)]

    assert told(once[:6] + once[2:]) == told(once)


def test_state_read_back_from_the_log_goes_on_the_same_way() -> None:
    events = [picture(n, freeze=float(2 <= n < 8), fade=float(10 <= n < 13)) for n in range(16)]
    state, out = ChannelState(), list[Event]()
    for event in events:
        state, new = decide(state, event, RULES)
        out += new
        state = msgspec.json.decode(msgspec.json.encode(state), type=ChannelState)

    assert out == told(list(events))


def test_ids_are_the_same_whenever_the_same_facts_are_decided() -> None:
    events = [picture(n, freeze=float(2 <= n < 8)) for n in range(12)]

    assert [event_id(each) for each in told(list(events))] == [event_id(each) for each in told(list(events))]
    assert len({event_id(each) for each in told(list(events))}) == len(told(list(events)))


def test_an_alarm_explains_itself_from_the_log_alone() -> None:
    opened = told([picture(n, freeze=0.9 * (n > 0)) for n in range(3)])[0]

    assert isinstance(opened, OcorrenciaOpened)
    why = opened.why
    assert (why.threshold, why.moving_avg_m, why.vote_k, why.onset_s) == (0.6, 3, 3, 1.0)
    assert why.segment == segment(1)
    assert why.window_scores == (0.9, 0.9, 0.9)


def test_threshold_of_a_setting_goes_before_the_cards_and_the_default() -> None:
    strict = Rules(load({"VIDEO_THRESH_FREEZE": "0.95"}, dotenv=None))
    events: list[Event] = [picture(n, freeze=0.9) for n in range(4)]

    assert told(events, strict) == []
    assert in_short(told(events)) == [("opened", "freeze")]
    assert strict.of("freeze", {"freeze": 0.1}).threshold == 0.95  # type: ignore[union-attr]
    assert RULES.of("freeze", {"freeze": 0.1}).threshold == 0.1  # type: ignore[union-attr]


def test_onset_and_clearing_of_a_class_are_settings() -> None:
    patient = Rules(load({"ONSET_S_FREEZE": "10", "CLEAR_S_FREEZE": "4"}, dotenv=None))
    still = ["." * 10 + "#" * bad + "." * 15 + "#" * 10 + "." * 25 for bad in (45, 50)]

    assert [spans(told(pictures(freeze=line), patient)) for line in still] == [[], [("freeze", 2.0, 17.0)]]
    assert spans(told(pictures(freeze=still[0]))) == [("freeze", 2.0, 11.0), ("freeze", 14.0, 16.0)]


def test_loss_of_signal_counts_from_its_setting() -> None:
    hasty = Rules(load({"ONSET_S_SEM_SINAL": "1"}, dotenv=None))
    hiccup: list[Event] = [status(6.5, "trouble", 5, "no_data"), status(7.9, "running", 7)]

    assert in_short(told(hiccup, hasty)) == [("opened", "sem_sinal"), ("closed", "sem_sinal")]


def test_media_measured_late_opens_nothing_once_its_signal_is_lost() -> None:
    lost = status(9, "trouble", 4, "unreachable")

    events = told([*[picture(n) for n in range(2)], lost, *[picture(n, freeze=1.0) for n in range(2, 4)]])

    assert in_short(events) == [("opened", "sem_sinal")]


def test_sound_without_a_picture_that_decodes_is_one_loss_and_no_silence_each_second() -> None:
    events = told(
        [
            each
            for n in range(12)
            for each in (sound(n, float(n >= 4)), picture(n, decoded=25 if n < 2 else 0))
        ]
    )

    # The silence is heard before the loss counts.
    assert [name for word, name in in_short(events) if word == "opened"] == ["ausencia_audio", "sem_sinal"]


def test_samples_told_late_with_the_next_segment_say_the_same() -> None:
    on_time = pictures(freeze="." * 12 + "#" * 9 + "." * 19)
    # A second of look-ahead: each segment's samples come with the segment after it, before its start.
    late = [
        msgspec.structs.replace(each, segment=segment(seq + 1), times_s=tuple(t - 1.0 for t in each.times_s))
        for seq, each in enumerate(on_time)
    ]

    assert [each.fault for each in told(late)] == [each.fault for each in told(on_time)]
    assert spans(told(late)) == [("freeze", 2.4, 4.2)]


def test_a_fault_from_the_first_picture_on_begins_with_it() -> None:
    assert spans(told(pictures(freeze="#" * 10 + "." * 10))) == [("freeze", 0.1, 2.0)]


def test_a_picture_speaks_for_the_time_around_it_and_sound_for_its_own() -> None:
    # Looks at 1.9 s and 2.1 s saw programme and black: half-way between them it turned.
    (opened, _) = told(pictures(fade="." * 10 + "#" * 10 + "." * 10))

    assert isinstance(opened, OcorrenciaOpened)
    assert opened.fault.start_ts == at(2.0)
    assert opened.why.window_at[-1] == at(2.9)
    assert spans(told(sounds(ruido_hiss="....####......"))) == [("ruido_hiss", 2.0, 4.0)]


def test_the_end_of_a_file_closes_what_is_open_and_judges_what_waits() -> None:
    state, events = ChannelState(), list[Event]()
    for event in (
        *pictures(freeze="....###########", fade="............###"),
        *sounds(ausencia_audio="..####"),
    ):
        state, new = decide(state, event, RULES)
        events += new

    state, rest = finish(state, "tv1", RULES)

    # Three samples of black are no black yet, so the freeze under them was one to the end.
    assert spans([*events, *rest]) == [("ausencia_audio", 1.0, 3.0), ("freeze", 0.8, 3.0)]
    assert (state.tracks, state.waiting) == ({}, {})
