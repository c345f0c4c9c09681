"""Which segments there are of a channel: the last minutes in memory, anything older out of the log."""

import threading
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from aiokafka.partitioner import murmur2
from confluent_kafka import KafkaError, Message, TopicPartition

from infra import clock
from infra.follow import POLL_S, Follower, consumer_at
from infra.following import Following
from infra.kafka import decoded
from schemas.envelope import Envelope, Undecodable
from schemas.events import SegmentRecorded
from schemas.names import analysis_of
from schemas.topics import SEGMENTS, Topic

KEEP = timedelta(minutes=15)
NEVER = datetime.max.replace(tzinfo=UTC)
# The media clock, anchored once an epoch, may run ahead of Kafka's time stamps by this much.
SLACK = timedelta(seconds=10)
# The media of a file is read faster than it lasts: its clock runs ahead by as much as the longest file
# (HORUS_UPLOAD_MAX_S is at most this).
FILE_SLACK = timedelta(days=1)


class Shelf:
    """The segments of one channel, by start, each (epoch, seq) once."""

    def __init__(self, reach: datetime, keep: timedelta | None) -> None:
        """Begin empty; all from ``reach`` on will be put here and kept for ``keep`` (None: for ever)."""
        self.segments: list[SegmentRecorded] = []
        self._reach = reach
        self._keep = keep

    @property
    def whole(self) -> bool:
        """Tell whether the shelf begins with the first segment of its epoch: a file has nothing before it."""
        return bool(self.segments) and self.segments[0].segment.seq == 0

    def put(self, event: SegmentRecorded) -> None:
        """Take in a segment; drop what lies too far behind the newest."""
        known, start = self.segments, event.segment.start
        first = bisect_left(known, start, key=_start)
        last = bisect_right(known, start, lo=first, key=_start)
        if any(_name(each) == _name(event) for each in known[first:last]):
            return
        known.insert(last, event)
        if self._keep is None:
            return
        stale = bisect_left(known, known[-1].segment.start - self._keep, key=_start)
        if stale:
            del known[:stale]
            self._reach = max(self._reach, known[0].segment.start)

    def covers(self, start: datetime) -> bool:
        """Tell whether all segments from a moment on are here."""
        return self._reach <= start or (bool(self.segments) and self.segments[0].segment.start <= start)

    def between(self, start: datetime, end: datetime) -> list[SegmentRecorded]:
        """Return the segments with media between two moments."""
        return [each for each in self.segments if each.segment.start < end and each.segment.end > start]


class SegmentLog:
    """An index of the recorded segments of all channels. Its methods may be called from any thread."""

    def __init__(self, bootstrap_servers: str, keep: timedelta = KEEP) -> None:
        """Prepare; nothing is read before `start`. ``keep`` is how much of each channel stays in memory."""
        self._bootstrap_servers = bootstrap_servers
        self._keep = keep
        self._lock = threading.Lock()
        self._shelves: dict[str, Shelf] = {}
        self._reach = clock.now()
        self._following = Following("segments", self._from_now)

    def start(self) -> None:
        """Begin to follow the topic, in a thread; a broker that is away is waited for."""
        self._following.start()

    def stop(self) -> None:
        """Stop following."""
        self._following.stop()

    @property
    def ready(self) -> bool:
        """Tell whether the last minutes are in memory and followed."""
        return self._following.ready

    def channels(self) -> tuple[str, ...]:
        """Return the channels with segments in memory, in the order of their names."""
        with self._lock:
            return tuple(sorted(self._shelves))

    def latest(self, channel: str) -> SegmentRecorded | None:
        """Return the newest segment of a channel, if one is in memory."""
        with self._lock:
            shelf = self._shelves.get(channel)
            return shelf.segments[-1] if shelf else None

    def recent(self, channel: str) -> tuple[SegmentRecorded, ...]:
        """Return what is in memory of a channel, by start."""
        with self._lock:
            shelf = self._shelves.get(channel)
            return tuple(shelf.segments) if shelf else ()

    def window(self, channel: str, start: datetime, end: datetime) -> list[SegmentRecorded]:
        """Return the segments with media between two UTC moments, by start, each once.

        Reads the topic where memory does not reach back so far, which may take some seconds. Raises
        KafkaException when that is needed and the broker is away.
        """
        of_file = analysis_of(channel) is not None
        with self._lock:
            shelf = self._shelves.get(channel) or self._new(channel)
            if self.ready and (shelf.covers(start) or (of_file and shelf.whole)):
                return shelf.between(start, end)
        return self._from_log(channel, start, end).between(start, end)

    def _new(self, channel: str) -> Shelf:
        # How far back memory reaches is said by the wall clock, of which a file's media knows nothing.
        return Shelf(self._reach, self._keep) if analysis_of(channel) is None else Shelf(NEVER, None)

    def _from_now(self) -> Sequence[Follower]:
        since = clock.now() - self._keep
        with self._lock:
            self._shelves.clear()
            self._reach = since + SLACK
        return (Follower(self._bootstrap_servers, SEGMENTS, self._take, since=since),)

    def _take(self, envelope: Envelope, _: Message) -> None:
        event = envelope.event
        if not isinstance(event, SegmentRecorded):
            return
        with self._lock:
            if event.channel not in self._shelves:
                self._shelves[event.channel] = self._new(event.channel)
            self._shelves[event.channel].put(event)
            if analysis_of(event.channel) is not None:
                self._forget_files(event.recorded_at - self._keep)

    def _forget_files(self, before: datetime) -> None:
        """Drop the files of which nothing was recorded since a moment: each is a channel of its own."""
        for channel in [name for name in self._shelves if analysis_of(name) is not None]:
            if self._shelves[channel].segments[-1].recorded_at < before:
                del self._shelves[channel]

    def _from_log(self, channel: str, start: datetime, end: datetime) -> Shelf:
        """Read the channel's partition from the window's start until a segment lies behind its end."""
        slack = SLACK if analysis_of(channel) is None else FILE_SLACK
        consumer, span = consumer_at(self._bootstrap_servers, SEGMENTS, since=start - slack)
        number = partition_of(channel)
        first, last = span[number]
        found = Shelf(start, None)
        try:
            consumer.assign([TopicPartition(SEGMENTS.name, number, first)])
            at = first
            while at < last:
                for message in consumer.consume(500, POLL_S):
                    if (error := message.error()) is not None:
                        if error.code() == KafkaError._PARTITION_EOF:
                            at = last
                        continue
                    at = (message.offset() or 0) + 1
                    event = _event(message)
                    if event is None or event.channel != channel:
                        continue
                    if event.segment.start >= end:
                        at = last
                        break
                    found.put(event)
        finally:
            consumer.close()
        return found


def partition_of(channel: str, topic: Topic = SEGMENTS) -> int:
    """Return the partition of a topic that holds a channel (murmur2, as all producers here)."""
    return int(murmur2(channel.encode()) & 0x7FFFFFFF) % topic.partitions


def _start(event: SegmentRecorded) -> datetime:
    return event.segment.start


def _name(event: SegmentRecorded) -> tuple[str, int]:
    return event.segment.epoch, event.segment.seq


def _event(message: Message) -> SegmentRecorded | None:
    try:
        event = decoded(message).event
    except Undecodable:
        return None
    return event if isinstance(event, SegmentRecorded) else None
