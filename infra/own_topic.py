"""Names for topics of users' own, beside those of the contract."""

import re

from schemas.topics import all_topics

TOPIC_PATTERN = r"^[a-zA-Z0-9._-]{1,249}$"
"""What Kafka takes for a name (org.apache.kafka.common.internals.Topic)."""


def name_complaint(name: str) -> str | None:
    """Return why no result may be written to a topic of this name, None if it may."""
    if not re.fullmatch(TOPIC_PATTERN, name) or name in (".", ".."):
        return f"{name[:60]!r} cannot be a topic: letters, digits, '.', '_' and '-', at most 249"
    if name.startswith("__") or name in {topic.name for topic in all_topics()}:
        return f"{name!r} belongs to Horus or to Kafka: a replay writes nothing there; name another"
    return None
