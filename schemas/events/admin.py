"""Who may do what, and what was done by command: the facts of ``horus.admin.v1``."""

from abc import abstractmethod
from datetime import datetime
from typing import Annotated, ClassVar, Literal, Self

from msgspec import Meta

from schemas.events.event import Event
from schemas.names import Sha256

KeyRole = Literal["viewer", "operator", "admin"]
"""What a key lets its holder do: see everything; command occurrences, uploads and streams; everything."""

KeyId = Annotated[str, Meta(pattern=r"^[0-9a-f]{12}$", description="Names a key without opening anything")]

ON_CHANNELS = "streams"
"""The subject of commands upon a channel, whose target is its name."""


class AdminEvent(Event, frozen=True, kw_only=True):
    """A fact about the installation rather than about a channel."""

    channel: str = ""
    """No channel's."""
    by: str
    """Name of the key that commanded it."""
    at: datetime
    """UTC, by the clock of the API that took the command."""

    @abstractmethod
    def about(self) -> str:
        """Return the name of the thing that the fact is about, e.g. ``key/3f9a0c11d2e4``."""


class KeyCreated(AdminEvent, frozen=True, kw_only=True):
    """Somebody got a key. The key itself is nowhere but with its holder."""

    TYPE: ClassVar[str] = "horus.KeyCreated.v1"

    key_id: KeyId
    name: str
    """Of the holder, for people: what audit shows as ``by``."""
    role: KeyRole
    """What its holder may do: see everything; command occurrences, uploads and streams; everything."""
    hash: Sha256
    """Of the key's secret part. One round is enough: the secret is 256 random bits, nothing to guess."""

    def about(self) -> str:
        """Return the key."""
        return f"key/{self.key_id}"

    def fact(self) -> tuple[object, ...]:
        """A key is made once."""
        return (self.key_id,)


class KeyRevoked(AdminEvent, frozen=True, kw_only=True):
    """A key opens nothing any more, nor do the sessions begun with it."""

    TYPE: ClassVar[str] = "horus.KeyRevoked.v1"

    key_id: KeyId

    def about(self) -> str:
        """Return the key."""
        return f"key/{self.key_id}"

    def fact(self) -> tuple[object, ...]:
        """A key is revoked once; what is revoked stays so."""
        return (self.key_id,)


class CommandDone(AdminEvent, frozen=True, kw_only=True):
    """Somebody commanded what no other event on a topic kept for ever tells."""

    TYPE: ClassVar[str] = "horus.CommandDone.v2"

    channel: str = ""
    """The channel that was commanded upon; empty where the subject is not ``streams``."""
    command_id: str
    """UUID of this command."""
    subject: str
    """What kind of thing was commanded upon: ``streams``, ``analysis``, ``webhooks``, ``clips``, ..."""
    verb: str
    """What was done to it: ``start``, ``sync``, ..."""
    target: str
    """To which one: a channel, an id, a folder; never a URL with a passphrase."""
    detail: str = ""
    """One line for people, secrets masked."""

    @classmethod
    def of(
        cls, action: str, target: str, *, by: str, at: datetime, command_id: str, detail: str = ""
    ) -> Self:
        """Make one of an action in one word, ``<subject>.<verb>``, such as ``streams.start``."""
        subject, _, verb = action.partition(".")
        channel = target if subject == ON_CHANNELS else ""
        return cls(
            channel=channel,
            by=by,
            at=at,
            command_id=command_id,
            subject=subject,
            verb=verb,
            target=target,
            detail=detail,
        )

    @property
    def action(self) -> str:
        """What was done in one word, as people read it: ``streams.start``."""
        return f"{self.subject}.{self.verb}" if self.verb else self.subject

    def about(self) -> str:
        """Return what was commanded upon."""
        return f"{self.subject}/{self.target}"

    def fact(self) -> tuple[object, ...]:
        """A command is given once."""
        return (self.command_id,)
