"""What all events have in common."""

from abc import abstractmethod
from typing import ClassVar

import msgspec


class Event(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A fact in the log. Never changed once written; a new field has a default."""

    TYPE: ClassVar[str] = ""
    """CloudEvents ``type``: ``horus.<Name>.v<version>``."""

    channel: str
    """Name of the channel that it tells of."""

    def about(self) -> str:
        """Return what the fact is about, which is its Kafka key: events about one thing keep their order."""
        return self.channel

    @abstractmethod
    def fact(self) -> tuple[object, ...]:
        """Return what makes this fact itself, besides its type: the parts of its UUIDv5."""
