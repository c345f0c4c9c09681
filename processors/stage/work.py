"""What a stage has to say of itself, for the loop to run it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol, TypeVar, runtime_checkable

from schemas.envelope import Envelope
from schemas.events import Event
from schemas.topics import Topic

State = TypeVar("State")

Emitted = Sequence[tuple[Topic, Event]]
"""Events to be written, each with its topic, in order."""


class Permanent(ValueError):
    """Work on this event can never succeed: it goes to the dead-letter topic with this reason."""


@runtime_checkable
class Stateless(Protocol):
    """A stage that needs nothing but the event (and the media store)."""

    name: str
    inputs: tuple[Topic, ...]

    def lane(self, envelope: Envelope) -> str:
        """Return a key: events of one key are worked on in order, different keys side by side."""
        ...

    async def work(self, envelope: Envelope) -> Emitted:
        """Return what the event leads to. May await; CPU work belongs into a pool.

        Raises Permanent to reject the event. OSError, TimeoutError and Kafka's errors are tried again; any
        other exception rejects the event, with its text as the reason.
        """
        ...


class Stateful(Protocol[State]):
    """A stage that folds the events of a channel into a state."""

    name: str
    inputs: tuple[Topic, ...]
    state_topic: Topic
    state_type: type[State]

    def fold(self, state: State | None, envelope: Envelope) -> tuple[State, Emitted]:
        """Return the channel's next state and what follows from the event. Pure: no clock, no I/O."""
        ...

    def kept(self, channels: Mapping[str, State], now: datetime) -> Mapping[str, State]:
        """Return which channels of a partition to remember: all of them are written with each snapshot.

        ``now`` is when the newest event folded in was written. Pure, and the same object if nothing goes.
        """
        ...
