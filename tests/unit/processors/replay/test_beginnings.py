"""From where a replay reads, and by which rules it decides then."""

from datetime import timedelta
from typing import Any

import pytest

from infra.own_topic import name_complaint
from infra.settings import load
from processors.replay.again import Again
from processors.replay.asked import Asked, lead_s, tail_s
from processors.replay.configured import ConfiguredThen, by_channel
from processors.replay.logged import by_uid, spans, told_by
from processors.replay.notes import notes
from processors.replay.warm import SETTLE, WARM_MAX, warm_start
from schemas.events import Event, StreamConfigured, StreamRemoved
from tests.unit.processors.decisions.deciding import RULES
from tests.unit.processors.decisions.log_of import at, pictures, sounds
from tests.unit.processors.replay.in_memory import live, read

LEAD = timedelta(seconds=60)
SETTINGS = load({}, dotenv=None)


def test_reading_begins_a_lead_before_the_window() -> None:
    assert warm_start(at(1000), LEAD, []) == at(940)
    assert warm_start(at(1000), LEAD, [(at(100), at(200)), (at(960), at(970))]) == at(940)


def test_reading_begins_before_what_was_on() -> None:
    assert warm_start(at(1000), LEAD, [(at(700), at(2000))]) == at(700) - SETTLE


def test_reading_begins_before_a_chain_of_faults() -> None:
    chain = [(at(700), at(950)), (at(500), at(695)), (at(100), at(400))]
    assert warm_start(at(1000), LEAD, chain) == at(500) - SETTLE


def test_reading_never_begins_earlier_than_half_a_day() -> None:
    assert warm_start(at(1000), LEAD, [(at(-1e6), at(2000))]) == at(1000) - LEAD - WARM_MAX


def test_lead_and_tail_cover_the_longest_delays() -> None:
    patient = load({"ONSET_S_FADE": "100", "CLEAR_S_FREEZE": "50"}, dotenv=None)
    assert lead_s(patient) - lead_s(SETTINGS) == 97 + 50
    assert tail_s(patient) - tail_s(SETTINGS) == 150
    assert lead_s(SETTINGS, {"onset fade": 500}) - lead_s(SETTINGS) == 497


def configured(at_s: float, **changed: Any) -> StreamConfigured:
    return StreamConfigured(
        channel="tv1", url="srt://x:1", configured_at=at(at_s), configured_by="test", **changed
    )


def history(*events: tuple[float, Event]) -> ConfiguredThen:
    reads = [read(event, offset, at(seconds)) for offset, (seconds, event) in enumerate(events)]
    return ConfiguredThen(SETTINGS, by_channel(reads))


def threshold(rules: ConfiguredThen, at_s: float) -> float:
    rule = rules.of("tv1", at(at_s).timestamp()).of("fade", {})
    assert rule is not None
    return rule.threshold


def test_each_configuration_holds_from_when_it_was_written() -> None:
    rules = history(
        (10, configured(10, thresholds={"fade": 0.7})), (20, configured(20, thresholds={"fade": 0.8}))
    )
    assert [threshold(rules, seconds) for seconds in (9, 10, 19.9, 20, 99)] == [0.7, 0.7, 0.7, 0.8, 0.8]


def test_a_channel_that_was_removed_has_the_rules_of_the_installation() -> None:
    removed = StreamRemoved(channel="tv1", removed_at=at(20), removed_by="test")
    rules = history((10, configured(10, thresholds={"fade": 0.7})), (20, removed))
    assert [threshold(rules, seconds) for seconds in (15, 25)] == [0.7, 0.6]
    assert threshold(ConfiguredThen(SETTINGS, {}), 15) == 0.6


def test_notes_tell_what_the_log_cannot() -> None:
    rules = history((30, configured(30, thresholds={"fade": 0.7}, onsets={"freeze": 2})))
    said = rules.notes("tv1", at(0).timestamp(), at(60).timestamp(), ["VIDEO_THRESH_FADE", "ONSET_S_FADE"])
    assert len(said) == 3
    assert "anew" in said[0] and "earliest known" in said[1]
    assert said[2].endswith("own for VIDEO_THRESH_FADE: --set does not reach it")
    assert rules.delays("tv1") == {"onset freeze": 2}
    assert rules.notes("tv2", 0, 1, ["VIDEO_THRESH_FADE"]) == []


def test_notes_tell_of_measures_that_are_missing() -> None:
    asked = Asked(since=at(0), until=at(120), channels=("tv1", "tv9"))
    again = Again("tv1", at(180))
    for event in [*pictures(fade="." * 600), *sounds(ausencia_audio="." * 60)]:
        again.take(event, RULES)
    said = notes(asked, [again], ConfiguredThen(SETTINGS, {}), {}, undecodable=2)
    assert said[0] == "tv9: the log holds no measures of this window"
    assert said[1] == "tv1: the measures of its sound end at 2026-11-22T12:00:30+00:00"
    assert said[2].startswith("2 records")


def test_the_log_is_taken_as_it_stood_at_the_horizon() -> None:
    told = live(pictures(fade="." * 50 + "#" * 100 + "." * 50))
    log = by_uid(read(event, offset, at(0)) for offset, event in enumerate(told))
    assert spans(log) == {"tv1": [(at(10), at(30))]}
    (closed,) = told_by(log, {("tv1", "fade"): at(30)})
    (still_on,) = told_by(log, {("tv1", "fade"): at(20)})
    assert (closed.closed, closed.end, closed.id) == (True, at(30), 0)
    assert (still_on.closed, still_on.end) == (False, at(20))
    assert told_by(log, {("tv1", "fade"): at(10.5)}) == []
    assert told_by(log, {("tv2", "fade"): at(30)}) == []


@pytest.mark.parametrize("name", ["horus.detections.v1", "horus.streams.v1.dlq", "__state", "a b", "..", ""])
def test_results_are_not_written_where_others_write(name: str) -> None:
    assert name_complaint(name)


def test_results_may_be_written_to_a_topic_of_ones_own() -> None:
    assert name_complaint("horus.replay.try-1") is None
