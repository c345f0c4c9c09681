"""Rules of a channel as a command line writes them."""

from datetime import UTC, datetime

import msgspec
import pytest

from infra.cli.channel_rules import DAYS, Wishes, mute, wished
from infra.cli.exits import BadUse
from schemas.events import StreamConfigured
from schemas.events.streams import MuteOnce, MuteWeekly

NOW = datetime(2026, 11, 23, tzinfo=UTC)
PLAIN = StreamConfigured(
    channel="tv1",
    url="srt://h:1",
    thresholds={"fade": 0.7, "freeze": 0.8},
    labels=("main",),
    disabled=("bloco",),
    mutes=(MuteWeekly(days=("mon",), start="01:00", end="02:00", zone="UTC"),),
    configured_at=NOW,
    configured_by="cli",
)


def test_what_is_not_spoken_of_stays() -> None:
    assert wished(PLAIN, Wishes()) == PLAIN


def test_numbers_are_set_one_by_one_and_taken_away_by_nothing() -> None:
    changed = wished(PLAIN, Wishes(thresholds=["fade=0.9", "freeze="], onsets=["sem_sinal=10"]))
    assert (changed.thresholds, changed.onsets) == ({"fade": 0.9}, {"sem_sinal": 10.0})


def test_faults_are_disabled_and_enabled_by_name() -> None:
    changed = wished(PLAIN, Wishes(disable=["borrado", "borrado"], enable=["bloco"]))
    assert changed.disabled == ("borrado",)


def test_mutes_are_added_and_forgotten() -> None:
    night = "daily 23:30-05:00 America/Sao_Paulo"
    added = wished(PLAIN, Wishes(mutes=[night]))
    assert len(added.mutes) == 2
    assert wished(added, Wishes(unmute=True)).mutes == ()
    assert wished(added, Wishes(unmute=True, mutes=[night])).mutes == (mute(night),)


def test_both_forms_of_mutes_are_read() -> None:
    assert mute("fri,mon 23:30-05:00:30 UTC") == MuteWeekly(
        days=("mon", "fri"), start="23:30", end="05:00:30", zone="UTC"
    )
    assert mute("daily 02:00-03:00 Europe/Berlin") == MuteWeekly(
        days=DAYS, start="02:00", end="03:00", zone="Europe/Berlin"
    )
    once = mute("2026-12-24T01:00-03:00/2026-12-24T03:00-03:00")
    assert isinstance(once, MuteOnce)
    assert once.start == datetime(2026, 12, 24, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "tonight",
        "moon 01:00-02:00 UTC",
        "mon 25:00-26:00 UTC",
        "mon 01:00-02:00 Nowhere/Land",
        "mon 01:00-02:00 ../../etc/passwd",
        "2026-12-24T01:00/2026-12-24T03:00",
        "2026-12-24T03:00Z/2026-12-24T01:00Z",
        "2026-13-24T03:00Z/2026-12-24T01:00Z",
    ],
)
def test_a_mute_of_no_form_is_refused_with_the_forms_there_are(text: str) -> None:
    with pytest.raises(BadUse, match="America/Sao_Paulo"):
        mute(text)


@pytest.mark.parametrize(
    "wishes",
    [
        Wishes(thresholds=["fade=2"]),
        Wishes(thresholds=["fade=nan"]),
        Wishes(thresholds=["fade"]),
        Wishes(thresholds=["nonsense=0.5"]),
        Wishes(thresholds=["sem_sinal=0.5"]),
        Wishes(clears=["sem_sinal=1"]),
        Wishes(onsets=["fade=0"]),
        Wishes(onsets=["fade=soon"]),
        Wishes(disable=["nonsense"]),
        Wishes(enable=["nonsense"]),
    ],
)
def test_what_cannot_be_is_refused(wishes: Wishes) -> None:
    with pytest.raises(BadUse):
        wished(PLAIN, wishes)


def test_a_changed_configuration_is_read_back_from_json() -> None:
    changed = wished(PLAIN, Wishes(mutes=["2026-12-24T01:00-03:00/2026-12-24T03:00-03:00"]))
    assert msgspec.json.decode(msgspec.json.encode(changed), type=StreamConfigured) == changed
