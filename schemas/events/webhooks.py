"""Webhooks: who is to be told of occurrences, and what could not be told."""

from datetime import datetime
from typing import Annotated, ClassVar, Literal

import msgspec
from msgspec import Meta

from schemas.events.admin import AdminEvent
from schemas.events.event import Event

WebhookId = Annotated[str, Meta(pattern=r"^[0-9a-f]{12}$", description="Names a webhook")]


class WebhookFilter(msgspec.Struct, frozen=True, kw_only=True):
    """What a webhook is told of; an empty list means everything."""

    channels: tuple[str, ...] = ()
    """Names of channels."""
    types: tuple[str, ...] = ()
    """Fault types."""
    severities: tuple[str, ...] = ()
    """Grades."""
    kinds: tuple[str, ...] = ()
    """Message types: ``nova_ocorrencia``, ``ocorrencia_encerrada``, ..."""


class WebhookConfigured(AdminEvent, frozen=True, kw_only=True):
    """A program elsewhere wants to be told; the latest one of a webhook holds."""

    TYPE: ClassVar[str] = "horus.WebhookConfigured.v1"

    webhook_id: WebhookId
    command_id: str
    """UUID of this command."""
    url: str
    """Where deliveries are posted to: scheme, host and port; the rest, in which targets carry tokens, is in
    ``sealed_url``. Events without one hold the whole address here: mask it before showing it."""
    sealed_url: str = ""
    """The whole address, sealed as the secret is."""
    sealed_secret: str
    """What deliveries are signed with, sealed with a key that never enters the log (api/webhooks/seal.py)."""
    wants: WebhookFilter = msgspec.field(default_factory=WebhookFilter)
    active: bool = True
    """False: known, but told nothing."""
    since: int
    """Offset in ``horus.ocorrencias.v1``: only what came later is told."""
    created_at: datetime
    """UTC at which it was first configured."""

    def about(self) -> str:
        """Return the webhook."""
        return f"webhook/{self.webhook_id}"

    def fact(self) -> tuple[object, ...]:
        """A command is given once."""
        return (self.webhook_id, self.command_id)


class WebhookRemoved(AdminEvent, frozen=True, kw_only=True):
    """A webhook is told nothing any more."""

    TYPE: ClassVar[str] = "horus.WebhookRemoved.v1"

    webhook_id: WebhookId

    def about(self) -> str:
        """Return the webhook."""
        return f"webhook/{self.webhook_id}"

    def fact(self) -> tuple[object, ...]:
        """A webhook is removed once; another one gets another id."""
        return (self.webhook_id,)


class WebhookEvent(Event, frozen=True, kw_only=True):
    """A fact about the deliveries of one webhook."""

    channel: str = ""
    """No channel's."""
    webhook_id: WebhookId

    def about(self) -> str:
        """Return the webhook: its facts keep their order."""
        return self.webhook_id


class WebhookGaveUp(WebhookEvent, frozen=True, kw_only=True):
    """A message could not be delivered in any of its attempts: a dead letter, to be sent again by hand."""

    TYPE: ClassVar[str] = "horus.WebhookGaveUp.v1"

    delivery: str
    """UUID of the delivery, the same in every attempt."""
    cursor: int
    """Offset of the event that the message tells of."""
    kind: str
    """Type of the message, e.g. ``nova_ocorrencia``."""
    body: str
    """The message as it was to be sent."""
    reason: str
    """Why the last attempt failed, in one line."""
    attempts: int
    """How often it was tried."""
    gave_up_at: datetime
    """UTC of the last attempt."""

    def fact(self) -> tuple[object, ...]:
        """A delivery is given up once."""
        return (self.delivery,)


class WebhookLetterSettled(WebhookEvent, frozen=True, kw_only=True):
    """A dead letter was sent again and taken, or thrown away."""

    TYPE: ClassVar[str] = "horus.WebhookLetterSettled.v1"

    delivery: str
    """UUID of the delivery that was given up."""
    how: Literal["resent", "dropped"]
    """Sent again and taken, or thrown away."""
    by: str
    """Name of the key."""
    at: datetime
    """UTC."""

    def fact(self) -> tuple[object, ...]:
        """A letter is settled once."""
        return (self.delivery,)


class WebhookReached(WebhookEvent, frozen=True, kw_only=True):
    """Everything up to a place in the log is delivered, given up or of no interest to a webhook."""

    TYPE: ClassVar[str] = "horus.WebhookReached.v1"

    cursor: int
    """Offset in ``horus.ocorrencias.v1``; the sending goes on behind it."""

    def fact(self) -> tuple[object, ...]:
        """A place is reached once."""
        return (self.webhook_id, self.cursor)
