"""Whether all that the log holds has been worked off: every group at the end, every projection too."""

from collections.abc import Collection

from confluent_kafka import KafkaException
from sqlalchemy import Engine, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from infra.follow import consumer_at
from infra.kafka import why
from infra.offsets import committed
from projections.tables import ProjectionOffset
from schemas.topics import AUDIO_CHUNKS, DETECTIONS, FRAMES, OCORRENCIAS, STREAM_STATUS, TOPICS, Topic

GROUPS: dict[str, tuple[Topic, ...]] = {
    "horus-video": (FRAMES,),
    "horus-audio": (AUDIO_CHUNKS,),
    "horus-decisions": (DETECTIONS, STREAM_STATUS),
    "horus-evidence": (OCORRENCIAS,),
}


def behind(bootstrap_servers: str, engine: Engine) -> list[str]:
    """Return a line for each reader that is not at the end of its topic, or why that cannot be known now."""
    try:
        ends = _ends(bootstrap_servers, {topic.name for topics in GROUPS.values() for topic in topics})
        return [*_groups(bootstrap_servers, ends), *_projections(bootstrap_servers, engine)]
    except KafkaException as error:
        return [f"Kafka: {why(error)}"]
    except TimeoutError:
        return ["Kafka: no answer"]
    except SQLAlchemyError as error:
        return [f"Postgres: {str(error).splitlines()[0]}"]


def _ends(bootstrap_servers: str, names: Collection[str]) -> dict[tuple[str, int], int]:
    found: dict[tuple[str, int], int] = {}
    for topic in (each for each in TOPICS if each.name in names):
        consumer, span = consumer_at(bootstrap_servers, topic)
        consumer.close()
        found |= {(topic.name, number): end for number, (_, end) in span.items()}
    return found


def _groups(bootstrap_servers: str, ends: dict[tuple[str, int], int]) -> list[str]:
    found = []
    for group, topics in GROUPS.items():
        for topic in topics:
            lag = {
                number: missing
                for number, offset in committed(bootstrap_servers, group, topic).items()
                if (missing := ends[topic.name, number] - offset) > 0
            }
            if lag:
                found.append(f"{group} by {sum(lag.values())} of {topic.name}{sorted(lag)}")
    return found


def _projections(bootstrap_servers: str, engine: Engine) -> list[str]:
    with Session(engine) as session:
        rows = list(session.scalars(select(ProjectionOffset)))
    ends = _ends(bootstrap_servers, {row.topic for row in rows})
    lag: dict[str, int] = {}
    for row in rows:
        missing = ends.get((row.topic, row.partition), row.next_offset) - row.next_offset
        if missing > 0:
            lag[row.projection] = lag.get(row.projection, 0) + missing
    return [f"projection {name} by {missing}" for name, missing in lag.items()]
