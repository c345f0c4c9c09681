"""docs/events.md: the topics and events of the log, for people."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from schemas.publish.asyncapi import written_in
from schemas.publish.event_tables import example_block, fields, parts_of
from schemas.publish.examples import Example
from schemas.publish.json_schema import Schema
from schemas.topics import TOPICS, Topic
from schemas.upcast import EARLIER

HEAD = Path(__file__).with_name("events.md")
LETTERS = (
    "Where a reader may reject a record, the topic has a `<topic>.dlq` beside it, of one partition. It keeps",
    "what was rejected for 30 days, byte for byte, and says in headers `horus_dlq_*` who rejected it, when,",
    "where and why. The owner of a topic decides what its events mean.",
)


def page(schemas: Mapping[str, Schema], examples: Mapping[str, Example]) -> str:
    """Return the page; ``schemas`` and ``examples`` by event type."""
    lines = [HEAD.read_text(encoding="utf-8").rstrip(), "", "## Topics", "", *topics_table(), "", *LETTERS]
    for topic in TOPICS:
        if topic.events:
            lines += ["", f"## {topic.name}", ""]
            for kind in written_in(topic):
                lines += _event(kind, schemas[kind], examples[kind])
    lines += ["", "## What events are made of", ""]
    for name, part in parts_of(schemas).items():
        lines += [f"### {name}", "", _sentence(part), ""]
        lines += _choices(part) if "enum" in part else fields(part)
        lines.append("")
    return "\n".join(lines).rstrip().replace("\n\n\n", "\n\n") + "\n"


def topics_table() -> list[str]:
    """Return the table of topics as lines of Markdown."""
    lines = [
        "| topic | key | partitions | keeps | owner | written by | read by |",
        "|---|---|---|---|---|---|---|",
    ]
    for topic in TOPICS:
        cells = (
            f"`{topic.name}`",
            topic.key,
            str(topic.partitions),
            kept(topic),
            topic.owner,
            ", ".join(topic.written_by),
            ", ".join(topic.read_by),
        )
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def kept(topic: Topic) -> str:
    """Return how long records are kept, in words."""
    if topic.compacted:
        return "the latest of each key"
    return "for ever" if topic.retention is None else _days(topic.retention)


def _days(span: timedelta) -> str:
    return f"{span.days} d"


def _event(kind: str, schema: Schema, example: Example) -> list[str]:
    earlier = " (earlier version)" if kind in EARLIER else ""
    return [
        f"### {kind.removeprefix('horus.')}{earlier}",
        "",
        _sentence(schema),
        "",
        *fields(schema),
        "",
        "<details><summary>A record</summary>",
        "",
        *example_block(example),
        "",
        "</details>",
        "",
    ]


def _choices(part: Schema) -> list[str]:
    return [", ".join(f"`{each}`" for each in part["enum"])]


def _sentence(schema: Schema) -> str:
    return str(schema.get("description", "")).replace("``", "`")
