"""The measures and statuses of one partition in the order in which they were written."""

import heapq
from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractContextManager, ExitStack
from datetime import datetime
from types import TracebackType

from processors.replay.again import Again
from processors.replay.configured import ConfiguredThen
from processors.replay.records import Read, Records
from processors.replay.remeasure import Remeasure
from schemas.events import Event
from schemas.topics import DETECTIONS, STREAM_STATUS

# The media's clock may run ahead of Kafka's time stamps by this much (infra/segment_log.py).
CLOCKS_S = 10.0
# Measures may come late, of a stage that was down or a busy machine. What is later still is left out.
LATE_S = 600.0
# How many events between two words of progress: some fifty milliseconds of work.
TELL_EVERY = 2000


class Partitions(AbstractContextManager["Partitions"]):
    """The topics that decide, read partition by partition; close it."""

    def __init__(self, bootstrap_servers: str, remeasure: Remeasure | None) -> None:
        """Connect. ``remeasure`` stands for the measures of its kind. Raises KafkaException."""
        self._stack = ExitStack()
        self._remeasure = remeasure
        with ExitStack() as opening:
            topics = [DETECTIONS, STREAM_STATUS]
            if remeasure is not None:
                topics.append(remeasure.topic)
            self._sources = [opening.enter_context(Records(bootstrap_servers, each)) for each in topics]
            self._stack = opening.pop_all()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave the broker."""
        self._stack.close()

    @property
    def undecodable(self) -> int:
        """Return how many records were passed over."""
        return sum(each.undecodable for each in self._sources)

    def replayed(
        self,
        partition: int,
        channels: Collection[str],
        start: datetime,
        horizon: datetime,
        rules: ConfiguredThen,
        on_progress: Callable[[float], None],
    ) -> dict[str, Again]:
        """Decide the channels of a partition again, from ``start`` up to ``horizon`` of media time.

        ``on_progress`` takes the share of this partition that is done, 0 to 1. Raises KafkaException,
        LogSilent.
        """
        found: dict[str, Again] = {}
        begun_s, ends_s = start.timestamp(), horizon.timestamp()
        for number, read in enumerate(self._merged(partition, channels, start, ends_s + LATE_S)):
            if number % TELL_EVERY == 0:
                on_progress(min(max((read.stamp_s - begun_s) / (ends_s - begun_s), 0.0), 1.0))
                if read.stamp_s > ends_s and found and all(each.over for each in found.values()):
                    break
            event = self._event(read)
            if event is None:
                continue
            channel = found.get(event.channel)
            if channel is None:
                channel = found[event.channel] = Again(event.channel, horizon)
            channel.take(event, rules.of(event.channel, read.stamp_s))
        return found

    def _merged(
        self, partition: int, channels: Collection[str], start: datetime, until_s: float
    ) -> Iterator[Read]:
        since = datetime.fromtimestamp(start.timestamp() - CLOCKS_S, start.tzinfo)
        stretches = [
            each.read(partition, channels=channels, since=since, until_s=until_s) for each in self._sources
        ]
        reads = heapq.merge(*stretches, key=_stamp)
        return reads if self._remeasure is None else self._remeasure.ahead_of(reads)

    def _event(self, read: Read) -> Event | None:
        """Return what is to be folded of a record, measured again where that was asked for."""
        if self._remeasure is None:
            return read.envelope.event
        return self._remeasure.instead_of(read.envelope)


def _stamp(read: Read) -> float:
    return read.stamp_s
