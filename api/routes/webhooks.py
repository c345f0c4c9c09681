"""Webhooks: who is told of occurrences, tried out, and what could not be delivered."""

import secrets
import uuid
from typing import Annotated

import msgspec
from fastapi import APIRouter, HTTPException, Path
from starlette.concurrency import run_in_threadpool

from api.access import Who
from api.asking import Asker
from api.commands import LogAway
from api.services import Given, Services
from api.webhooks.attempt import Poster, target
from api.webhooks.forms import (
    Tried,
    WebhookMade,
    WebhookRead,
    WebhookWrite,
    read,
)
from api.webhooks.sample import sample
from api.webhooks.seal import Unsealable
from infra import clock
from infra.host_policy import HostPolicy, HostRefused, HostUnknown
from infra.shown_url import shown_url
from schemas.events import CommandDone, WebhookConfigured, WebhookRemoved
from schemas.topics import ADMIN

router = APIRouter(prefix="/api/v1/webhooks", tags=["webhooks"])

# Each has its own connections and place in the log; who needs more puts a distributor behind one.
MOST = 50
SECRET_BYTES = 32
"""256 bits, as long as the HMAC's own output (RFC 2104, section 3)."""
ID_BYTES = 6

SEALED: dict[int | str, dict[str, str]] = {
    409: {"description": "Its secret is sealed with another key, or a dead letter is past its time"}
}

WebhookId = Annotated[str, Path(pattern="^[0-9a-f]{12}$")]


@router.get("")
async def listed(services: Given) -> list[WebhookRead]:
    """List the webhooks, the oldest first."""
    return [
        _shown(services, each)
        for each in sorted(services.admin.state.webhooks.values(), key=lambda each: each.created_at)
    ]


@router.post("", status_code=201, responses={409: {"description": "As many webhooks as there may be"}})
async def create(services: Given, who: Asker, wanted: WebhookWrite) -> WebhookMade:
    """Make a webhook and tell its secret, this once; it is told of what comes from now on."""
    if len(services.admin.state.webhooks) >= MOST:
        raise HTTPException(409, f"there are {MOST} webhooks; remove one first")
    await run_in_threadpool(check_host, services.settings.webhook_policy, wanted.url)
    secret = wanted.secret or secrets.token_urlsafe(SECRET_BYTES)
    webhook_id, now = secrets.token_hex(ID_BYTES), clock.now()
    event = WebhookConfigured(
        by=who.name,
        at=now,
        webhook_id=webhook_id,
        command_id=str(uuid.uuid4()),
        url=shown_url(wanted.url),
        sealed_url=services.sender.seal_url(webhook_id, wanted.url),
        sealed_secret=services.sender.seal(webhook_id, secret),
        wants=wanted.filters.wanted(),
        active=wanted.active,
        since=await _present(services),
        created_at=now,
    )
    await _publish(services, event)
    return WebhookMade(**_shown(services, event).model_dump(), secret=secret)


@router.get("/{webhook_id}")
async def one(services: Given, webhook_id: WebhookId) -> WebhookRead:
    """Return one webhook."""
    return _shown(services, known(services, webhook_id))


@router.put("/{webhook_id}")
async def change(services: Given, who: Asker, webhook_id: WebhookId, wanted: WebhookWrite) -> WebhookRead:
    """Replace a webhook; without ``secret`` it keeps the one it has.

    One that was not active goes on from now: what happened in between is not made up for.
    """
    before = known(services, webhook_id)
    await run_in_threadpool(check_host, services.settings.webhook_policy, wanted.url)
    resumes = wanted.active and not before.active
    sealed = (
        before.sealed_secret if wanted.secret is None else services.sender.seal(webhook_id, wanted.secret)
    )
    event = msgspec.structs.replace(
        before,
        by=who.name,
        at=clock.now(),
        command_id=str(uuid.uuid4()),
        url=shown_url(wanted.url),
        sealed_url=services.sender.seal_url(webhook_id, wanted.url),
        sealed_secret=sealed,
        wants=wanted.filters.wanted(),
        active=wanted.active,
        since=await _present(services) if resumes else before.since,
    )
    await _publish(services, event)
    return _shown(services, event)


@router.delete("/{webhook_id}", status_code=204)
async def remove(services: Given, who: Asker, webhook_id: WebhookId) -> None:
    """Remove a webhook and its dead letters."""
    known(services, webhook_id)
    await _publish(services, WebhookRemoved(by=who.name, at=clock.now(), webhook_id=webhook_id))


@router.post("/{webhook_id}/test", responses=SEALED)
async def try_out(services: Given, who: Asker, webhook_id: WebhookId) -> Tried:
    """Send a sample, of type ``teste``, in one attempt, and tell what came of it."""
    poster = poster_of(services, known(services, webhook_id))
    try:
        body = sample(clock.now()).model_dump_json().encode()
        outcome = await poster.post(str(uuid.uuid4()), body)
    finally:
        await poster.close()
    await tell(services, who, "webhooks.test", webhook_id, outcome.reason)
    return Tried(delivered=outcome.delivered, status=outcome.status, reason=outcome.reason)


def check_host(policy: HostPolicy, url: str) -> None:
    """Refuse (422) a URL that the policy does not allow now; each attempt looks again."""
    try:
        policy.addresses(target(url).raw_host.decode("ascii"))
    except (HostRefused, HostUnknown) as error:
        raise HTTPException(422, f"url: {error}") from error


def known(services: Services, webhook_id: str) -> WebhookConfigured:
    """Return a webhook. Raises HTTPException (404)."""
    webhook = services.admin.state.webhooks.get(webhook_id)
    if webhook is None:
        raise HTTPException(404, f"there is no webhook {webhook_id}")
    return webhook


def _shown(services: Services, webhook: WebhookConfigured) -> WebhookRead:
    try:
        url = services.sender.url(webhook)
    except Unsealable:
        # Sealed with another key: it can still be seen, given a new address or removed.
        url = webhook.url
    return read(webhook, url, len(services.letters.of(webhook.webhook_id)))


async def _present(services: Services) -> int:
    """Return the cursor behind which a webhook begins: what this process has read of the log."""
    if not services.tail.ready:
        raise LogAway
    await services.hub.ready()
    return services.hub.position


async def _publish(services: Services, event: WebhookConfigured | WebhookRemoved) -> None:
    offset = await services.commands.publish(ADMIN, event)
    # For who asks right after; the event is written whether this process has read it or not.
    await run_in_threadpool(services.admin.wait, offset)


async def tell(services: Services, who: Who, action: str, webhook_id: str, detail: str) -> None:
    """Write down for ever who commanded what."""
    done = CommandDone.of(
        action, webhook_id, by=who.name, at=clock.now(), command_id=str(uuid.uuid4()), detail=detail
    )
    await services.commands.publish(ADMIN, done)


def poster_of(services: Services, webhook: WebhookConfigured) -> Poster:
    """Return what posts to a webhook. Raises HTTPException (409) when its secret does not open."""
    try:
        return services.sender.poster(webhook)
    except Unsealable as error:
        raise HTTPException(409, f"its secret is {error}; give it a new one by PUT") from error
