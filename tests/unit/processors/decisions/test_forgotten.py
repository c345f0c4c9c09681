"""Files that are over do not fill the state for ever; what is under way is never forgotten."""

from datetime import datetime, timedelta

import msgspec

from processors.decisions.channel import ChannelState
from processors.decisions.forgotten import AFTER, MOST, remembered
from processors.decisions.tally import FileState, Tally
from schemas.topics import DECISIONS_STATE
from tests.unit.processors.decisions.log_of import T0


def over(at: datetime | None) -> ChannelState:
    return ChannelState(file=FileState(ended=("video", "audio"), ended_at=at))


def test_file_is_forgotten_when_nothing_of_it_can_come_any_more() -> None:
    channels = {"file": over(T0), "tv1": ChannelState()}

    assert remembered(channels, T0 + AFTER) is channels
    assert list(remembered(channels, T0 + AFTER + timedelta(seconds=1))) == ["tv1"]


def test_file_whose_sound_is_over_but_not_its_picture_stays() -> None:
    half = ChannelState(file=FileState(ended=("audio",), ended_at=T0, tallies={"video": Tally(samples=1)}))
    begun = ChannelState(file=FileState(tallies={"video": Tally(samples=1)}))
    channels = {"half": half, "begun": begun}

    assert remembered(channels, T0 + 10 * AFTER) is channels


def test_of_many_files_the_oldest_go_first_and_those_without_a_date_before_them() -> None:
    channels = {f"file {number}": over(T0 + timedelta(seconds=number)) for number in range(MOST)}

    left = remembered({"undated": over(None), **channels, "newest": over(T0 + timedelta(days=1))}, T0)

    assert len(left) == MOST
    assert not {"undated", "file 0"} & set(left)
    assert "newest" in left


def test_as_many_files_as_are_remembered_fit_into_half_of_a_snapshot() -> None:
    measured = dict.fromkeys(("video", "audio"), ("20261122T120000.000Z", 10000))
    file = msgspec.structs.replace(over(T0), measured=measured)
    channels = {f"analise-{number:032x}": file for number in range(MOST)}

    assert len(msgspec.json.encode(channels)) < int(DECISIONS_STATE.settings["max.message.bytes"]) / 2
