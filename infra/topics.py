"""The topics of the contract on a broker: what there is, creating and setting; never deletes one."""

import time
from collections.abc import Mapping

import msgspec
from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import (
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    NewTopic,
    ResourceType,
)

from infra.kafka import connection, why
from schemas.topics import Topic, all_topics

# A broker that has answered at all does so within a second; one that is going down never will.
CREATE_TIMEOUT_S = 10.0
LOOK_S = 0.05


class OnBroker(msgspec.Struct, frozen=True, kw_only=True):
    """A topic as the broker has it."""

    name: str
    partitions: int
    config: dict[str, str]
    """Every setting that holds for it, those by default included."""


def on_broker(bootstrap_servers: str, prefix: str) -> dict[str, OnBroker]:
    """Return the topics whose names begin with ``prefix``, by name. Raises KafkaException."""
    admin = AdminClient(connection(bootstrap_servers))
    present = {
        name: len(metadata.partitions)
        for name, metadata in admin.list_topics(timeout=CREATE_TIMEOUT_S).topics.items()
        if name.startswith(prefix)
    }
    if not present:
        return {}
    asked = [ConfigResource(ResourceType.TOPIC, name) for name in sorted(present)]
    answers = admin.describe_configs(asked, request_timeout=CREATE_TIMEOUT_S)
    return {
        resource.name: OnBroker(
            name=resource.name,
            partitions=present[resource.name],
            config={name: entry.value for name, entry in answer.result(CREATE_TIMEOUT_S).items()},
        )
        for resource, answer in answers.items()
    }


def set_config(bootstrap_servers: str, wanted: Mapping[str, Mapping[str, str]]) -> None:
    """Set some settings of some topics (by name); the others stay. Raises KafkaException when refused."""
    if not wanted:
        return
    resources = [
        ConfigResource(
            ResourceType.TOPIC,
            topic,
            incremental_configs=[
                ConfigEntry(name, value, incremental_operation=AlterConfigOpType.SET)
                for name, value in settings.items()
            ],
        )
        for topic, settings in wanted.items()
    ]
    admin = AdminClient(connection(bootstrap_servers))
    for future in admin.incremental_alter_configs(resources, request_timeout=CREATE_TIMEOUT_S).values():
        future.result(CREATE_TIMEOUT_S)


def create_missing(
    bootstrap_servers: str, replication: int = -1, topics: tuple[Topic, ...] | None = None
) -> list[str]:
    """Create the topics that the broker lacks and return their names.

    ``replication`` -1 takes the broker's default. Raises KafkaException when the broker refuses or is away.
    """
    admin = AdminClient(connection(bootstrap_servers))
    present = set(admin.list_topics(timeout=CREATE_TIMEOUT_S).topics)
    missing = [topic for topic in topics or all_topics() if topic.name not in present]
    if not missing:
        return []
    futures = admin.create_topics(
        [
            NewTopic(
                topic.name,
                num_partitions=topic.partitions,
                replication_factor=replication,
                config=topic.config(),
            )
            for topic in missing
        ],
        operation_timeout=CREATE_TIMEOUT_S,
        request_timeout=CREATE_TIMEOUT_S,
    )
    for future in futures.values():
        try:
            future.result()
        except KafkaException as error:
            # Two starts may race: a topic that exists by now is what was asked for.
            if error.args[0].code() != KafkaError.TOPIC_ALREADY_EXISTS:
                raise
    _await_leaders(admin, [topic.name for topic in missing])
    return [topic.name for topic in missing]


def _await_leaders(admin: AdminClient, names: list[str]) -> None:
    """Wait until every partition has a leader: for a second after its creation a topic cannot be read."""
    deadline = time.monotonic() + CREATE_TIMEOUT_S
    while True:
        present = admin.list_topics(timeout=CREATE_TIMEOUT_S).topics
        led = all(
            name in present
            and present[name].partitions
            and all(each.leader >= 0 for each in present[name].partitions.values())
            for name in names
        )
        if led or time.monotonic() > deadline:
            return
        time.sleep(LOOK_S)


def complaint(error: KafkaException, bootstrap_servers: str) -> str:
    """Return the line that a user sees when the broker is away or refuses."""
    return f"Kafka at {bootstrap_servers}: {why(error)}"
