#!/usr/bin/env python3
"""A rolling report of availability by channel, from two topics of Horus. Needs only confluent-kafka.

A channel is up while media arrives and no alarm is open. What counts is the time for which somebody wanted it
watched: a channel that was stopped on purpose is neither up nor down.
"""

import argparse
import json
import sys
import time
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition

Span = tuple[datetime, datetime]
WATCHED = {"running", "trouble"}


class Channel:
    """What is known of one channel. Folding a record twice changes nothing, so repeats need no care here."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.states: dict[datetime, str] = {}
        self.alarms: dict[str, Span | None] = {}

    def status(self, data: dict[str, Any]) -> None:
        """Fold a StreamStatusChanged: from ``since`` on the channel was so, until the next one."""
        self.states[moment(data["since"])] = data["state"]

    def alarm(self, kind: str, data: dict[str, Any]) -> None:
        """Fold an event of an occurrence: it carries the whole fault, or says that somebody struck it off."""
        if kind == "OcorrenciaDeleted":
            self.alarms[data["uid"]] = None
        elif "fault" in data and self.alarms.get(data["uid"], ()) is not None:
            closed = kind in ("OcorrenciaClosed", "OcorrenciaCreated")
            end = moment(data["fault"]["end_ts"]) if closed else datetime.max.replace(tzinfo=UTC)
            known = self.alarms.get(data["uid"])
            # A late grade must not open again what is closed.
            self.alarms[data["uid"]] = (
                moment(data["fault"]["start_ts"]),
                min(end, known[1]) if known else end,
            )

    def spans(self, states: set[str], window: Span) -> list[Span]:
        """Return when the channel was in one of some states, within a window."""
        changes = sorted(self.states.items())
        ends = [since for since, _ in changes[1:]] + [window[1]]
        return [
            span
            for (since, state), end in zip(changes, ends, strict=True)
            if state in states and (span := within((since, end), window))
        ]

    def availability(self, window: Span) -> tuple[float, float]:
        """Return the seconds of a window for which the channel was watched, and those of them it was up."""
        watched = joined(self.spans(WATCHED, window))
        faults = [span for alarm in self.alarms.values() if alarm and (span := within(alarm, window))]
        down = joined(self.spans({"trouble"}, window) + faults)
        lost = sum(seconds(both) for one in watched for other in down if (both := within(one, other)))
        whole = sum(map(seconds, watched))
        return whole, whole - lost


def moment(text: str) -> datetime:
    """Return an ISO 8601 time of an event."""
    return datetime.fromisoformat(text)


def within(span: Span, bounds: Span) -> Span | None:
    """Return what of a span lies within bounds."""
    start, end = max(span[0], bounds[0]), min(span[1], bounds[1])
    return (start, end) if start < end else None


def joined(spans: list[Span]) -> list[Span]:
    """Return spans with those that overlap made one: two alarms at once are one time down."""
    whole: list[Span] = []
    for start, end in sorted(spans):
        if whole and start <= whole[-1][1]:
            whole[-1] = (whole[-1][0], max(end, whole[-1][1]))
        else:
            whole.append((start, end))
    return whole


def seconds(span: Span) -> float:
    """Return how long a span lasts."""
    return (span[1] - span[0]).total_seconds()


def report(channels: dict[str, Channel], window: Span) -> str:
    """Return the table for a window, the worst channel first."""
    rows = []
    for name, channel in channels.items():
        watched, up = channel.availability(window)
        if watched:
            rows.append((up / watched, name, watched, watched - up))
    lines = [f"{'CHANNEL':<16} {'WATCHED':>10} {'DOWN':>10} {'AVAILABLE':>10}"]
    for share, name, watched, down in sorted(rows):
        lines.append(f"{name:<16} {watched:>8.1f} s {down:>8.1f} s {share:>9.3%}")
    return "\n".join(lines)


def consumer(brokers: str, topics: list[str]) -> tuple[Consumer, set[tuple[str, int]]]:
    """Return a consumer of whole topics from their beginnings, and their partitions. It commits nothing."""
    made = Consumer(
        {
            "bootstrap.servers": brokers,
            "group.id": f"availability-{uuid.uuid4()}",
            "enable.auto.commit": False,
            "auto.offset.reset": "earliest",
            "enable.partition.eof": True,
        }
    )
    known = made.list_topics(timeout=10).topics
    places = {(topic, number) for topic in topics for number in known[topic].partitions}
    made.assign([TopicPartition(topic, number, 0) for topic, number in places])
    return made, places


def take(channels: dict[str, Channel], message: Message) -> None:
    """Fold one record; types that this program does not know are passed over, as the contract asks for."""
    headers: dict[str, Any] = dict(message.headers() or [])
    kind = headers.get("ce_type", b"").decode().removeprefix("horus.").partition(".")[0]
    value = message.value()
    if value is None or not kind.startswith(("StreamStatus", "Ocorrencia")):
        return
    data = json.loads(value)
    channel = channels.setdefault(data["channel"], Channel())
    if kind == "StreamStatusChanged":
        channel.status(data)
    else:
        channel.alarm(kind, data)


def main() -> None:
    """Read both topics from their beginnings, and report from their ends on."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--brokers", default="127.0.0.1:19092")
    parser.add_argument("--status-topic", default="horus.stream-status.v1")
    parser.add_argument("--alarms-topic", default="horus.ocorrencias.v1")
    parser.add_argument("--window", type=float, default=3600.0, help="seconds that a report looks back")
    parser.add_argument("--every", type=float, default=10.0, help="seconds between reports")
    parser.add_argument("--once", action="store_true", help="one report at the end of the log, and no more")
    parser.add_argument("--at", type=moment, help="end of the window instead of now; ISO 8601 with offset")
    args = parser.parse_args()
    channels: dict[str, Channel] = {}
    reader, behind = consumer(args.brokers, [args.status_topic, args.alarms_topic])
    told = 0.0
    while True:
        message = reader.poll(0.2)
        if message is not None and (error := message.error()) is not None:
            if error.code() != KafkaError._PARTITION_EOF:
                raise KafkaException(error)
            behind.discard((message.topic(), message.partition()))
        elif message is not None:
            take(channels, message)
        if not behind and (args.once or time.monotonic() - told >= args.every):
            told, end = time.monotonic(), args.at or datetime.now(UTC)
            print(report(channels, (end - timedelta(seconds=args.window), end)), flush=True)
            if args.once:
                reader.close()
                return


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
