"""Creating the topics of the contract on a broker; never deletes one."""

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import AdminClient, NewTopic

from infra.kafka import why
from schemas.topics import Topic, all_topics

CREATE_TIMEOUT_S = 30.0


def create_missing(
    bootstrap_servers: str, replication: int = -1, topics: tuple[Topic, ...] | None = None
) -> list[str]:
    """Create the topics that the broker lacks and return their names.

    ``replication`` -1 takes the broker's default. Raises KafkaException when the broker refuses or is away.
    """
    admin = AdminClient({"bootstrap.servers": bootstrap_servers})
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
    )
    for future in futures.values():
        try:
            future.result()
        except KafkaException as error:
            # Two starts may race: a topic that exists by now is what was asked for.
            if error.args[0].code() != KafkaError.TOPIC_ALREADY_EXISTS:
                raise
    return [topic.name for topic in missing]


def complaint(error: KafkaException, bootstrap_servers: str) -> str:
    """Return the line that a user sees when the broker is away or refuses."""
    return f"Kafka at {bootstrap_servers}: {why(error)}"
