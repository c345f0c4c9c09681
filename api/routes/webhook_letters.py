"""Dead letters of webhooks: what could not be delivered is listed, sent again or thrown away."""

from functools import partial
from typing import Annotated, Literal

from confluent_kafka import KafkaException
from fastapi import APIRouter, HTTPException, Query
from starlette.concurrency import run_in_threadpool

from api.access import Who
from api.asking import Asker
from api.commands import LogAway
from api.routes.webhooks import SEALED, WebhookId, known, poster_of, tell
from api.services import Given, Services
from api.webhooks.forms import Dropped, FailedResend, LetterRead, Resend, Resent
from api.webhooks.letters import GoneLetter, Letter
from api.webhooks.resend import resend
from infra import clock
from schemas.events import WebhookLetterSettled
from schemas.topics import WEBHOOK_DLQ

router = APIRouter(prefix="/api/v1/webhooks", tags=["webhooks"])


@router.get("/{webhook_id}/dead-letters")
async def dead_letters(
    services: Given, webhook_id: WebhookId, limit: Annotated[int, Query(ge=1, le=1000)] = 100
) -> list[LetterRead]:
    """List what could not be delivered, the oldest first; kept for 30 days."""
    known(services, webhook_id)
    return [
        LetterRead(
            delivery=each.delivery,
            cursor=each.cursor,
            kind=each.kind,
            reason=each.reason,
            attempts=each.attempts,
            gave_up_at=each.gave_up_at,
        )
        for each in services.letters.of(webhook_id)[:limit]
    ]


@router.post("/{webhook_id}/resend", responses=SEALED)
async def send_again(
    services: Given, who: Asker, webhook_id: WebhookId, which: Resend | None = None
) -> Resent:
    """Send dead letters again, the oldest first, with the `Horus-Delivery` that they had.

    Stops at the first that fails, and after twenty seconds; what is left stays a dead letter.
    """
    webhook = known(services, webhook_id)
    asked = None if which is None or which.deliveries is None else set(which.deliveries)
    letters = [each for each in services.letters.of(webhook_id) if asked is None or each.delivery in asked]
    await tell(services, who, "webhooks.resend", webhook_id, f"{len(letters)} dead letters")
    poster = poster_of(services, webhook)
    try:
        again = await resend(
            letters,
            partial(_body, services),
            poster.post,
            partial(_settle, services, who, "resent"),
        )
    finally:
        await poster.close()
    stopped = again.stopped_at
    return Resent(
        resent=[each.delivery for each in again.taken],
        failed=FailedResend(delivery=stopped.delivery, reason=again.reason) if stopped else None,
        left=len(services.letters.of(webhook_id)),
    )


@router.delete("/{webhook_id}/dead-letters")
async def drop(
    services: Given,
    who: Asker,
    webhook_id: WebhookId,
    delivery: Annotated[str | None, Query(max_length=64, description="one of them; default: all")] = None,
) -> Dropped:
    """Throw dead letters away."""
    known(services, webhook_id)
    letters = [
        each for each in services.letters.of(webhook_id) if delivery is None or each.delivery == delivery
    ]
    if delivery is not None and not letters:
        raise HTTPException(404, "there is no such dead letter")
    await tell(services, who, "webhooks.drop", webhook_id, f"{len(letters)} dead letters")
    for letter in letters:
        await _settle(services, who, "dropped", letter)
    return Dropped(dropped=[each.delivery for each in letters])


async def _body(services: Services, letter: Letter) -> str:
    try:
        return await run_in_threadpool(services.letters.body, letter)
    except GoneLetter as error:
        services.letters.forget(letter)
        raise HTTPException(409, "a dead letter was past its 30 days; it is gone, ask again") from error
    except KafkaException as error:
        raise LogAway from error


async def _settle(services: Services, who: Who, how: Literal["resent", "dropped"], letter: Letter) -> None:
    settled = WebhookLetterSettled(
        webhook_id=letter.webhook_id, delivery=letter.delivery, how=how, by=who.name, at=clock.now()
    )
    offset = await services.commands.publish(WEBHOOK_DLQ, settled)
    await run_in_threadpool(services.letters.wait, offset)
