"""A file as a channel: picture and sound end apart, what is open at the end is closed, repeats count once."""

from collections.abc import Sequence

import msgspec
import pytest

from infra.settings import load
from processors.decisions.channel import ChannelState
from processors.decisions.stage import Decisions
from schemas.envelope import Envelope, event_id
from schemas.events import (
    AnalysisDecided,
    AudioMeasured,
    Event,
    OcorrenciaClosed,
    OcorrenciaOpened,
    VideoMeasured,
)
from schemas.names import analysis_channel
from schemas.topics import ANALYSES, OCORRENCIAS
from tests.unit.processors.decisions.log_of import T0, pictures, sounds, status

FILE = analysis_channel("a" * 32)
TRIAL = analysis_channel("b" * 32, stores=False)
STAGE = Decisions(load({}, dotenv=None))
# A second of programme, then three of a fault in the middle of which the file ends.
PICTURE = pictures(fade="....." + "#" * 15, freeze="." * 20)
SOUND = sounds(ausencia_audio=".." + "#" * 6)

Log = Sequence[VideoMeasured | AudioMeasured]


def of_file(events: Log, channel: str = FILE) -> list[Event]:
    """Return measures as those of a whole file, the last one marked."""
    last = len(events) - 1
    return [
        msgspec.structs.replace(
            each,
            channel=channel,
            segment=msgspec.structs.replace(each.segment, channel=channel),
            last=place == last,
        )
        for place, each in enumerate(events)
    ]


def folded(events: Sequence[Event]) -> tuple[ChannelState, list[tuple[str, Event]]]:
    """Return the state after events and what was written, with its topic's name."""
    state, written = ChannelState(), list[tuple[str, Event]]()
    for event in events:
        envelope = Envelope(id=event_id(event), type=event.TYPE, source="test", time=T0, event=event)
        state, emitted = STAGE.fold(state, envelope)
        written += [(topic.name, each) for topic, each in emitted]
    return state, written


def decided(written: Sequence[tuple[str, Event]]) -> list[AnalysisDecided]:
    return [each for topic, each in written if topic == ANALYSES.name and isinstance(each, AnalysisDecided)]


def test_fault_that_lasts_to_the_end_is_closed_there_and_told() -> None:
    _, written = folded(of_file(PICTURE))

    (end,) = decided(written)
    (found,) = end.judged.found
    assert (end.kind, found.type) == ("video", "fade")
    assert [found.start_s, found.end_s] == pytest.approx([1.0, 4.0], abs=0.1)
    (closed,) = [each for _, each in written if isinstance(each, OcorrenciaClosed)]
    assert closed.uid == found.uid
    assert closed.fault.category == "Video Arquivo"


def test_sound_goes_on_being_judged_after_the_picture_has_ended() -> None:
    picture, sound = of_file(PICTURE), of_file(SOUND)

    _, written = folded([*picture, *sound])

    assert [(each.kind, [found.type for found in each.judged.found]) for each in decided(written)] == [
        ("video", ["fade"]),
        ("audio", ["ausencia_audio"]),
    ]


def test_events_that_come_again_change_nothing() -> None:
    once = [*of_file(PICTURE), *of_file(SOUND)]
    state, written = folded(once)

    again, twice = folded([*once[:3], *once[1:], *once])

    assert (again, twice) == (state, written)


def test_what_is_remembered_of_a_file_that_is_over_is_small() -> None:
    state, _ = folded([*of_file(PICTURE), *of_file(SOUND)])

    assert len(msgspec.json.encode(state)) < 200


def test_trial_opens_no_occurrence_but_tells_what_it_found() -> None:
    _, written = folded(of_file(PICTURE, TRIAL))

    assert OCORRENCIAS.name not in [topic for topic, _ in written]
    (end,) = decided(written)
    assert [(each.type, each.uid) for each in end.judged.found] == [("fade", "")]


def test_scores_are_added_up_over_the_whole_file() -> None:
    _, written = folded(of_file(PICTURE))

    (end,) = decided(written)
    assert end.judged.samples == 20
    assert (end.judged.scores["fade"].highest, end.judged.scores["fade"].mean) == (1.0, 0.75)
    assert end.judged.suspicion == 0.75


def test_given_up_analysis_closes_what_is_open_and_hears_nothing_more() -> None:
    begun = of_file(PICTURE)
    stop = msgspec.structs.replace(status(9, "stopped", 9), channel=FILE)

    state, written = folded([*begun[:3], stop])
    after, more = folded([*begun[:3], stop, *begun, *of_file(SOUND)])

    kinds = [type(each) for topic, each in written if topic == OCORRENCIAS.name]
    assert kinds == [OcorrenciaOpened, OcorrenciaClosed]
    assert (after, more) == (state, written)
