"""Webhooks as clients write and read them."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from api.fields import storable
from api.message import Kind
from api.ocorrencia_read import Moment
from api.webhooks.attempt import target
from schemas.events import WebhookConfigured
from schemas.events.webhooks import WebhookFilter
from schemas.names import CHANNEL_PATTERN
from schemas.severity import Severity

# As many as a filter can name in a line of a log; an installation has fewer channels than this.
MANY = 256
# As long as addresses get in practice (RFC 9110, section 4.1, asks for 8000 at the most).
URL_MAX = 2048


def _reachable(url: str) -> str:
    # Raises BadTarget, which pydantic tells as it is.
    target(url)
    return url


Url = Annotated[
    str,
    StringConstraints(min_length=1, max_length=URL_MAX),
    AfterValidator(storable),
    AfterValidator(_reachable),
]
Secret = Annotated[str, StringConstraints(min_length=8, max_length=256), AfterValidator(storable)]
Channel = Annotated[str, StringConstraints(pattern=CHANNEL_PATTERN)]
Type = Annotated[str, StringConstraints(min_length=1, max_length=80), AfterValidator(storable)]


A_DELIVERY = "09ca09de-7ad8-57e0-ad4f-5c715b910336"
"""As documentation shows one."""


class Filters(BaseModel):
    """What a webhook is told of; an empty list means everything."""

    # A filter that is misspelt would let everything through.
    model_config = ConfigDict(extra="forbid")

    channels: list[Channel] = Field([], max_length=MANY)
    types: list[Type] = Field([], max_length=MANY, description="fault types")
    severities: list[Severity] = Field([], max_length=MANY)
    kinds: list[Kind] = Field([], max_length=MANY, description="types of messages, as on the WebSocket")

    def wanted(self) -> WebhookFilter:
        """Return it as the log keeps it."""
        return WebhookFilter(
            channels=tuple(self.channels),
            types=tuple(self.types),
            severities=tuple(each.value for each in self.severities),
            kinds=tuple(self.kinds),
        )


class WebhookWrite(BaseModel):
    """A webhook as it is to be."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "url": "https://noc.example/horus",
                    "filters": {"severities": ["Grave (A)", "Gravíssima (X)"], "kinds": ["nova_ocorrencia"]},
                }
            ]
        },
    )

    url: Url = Field(description="https:// or http://; where it may lead is set by HORUS_WEBHOOK_HOSTS")
    secret: Secret | None = Field(
        None, description="what deliveries are signed with; left out: made here, or kept as it is"
    )
    filters: Filters = Filters()
    active: bool = Field(True, description="false: nothing is sent, and nothing made up for later")


class WebhookRead(BaseModel):
    """A webhook as it is, without its secret."""

    id: str = Field(examples=["3f9a0c11d2e4"])
    url: str = Field(examples=["https://noc.example/horus"])
    filters: Filters
    active: bool
    created_at: Moment = Field(examples=["2026-11-22T03:12:05+00:00"])
    changed_at: Moment = Field(examples=["2026-11-22T03:12:05+00:00"])
    changed_by: str = Field(examples=["control room"])
    dead_letters: int = Field(description="deliveries given up and neither sent again nor thrown away")


class WebhookMade(WebhookRead):
    """A webhook that was just made: the only time that its secret is told."""

    secret: str


class LetterRead(BaseModel):
    """A delivery that was given up."""

    delivery: str = Field(description="the `Horus-Delivery` of all its attempts")
    cursor: int = Field(examples=[1042])
    kind: str = Field(examples=["nova_ocorrencia"])
    reason: str = Field(description="why the last attempt failed")
    attempts: int = Field(examples=[10])
    gave_up_at: Moment = Field(examples=["2026-11-22T05:12:05+00:00"])


class Resend(BaseModel):
    """Which dead letters to send again."""

    deliveries: list[Annotated[str, StringConstraints(max_length=64)]] | None = Field(
        None, max_length=1000, description="left out: all, the oldest first"
    )


class FailedResend(BaseModel):
    """The letter at which the sending stopped."""

    delivery: str = Field(examples=[A_DELIVERY])
    reason: str = Field(examples=["answered 500"])


class Resent(BaseModel):
    """What came of sending again."""

    resent: list[str] = Field(description="deliveries that the target took", examples=[[A_DELIVERY]])
    failed: FailedResend | None = Field(None, description="where it stopped; the rest was not tried")
    left: int = Field(description="dead letters that are left", examples=[0])


class Dropped(BaseModel):
    """Dead letters thrown away."""

    dropped: list[str] = Field(examples=[[A_DELIVERY]])


class Tried(BaseModel):
    """What came of a sample."""

    delivered: bool = Field(examples=[True])
    status: int | None = Field(description="what the target answered; null: it did not", examples=[204])
    reason: str = Field(examples=["answered 204"])


def read(webhook: WebhookConfigured, url: str, letters: int) -> WebhookRead:
    """Return a webhook as clients read it; ``url`` is its address, opened."""
    wants = webhook.wants
    return WebhookRead(
        id=webhook.webhook_id,
        url=url,
        filters=Filters.model_validate(
            {
                "channels": wants.channels,
                "types": wants.types,
                "severities": wants.severities,
                "kinds": wants.kinds,
            }
        ),
        active=webhook.active,
        created_at=webhook.created_at,
        changed_at=webhook.at,
        changed_by=webhook.by,
        dead_letters=letters,
    )
