"""How the topics on a broker differ from the contract, and what would make them agree. Pure."""

from collections.abc import Iterable, Mapping
from enum import StrEnum

import msgspec

from infra.topics import OnBroker
from schemas.topics import Topic

PARTITIONS = "partitions"
FOR_EVER = "-1"


class Repair(StrEnum):
    """What makes a topic as the contract has it."""

    CREATE = "create"
    SET = "set"
    LOSE = "set, and lose records"
    BY_HAND = "by hand"


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """One way in which a topic is not as the contract has it."""

    topic: str
    setting: str
    """A Kafka setting, ``partitions``, or empty where the topic is missing."""
    wanted: str
    found: str
    repair: Repair
    advice: str = ""
    """What to do where no command does it."""

    @property
    def words(self) -> str:
        """What is wrong, in one line."""
        if self.repair is Repair.CREATE:
            return "missing"
        return f"{self.setting} is {self.found}, should be {self.wanted}"


def differences(contract: Iterable[Topic], broker: Mapping[str, OnBroker]) -> list[Difference]:
    """Return every difference, in the order of the contract."""
    return [found for topic in contract for found in _of(topic, broker.get(topic.name))]


def unknown(contract: Iterable[Topic], broker: Iterable[str]) -> list[str]:
    """Return the topics on the broker that the contract does not know; nobody touches them."""
    return sorted(set(broker) - {topic.name for topic in contract})


def _of(topic: Topic, there: OnBroker | None) -> list[Difference]:
    if there is None:
        return [Difference(topic=topic.name, setting="", wanted="", found="", repair=Repair.CREATE)]
    found = []
    if there.partitions != topic.partitions:
        found.append(
            Difference(
                topic=topic.name,
                setting=PARTITIONS,
                wanted=str(topic.partitions),
                found=str(there.partitions),
                repair=Repair.BY_HAND,
                advice=_advice(topic, there.partitions),
            )
        )
    for name, value in topic.config().items():
        if (now := there.config.get(name, "")) != value:
            lossy = _loses(name, now, value)
            found.append(
                Difference(
                    topic=topic.name,
                    setting=name,
                    wanted=value,
                    found=now,
                    repair=Repair.LOSE if lossy else Repair.SET,
                )
            )
    return found


def _loses(setting: str, now: str, wanted: str) -> bool:
    """Tell whether a broker that is told so may drop records that it keeps now."""
    if setting == "retention.ms":
        return wanted != FOR_EVER and (now == FOR_EVER or not now.isdecimal() or int(wanted) < int(now))
    # Compaction keeps only the newest of each key, and deletion what is young.
    return setting == "cleanup.policy"


def _advice(topic: Topic, found: int) -> str:
    if found > topic.partitions:
        return (
            f"Kafka takes no partitions away, and Horus reads the first {topic.partitions} only: copy "
            "what it holds, delete the topic, and let `horus topics --reconcile` make it"
        )
    return (
        "more partitions move keys to other ones, so that a channel's records lose their order: stop what "
        "writes to it, let its readers catch up, then run `kafka-topics.sh --alter "
        f"--topic {topic.name} --partitions {topic.partitions}`"
    )
