"""``horus tail``: events as they come."""

import contextlib
import queue
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from infra.cli.broker import broker
from infra.cli.exits import BadUse

if TYPE_CHECKING:
    from confluent_kafka import Message

    from schemas.envelope import Envelope

Topic = Annotated[str, typer.Argument(help="Topic, or what comes between horus. and .v1.")]
Beginning = Annotated[bool, typer.Option("--from-beginning", help="First everything that the topic holds.")]
# How often a silent topic is asked whether it is still followed.
LOOK_S = 0.5


def tail(topic: Topic = "ocorrencias", from_beginning: Beginning = False) -> None:
    """Print events as they come, one JSON object a line, until Ctrl-C.

    \b
    horus tail                                      alarms: opened, escalated, closed, evidence
    horus tail stream-status                        how each channel fares
    horus tail detections | jq .data.scores         what the models say
    horus tail ocorrencias --from-beginning         the whole history first
    """
    from infra.clock import now
    from infra.follow import Follower
    from schemas.topics import TOPICS

    known = {each.name: each for each in TOPICS if each.events}
    short = {name.removeprefix("horus.").removesuffix(".v1"): each for name, each in known.items()}
    found = known.get(topic) or short.get(topic)
    if found is None:
        raise BadUse(f"no topic is called {topic!r}; there are: {', '.join(short)}")
    lines: queue.SimpleQueue[str] = queue.SimpleQueue()
    follower = Follower(
        broker(),
        found,
        lambda envelope, message: lines.put(line(envelope, message)),
        since=None if from_beginning else now(),
    )
    follower.start()
    try:
        while follower.alive or not lines.empty():
            with contextlib.suppress(queue.Empty):
                print(lines.get(timeout=LOOK_S), flush=True)
    finally:
        follower.stop()


def line(envelope: "Envelope", message: "Message") -> str:
    """Return an event as one line of JSON: where it lies, its envelope and its data."""
    return msgspec.json.encode(
        {
            "topic": message.topic(),
            "partition": message.partition(),
            "offset": message.offset(),
            "id": envelope.id,
            "type": envelope.event.TYPE,
            "time": envelope.time,
            "source": envelope.source,
            "data": envelope.event,
        }
    ).decode()
