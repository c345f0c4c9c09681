"""A small stateful stage and the records it reads, for tests of the loop."""

from collections.abc import Mapping
from datetime import UTC, datetime

import msgspec

from processors.stage.taken import Taken
from processors.stage.work import Emitted
from schemas.envelope import Envelope, encode
from schemas.events import StreamStatusChanged
from schemas.topics import DECISIONS_STATE, STREAM_STATUS, Topic

T0 = datetime(2026, 11, 22, 12, tzinfo=UTC)


class Count(msgspec.Struct, frozen=True):
    """How many restarts were added up so far."""

    total: int = 0


class Counting:
    """Adds up the restarts of each channel and emits each sum; a negative number makes it raise."""

    name = "counting"
    inputs: tuple[Topic, ...] = (STREAM_STATUS,)
    state_topic = DECISIONS_STATE
    state_type = Count

    def fold(self, state: Count | None, envelope: Envelope) -> tuple[Count, Emitted]:
        event = envelope.event
        assert isinstance(event, StreamStatusChanged)
        if event.restarts < 0:
            raise ArithmeticError("negative")
        total = (state or Count()).total + event.restarts
        told = status(event.channel, total)
        return Count(total), [(STREAM_STATUS, told)]

    def kept(self, channels: Mapping[str, Count], now: datetime) -> Mapping[str, Count]:
        """Forget what is over once a later event has come."""
        if now == T0:
            return channels
        return {name: count for name, count in channels.items() if not name.startswith("over")}


def status(channel: str, restarts: int) -> StreamStatusChanged:
    return StreamStatusChanged(
        channel=channel, state="running", since=T0, observed_at=T0, restarts=restarts, reason=str(restarts)
    )


def taken(
    offset: int, restarts: int = 1, channel: str = "tv1", value: bytes | None = None, time: datetime = T0
) -> Taken:
    encoded = encode(status(channel, restarts), source="test", time=time)
    return Taken(
        topic=STREAM_STATUS.name,
        partition=3,
        offset=offset,
        key=encoded.key,
        value=encoded.value if value is None else value,
        headers=tuple(
            (name, content.encode() if isinstance(content, str) else content)
            for name, content in encoded.headers
        ),
    )
