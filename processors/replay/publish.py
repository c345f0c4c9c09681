"""Writing what a replay decided to a topic of its own, for others to look at."""

from collections.abc import Iterable
from datetime import timedelta

from confluent_kafka.admin import AdminClient

from infra.kafka import Publisher, connection
from infra.own_topic import name_complaint
from infra.topics import CREATE_TIMEOUT_S, create_missing
from schemas.events import OcorrenciaClosed, OcorrenciaEscalated, OcorrenciaOpened
from schemas.events.ocorrencias import OcorrenciaEvent
from schemas.topics import Topic

SOURCE = "replay"
"""CloudEvents source of all that is written here: nobody takes it for the live stage."""
# As long as the statuses that some of it rests on.
RETENTION = timedelta(days=30)
# librdkafka queues 100,000 records; far fewer wait between two words of delivery.
_AT_ONCE = 10_000


class TopicRefused(ValueError):
    """The result cannot be written there; the text says why."""


def own_topic(bootstrap_servers: str, name: str) -> Topic:
    """Return the topic that a result may be written to; `publish` creates it.

    Raises TopicRefused when the name cannot be or is taken, KafkaException.
    """
    complaint = name_complaint(name)
    if complaint is not None:
        raise TopicRefused(complaint)
    admin = AdminClient(connection(bootstrap_servers))
    if name in admin.list_topics(timeout=CREATE_TIMEOUT_S).topics:
        raise TopicRefused(f"topic {name!r} exists: a result is written to a topic of its own; name another")
    return Topic(
        name=name,
        key="channel",
        partitions=1,
        retention=RETENTION,
        events=(OcorrenciaOpened, OcorrenciaEscalated, OcorrenciaClosed),
        written_by=(SOURCE,),
        read_by=("analysts",),
        has_dlq=False,
    )


def publish(bootstrap_servers: str, topic: Topic, events: Iterable[OcorrenciaEvent]) -> int:
    """Create a topic, write events to it and return how many the broker has confirmed.

    Raises KafkaException, NotDelivered.
    """
    create_missing(bootstrap_servers, topics=(topic,))
    publisher = Publisher(bootstrap_servers, SOURCE)
    number = 0
    for number, event in enumerate(events, start=1):
        publisher.send(topic, event)
        if number % _AT_ONCE == 0:
            publisher.flush()
    publisher.flush()
    return number
