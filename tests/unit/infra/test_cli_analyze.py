"""Claims about how findings are shown and what a user may ask for."""

import json

import pytest

from infra.cli.analyze import chosen_types, with_settings
from infra.cli.exits import BadUse
from infra.cli.findings import HEAD, JsonArray, clock, plain, row, summary
from processors.analysis.contents import Contents
from processors.analysis.finding import Finding
from schemas.severity import severity_of

FADE = Finding(type="fade", start_s=4.6, end_s=7.4, confidence=0.97, severity=severity_of(2.8))
CONTENTS = Contents(has_picture=True, sound_tracks=1, start_s=1.4, duration_s=60.0, clock_jumps=True)


def test_json_is_an_array_of_objects_whatever_their_number(capsys: pytest.CaptureFixture[str]) -> None:
    for count in range(3):
        array = JsonArray()
        for _ in range(count):
            array.add(FADE)
        array.end()
        found = json.loads(capsys.readouterr().out)
        assert (
            found
            == [{"type": "fade", "start_s": 4.6, "end_s": 7.4, "confidence": 0.97, "severity": "Leve (C)"}]
            * count
        )


def test_each_element_is_a_whole_line_as_soon_as_it_is_known(capsys: pytest.CaptureFixture[str]) -> None:
    JsonArray().add(FADE)
    assert capsys.readouterr().out.endswith("}\n")


def test_table_tells_hours_and_names_for_people() -> None:
    head, line = plain([HEAD, row(FADE)])
    assert head.split() == ["START", "END", "LASTS", "FAULT", "SEVERITY", "SCORE"]
    assert line == "0:00:04.6  0:00:07.4  2.8 s  Black (fade)  Leve (C)  0.97"


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.0, "0:00:00.0"), (59.96, "0:01:00.0"), (3725.25, "1:02:05.2")]
)
def test_clock_counts_in_sixties(seconds: float, text: str) -> None:
    assert clock(seconds) == text


def test_summary_counts_faults() -> None:
    assert summary([FADE], CONTENTS, 6.2) == "1 fault in 0:01:00.0 of picture and sound; took 6.2 s"
    assert summary([], CONTENTS, 6.2).startswith("no fault in")


def test_types_are_chosen_by_name_and_a_wrong_one_names_the_right() -> None:
    assert chosen_types("freeze, fade") == {"freeze", "fade"}
    assert chosen_types("") is None
    with pytest.raises(BadUse, match=r"no fault is called black; there are: freeze, fade, borrado"):
        chosen_types("fade,black")


def test_setting_of_one_run_holds_for_it() -> None:
    settings = with_settings(["VIDEO_THRESH_FADE=0.6", "onset_s_freeze=5"], None)
    assert settings.thresholds["fade"] == 0.6
    assert settings.onsets["freeze"] == 5.0


@pytest.mark.parametrize(
    ("pair", "words"),
    [
        ("VIDEO_THRESH_BLACK=0.6", "VIDEO_THRESH_<CLASS>"),
        ("HORUS_PORT=1", "no setting of the decisions"),
        ("VIDEO_VOTE_K", "wants NAME=VALUE"),
    ],
)
def test_setting_that_is_none_is_refused_with_what_there_is(pair: str, words: str) -> None:
    with pytest.raises(BadUse, match=words):
        with_settings([pair], None)
