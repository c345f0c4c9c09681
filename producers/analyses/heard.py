"""What the stages say of one analysis, dead letters included, from its request on."""

from datetime import timedelta

import msgspec
from confluent_kafka import Consumer, KafkaException, Message, TopicPartition

from infra.dead_letter import REASON
from infra.kafka import decoded, headers_of, reader_config
from infra.offsets import offsets_at, watermarks
from infra.segment_log import partition_of
from schemas.envelope import Undecodable
from schemas.events import AnalysisDecided, AnalysisRequested, AudioMeasured, VideoMeasured
from schemas.events.analyses import Judged, Kind
from schemas.topics import ANALYSES, AUDIO_CHUNKS, DETECTIONS, FRAMES

# The clocks of two machines, and of what they write, differ by less than this.
SLACK = timedelta(minutes=1)
# Where a stage puts what it can never do.
_LETTERS = (FRAMES.dlq, AUDIO_CHUNKS.dlq, DETECTIONS.dlq)
_AT_ONCE = 500


class Measured(msgspec.Struct, frozen=True):
    """A stage is done with a segment."""

    kind: Kind
    seq: int


class Decided(msgspec.Struct, frozen=True):
    """Nothing more will be found in the picture, or in the sound."""

    kind: Kind
    judged: Judged


class Rejected(msgspec.Struct, frozen=True):
    """A stage cannot do a segment, ever."""

    reason: str


Word = Measured | Decided | Rejected


class Words:
    """Reads the words on one analysis. Use it in one thread; close it."""

    def __init__(self, bootstrap_servers: str, requested: AnalysisRequested) -> None:
        """Begin at the request. Raises KafkaException when the broker is away."""
        self._channel = requested.channel
        self._key = requested.channel.encode()
        self._consumer = Consumer(reader_config(bootstrap_servers, f"horus-{requested.channel}"))
        since = int((requested.at - SLACK).timestamp() * 1000)
        places = [
            *((topic.name, partition_of(requested.channel, topic)) for topic in (DETECTIONS, ANALYSES)),
            *((name, 0) for name in _LETTERS),
        ]
        try:
            self._behind = self._assign(places, since)
        except KafkaException:
            self._consumer.close()
            raise

    def close(self) -> None:
        """Let go of the broker."""
        self._consumer.close()

    @property
    def behind(self) -> bool:
        """Tell whether something that was said before this began is still to come."""
        return bool(self._behind)

    def listen(self, timeout_s: float) -> list[Word]:
        """Wait for words, not longer than ``timeout_s``, and return those there are."""
        words: list[Word] = []
        first = self._consumer.poll(timeout_s)
        if first is None:
            return words
        # Channels that share the partition speak too, without end.
        for message in (first, *self._consumer.consume(_AT_ONCE, 0)):
            if message.error() is None:
                self._reached(message)
                word = self._word(message)
                if word is not None:
                    words.append(word)
        return words

    def _assign(self, places: list[tuple[str, int]], since: int) -> dict[tuple[str, int], int]:
        """Take up reading; return for each partition with a past the offset at which it ends now."""
        starts: list[TopicPartition] = []
        behind: dict[tuple[str, int], int] = {}
        asked = [TopicPartition(topic, number, since) for topic, number in places]
        for found in offsets_at(self._consumer, asked):
            _, end = watermarks(self._consumer, found.topic, found.partition)
            # A negative offset says that nothing is that young.
            start = found.offset if found.offset >= 0 else end
            starts.append(TopicPartition(found.topic, found.partition, start))
            if start < end:
                behind[found.topic, found.partition] = end
        self._consumer.assign(starts)
        return behind

    def _reached(self, message: Message) -> None:
        place = (message.topic() or "", message.partition() or 0)
        if place in self._behind and (message.offset() or 0) + 1 >= self._behind[place]:
            del self._behind[place]

    def _word(self, message: Message) -> Word | None:
        if message.key() != self._key:
            return None
        if message.topic() in _LETTERS:
            reasons = [value for name, value in headers_of(message) if name == REASON]
            reason = reasons[-1] if reasons else b"no reason told"
            return Rejected(reason.decode(errors="replace") if isinstance(reason, bytes) else str(reason))
        try:
            event = decoded(message).event
        except Undecodable:
            return None
        match event:
            case VideoMeasured():
                return Measured("video", event.segment.seq)
            case AudioMeasured():
                return Measured("audio", event.segment.seq)
            case AnalysisDecided():
                return Decided(event.kind, event.judged)
        return None
