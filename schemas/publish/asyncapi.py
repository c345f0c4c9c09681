"""The contract as AsyncAPI 3.0: channels, messages, who sends and who receives."""

from typing import Any

import yaml

from schemas.envelope import CONTENT_TYPE, SPEC_VERSION
from schemas.events import EVENTS, Event
from schemas.publish.field_docs import summary
from schemas.topics import TOPICS, Topic, dead_letters
from schemas.upcast import EARLIER, name_and_version

Json = dict[str, Any]
VERSION = "1.0.0"
"""Of the contract as a whole; events have versions of their own."""
# What generators and viewers of AsyncAPI know of Kafka's bindings today.
BINDING = "0.5.0"
# The format's own name for a draft, as AsyncAPI's multi-format schemas want it.
SCHEMA_FORMAT = "application/schema+json;version=draft-2020-12"


def asyncapi() -> str:
    """Return the document as YAML; payloads are references to the JSON Schemas beside it."""
    return yaml.safe_dump(document(), sort_keys=False, allow_unicode=True, width=110)


def document() -> Json:
    """Return the document as data."""
    letters = [dead_letters(topic) for topic in TOPICS if topic.has_dlq]
    return {
        "asyncapi": "3.0.0",
        "id": "urn:horus:log",
        "info": {
            "title": "The log of Horus",
            "version": VERSION,
            "description": (
                "Every fact that Horus learns of the channels it watches, as CloudEvents 1.0 in binary mode. "
                "Readers pass over fields and event types that they do not know."
            ),
        },
        "defaultContentType": CONTENT_TYPE,
        "servers": {
            "kafka": {
                "host": "{host}:{port}",
                "protocol": "kafka",
                "description": "The brokers of KAFKA_BOOTSTRAP_SERVERS; `horus status` tells them.",
                "variables": {"host": {"default": "127.0.0.1"}, "port": {"default": "9092"}},
            }
        },
        "channels": {short(topic): _channel(topic) for topic in (*TOPICS, *letters)},
        "operations": {
            name: operation for topic in (*TOPICS, *letters) for name, operation in _operations(topic).items()
        },
        "components": {
            "messages": {
                **{_message_name(kind): _message(event) for kind, event in {**EARLIER, **EVENTS}.items()},
                "DeadLetter": _dead_letter(),
                "DeadLetterSettled": _settled(),
            },
            "messageTraits": {"cloudEvent": {"headers": _cloudevent_headers()}},
        },
    }


def short(topic: Topic) -> str:
    """Return a topic's name without what all have: ``stream-status``, ``ocorrencias.dlq``."""
    return topic.name.removeprefix("horus.").replace(".v1", "")


def written_in(topic: Topic) -> list[str]:
    """Return every event type that lies in a topic, those of earlier versions behind their successors."""
    found = []
    for event in topic.events:
        name, _ = name_and_version(event.TYPE)
        past = [kind for kind in EARLIER if name_and_version(kind)[0] == name]
        found += [event.TYPE, *sorted(past, reverse=True)]
    return found


def _channel(topic: Topic) -> Json:
    letters = ["DeadLetter", "DeadLetterSettled"] if topic.name.endswith(".dlq") else []
    names = [_message_name(kind) for kind in written_in(topic)] or letters
    keep = -1 if topic.retention is None else int(topic.retention.total_seconds() * 1000)
    return {
        "address": topic.name,
        "description": _words(topic),
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in names},
        "bindings": {
            "kafka": {
                "topic": topic.name,
                "partitions": topic.partitions,
                "topicConfiguration": {
                    "cleanup.policy": ["compact" if topic.compacted else "delete"],
                    "retention.ms": keep,
                },
                "bindingVersion": BINDING,
            }
        },
    }


def _words(topic: Topic) -> str:
    if topic.name.endswith(".dlq"):
        return "Rejected records, byte for byte, with why in further headers."
    if not topic.events:
        return f"State of a stage, for that stage alone. Key: {topic.key}."
    return f"Key: {topic.key}."


def _operations(topic: Topic) -> dict[str, Json]:
    channel = {"$ref": f"#/channels/{short(topic)}"}
    sends = {
        f"{_word(who)}-sends-{short(topic)}": {"action": "send", "channel": channel, "title": f"{who} writes"}
        for who in topic.written_by
    }
    receives = {
        f"{_word(who)}-receives-{short(topic)}": {
            "action": "receive",
            "channel": channel,
            "title": f"{who} reads",
        }
        for who in topic.read_by
    }
    return {**sends, **receives}


def _message(event: type[Event]) -> Json:
    return {
        "name": event.TYPE,
        "title": event.TYPE,
        "summary": summary(event),
        "contentType": CONTENT_TYPE,
        "traits": [{"$ref": "#/components/messageTraits/cloudEvent"}],
        "payload": {
            "schemaFormat": SCHEMA_FORMAT,
            "schema": {"$ref": f"./events/{event.TYPE}.json"},
        },
        "bindings": {
            "kafka": {
                "key": {"type": "string", "description": "What the event is about, as text."},
                "bindingVersion": BINDING,
            }
        },
        **({"deprecated": True} if event.TYPE in EARLIER else {}),
    }


def _cloudevent_headers() -> Json:
    return {
        "type": "object",
        "required": ["ce_specversion", "ce_id", "ce_type", "ce_source", "ce_time", "content-type"],
        "properties": {
            "ce_specversion": {"const": SPEC_VERSION},
            "ce_id": {
                "type": "string",
                "format": "uuid",
                "description": "UUIDv5 of the fact, not of a record.",
            },
            "ce_type": {"type": "string", "description": "Event type, horus.<Name>.v<version>."},
            "ce_source": {"type": "string", "description": "The stage that wrote it."},
            "ce_time": {"type": "string", "format": "date-time", "description": "When it was written."},
            "content-type": {"const": CONTENT_TYPE},
        },
    }


def _dead_letter() -> Json:
    strings = ("reason", "stage", "topic", "partition", "offset", "at")
    return {
        "name": "DeadLetter",
        "title": "A rejected record",
        "summary": "Key, value and headers as they were; who rejected it, when and why in further headers.",
        "headers": {
            "type": "object",
            "required": [f"horus_dlq_{each}" for each in strings],
            "properties": {f"horus_dlq_{each}": {"type": "string"} for each in strings},
        },
        "payload": {"description": "Any bytes."},
    }


def _settled() -> Json:
    return {
        "name": "DeadLetterSettled",
        "title": "What became of a rejected record",
        "summary": "The letter at an offset of this topic was written to its source again, or given up.",
        "headers": {
            "type": "object",
            "required": ["horus_dlq_settled", "horus_dlq_settled_letter", "horus_dlq_settled_at"],
            "properties": {
                "horus_dlq_settled": {"enum": ["retried", "dropped"]},
                "horus_dlq_settled_letter": {"type": "string", "description": "Offset of the letter."},
                "horus_dlq_settled_at": {"type": "string", "format": "date-time"},
            },
        },
        "payload": {"description": "Nothing."},
    }


def _message_name(kind: str) -> str:
    return kind.removeprefix("horus.")


def _word(who: str) -> str:
    return who.replace(" ", "-")
