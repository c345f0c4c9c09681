"""Who may do what, and what was done by command: the facts of ``horus.admin.v1``."""

from abc import abstractmethod
from datetime import datetime
from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from schemas.events.event import Event
from schemas.names import Sha256

KeyRole = Literal["viewer", "operator", "admin"]
"""What a key lets its holder do: see everything; command occurrences, uploads and streams; everything."""

KeyId = Annotated[str, Meta(pattern=r"^[0-9a-f]{12}$", description="Names a key without opening anything")]


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

    TYPE: ClassVar[str] = "horus.CommandDone.v1"

    command_id: str
    """UUID of this command."""
    action: str
    """What was done, as ``<subject>.<verb>``: ``streams.start``, ``clips.sync``."""
    target: str
    """To what: a channel, an id; never a URL with a passphrase."""
    detail: str = ""
    """One line for people, secrets masked."""

    def about(self) -> str:
        """Return what was commanded upon."""
        return f"{self.action.partition('.')[0]}/{self.target}"

    def fact(self) -> tuple[object, ...]:
        """A command is given once."""
        return (self.command_id,)
