"""What differs between the topics of the contract and those of a broker, and what may be done about it."""

from collections.abc import Mapping
from datetime import timedelta

import pytest

from infra.cli.topics import kept, rows, table
from infra.topic_drift import Repair, differences, unknown
from infra.topics import OnBroker
from schemas.topics import Topic

TOPIC = Topic(
    name="horus.thing.v1",
    key="channel",
    partitions=4,
    retention=timedelta(days=7),
    settings={"segment.ms": "60000"},
    written_by=("here",),
    read_by=("there",),
)
WEEK_MS = str(7 * 24 * 3600 * 1000)


def there(partitions: int = 4, config: Mapping[str, str] | None = None) -> dict[str, OnBroker]:
    settings = {"cleanup.policy": "delete", "retention.ms": WEEK_MS, "segment.ms": "60000"}
    whole = {**settings, **(config or {})}
    return {TOPIC.name: OnBroker(name=TOPIC.name, partitions=partitions, config=whole)}


def test_a_topic_as_the_contract_has_it_differs_in_nothing() -> None:
    assert differences([TOPIC], there()) == []


def test_settings_that_the_contract_does_not_speak_of_are_the_brokers_own() -> None:
    assert differences([TOPIC], there(config={"compression.type": "zstd"})) == []


def test_a_topic_that_is_not_there_is_to_be_created() -> None:
    (missing,) = differences([TOPIC], {})

    assert (missing.words, missing.repair) == ("missing", Repair.CREATE)


@pytest.mark.parametrize(
    ("config", "repair"),
    [
        ({"retention.ms": "3600000"}, Repair.SET),
        ({"retention.ms": "-1"}, Repair.LOSE),
        ({"retention.ms": str(int(WEEK_MS) + 1)}, Repair.LOSE),
        ({"retention.ms": ""}, Repair.LOSE),
        ({"cleanup.policy": "compact"}, Repair.LOSE),
        ({"segment.ms": "1000"}, Repair.SET),
    ],
)
def test_only_what_makes_a_broker_drop_records_is_asked_about(config: dict[str, str], repair: Repair) -> None:
    (found,) = differences([TOPIC], there(config=config))

    assert found.repair is repair
    assert found.words.endswith(f"should be {found.wanted}")


def test_keeping_for_ever_loses_nothing() -> None:
    for_ever = Topic(name=TOPIC.name, key="channel", partitions=4, written_by=("a",), read_by=("b",))

    (found,) = differences([for_ever], there())

    assert (found.wanted, found.repair) == ("-1", Repair.SET)


@pytest.mark.parametrize(
    ("partitions", "advice"),
    [(1, "--alter --topic horus.thing.v1 --partitions 4"), (8, "takes no partitions away")],
)
def test_partitions_are_left_to_people_with_advice(partitions: int, advice: str) -> None:
    (found,) = differences([TOPIC], there(partitions))

    assert found.repair is Repair.BY_HAND
    assert advice in found.advice


def test_a_topic_that_the_contract_does_not_know_is_listed_and_no_difference() -> None:
    broker = {"horus.mine": OnBroker(name="horus.mine", partitions=2, config={"retention.ms": "1000"})}
    names = unknown([TOPIC], broker)
    listed = rows([TOPIC], broker, differences([TOPIC], broker), names)

    assert names == ["horus.mine"]
    assert [line.split()[0] for line in table(listed)] == ["TOPIC", TOPIC.name, "horus.mine"]
    assert table(listed)[1].endswith("missing")
    assert table(listed)[2].endswith("not of the contract")


@pytest.mark.parametrize(
    ("ms", "words"), [("-1", "for ever"), ("", "for ever"), (WEEK_MS, "7 d"), ("5400000", "1.5 h")]
)
def test_retention_is_told_in_words(ms: str, words: str) -> None:
    assert kept(ms) == words
