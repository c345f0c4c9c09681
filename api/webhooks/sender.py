"""The sending of webhooks: while it is this process' turn, a line for each, kept as the log wants them."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from hashlib import sha256

import structlog
from confluent_kafka import KafkaException
from starlette.concurrency import run_in_threadpool

from api.admin_log import AdminLog
from api.commands import Commands, LogAway
from api.missed import Away
from api.webhooks.attempt import BadTarget, Poster
from api.webhooks.feed import Feed
from api.webhooks.line import Line, Patience
from api.webhooks.seal import Unsealable, seal, unseal
from api.webhooks.turn import Turn
from infra import clock
from infra.follow import read_all
from infra.kafka import why
from infra.settings import Settings
from schemas.events import Event, WebhookConfigured, WebhookGaveUp, WebhookReached
from schemas.topics import WEBHOOK_DLQ, WEBHOOK_POSITIONS, Topic

log = structlog.get_logger()

# Digits of the sealing key's hash in the group's name: tell keys apart, and nothing of the key.
FINGERPRINT = 8
# How soon a changed webhook is sent to as changed; as it was, it is sent to no more from its change on.
LOOK_S = 0.2
# After a trouble of Kafka's, and while a dead letter waits for it.
RETRY_S = 1.0
# Positions are written so often at most; what was delivered since is delivered again after a kill.
SAVE_EVERY_S = 0.25


class Sender:
    """Sends from the event loop that it is started on."""

    def __init__(
        self, settings: Settings, admin: AdminLog, feed: Feed, commands: Commands, key: bytes
    ) -> None:
        """``key`` opens the webhooks' secrets (`api.webhooks.seal.sealing_key`)."""
        self._settings = settings
        self._admin = admin
        self._feed = feed
        self._commands = commands
        self._key = key
        self._loop: asyncio.AbstractEventLoop | None = None
        self._leading: asyncio.Task[None] | None = None
        # Who cannot open the secrets must not take the turn from those who can: each key has its group.
        group = f"horus-webhooks-{sha256(key).hexdigest()[:FINGERPRINT]}"
        self._turn = Turn(settings.bootstrap_servers, group, self._told(self._begin), self._told(self._end))

    def start(self) -> None:
        """Begin to wait for the turn; call it on the event loop."""
        self._loop = asyncio.get_running_loop()
        self._turn.start()

    def stop(self) -> None:
        """Give the turn back; what is under way is delivered again by whoever comes next. For any thread."""
        self._told(self._end)()
        self._turn.stop()

    def poster(self, webhook: WebhookConfigured) -> Poster:
        """Return what posts to a webhook. Raises Unsealable and BadTarget."""
        return Poster(
            self.url(webhook),
            unseal(self._key, webhook.webhook_id, webhook.sealed_secret),
            self._settings.webhook_policy,
            self._settings.horus_webhook_timeout_s,
        )

    def seal(self, webhook_id: str, secret: str) -> str:
        """Return a webhook's secret as it may lie in the log."""
        return seal(self._key, webhook_id, secret)

    def seal_url(self, webhook_id: str, url: str) -> str:
        """Return a webhook's address as it may lie in the log."""
        return seal(self._key, _holder_of_url(webhook_id), url)

    def url(self, webhook: WebhookConfigured) -> str:
        """Return where a webhook is posted to. Raises Unsealable."""
        if not webhook.sealed_url:
            return webhook.url
        return unseal(self._key, _holder_of_url(webhook.webhook_id), webhook.sealed_url).decode()

    def _told(self, what: Callable[[], None]) -> Callable[[], None]:
        """Return how other threads have something done on the loop."""

        def tell() -> None:
            # The loop has ended: the process is on its way out.
            with suppress(RuntimeError):
                if self._loop is not None:
                    self._loop.call_soon_threadsafe(what)

        return tell

    def _begin(self) -> None:
        if self._leading is None:
            log.info("it is this process' turn to send webhooks")
            self._leading = asyncio.ensure_future(self._lead())

    def _end(self) -> None:
        if self._leading is not None:
            self._leading.cancel()
            self._leading = None

    async def _lead(self) -> None:
        """Keep a line at work for each active webhook, until cancelled."""
        positions = await self._positions()
        lines: dict[str, tuple[WebhookConfigured, asyncio.Task[None]]] = {}
        try:
            while True:
                wanted = self._wanted()
                for webhook_id, (webhook, task) in list(lines.items()):
                    if wanted.get(webhook_id) != webhook:
                        await _cancelled(task)
                        del lines[webhook_id]
                for webhook_id, webhook in wanted.items():
                    if webhook_id not in lines:
                        task = asyncio.ensure_future(self._serve(webhook, positions))
                        lines[webhook_id] = (webhook, task)
                await asyncio.sleep(LOOK_S)
        finally:
            for _, task in lines.values():
                task.cancel()
            await asyncio.gather(*(task for _, task in lines.values()), return_exceptions=True)

    def _wanted(self) -> Mapping[str, WebhookConfigured]:
        return {name: each for name, each in self._admin.state.webhooks.items() if each.active}

    async def _positions(self) -> dict[str, int]:
        while True:
            try:
                return await run_in_threadpool(positions, self._settings.bootstrap_servers)
            except KafkaException as error:
                log.warning("webhooks wait for Kafka", error=why(error))
                await asyncio.sleep(RETRY_S)

    async def _serve(self, webhook: WebhookConfigured, positions: dict[str, int]) -> None:
        """Keep one line at work and its position in the log, beginning again after each trouble."""
        webhook_id = webhook.webhook_id
        try:
            poster = self.poster(webhook)
        except (Unsealable, BadTarget) as error:
            log.error("webhook cannot be sent to", webhook=webhook_id, reason=str(error))
            return
        try:
            while True:
                reached = max(positions.get(webhook_id, -1), webhook.since)
                line = Line(
                    webhook,
                    reached,
                    self._feed,
                    poster.post,
                    Patience(
                        attempts=self._settings.horus_webhook_attempts,
                        backoff_s=self._settings.horus_webhook_backoff_s,
                    ),
                    self._give_up,
                    now=clock.now,
                    holds=lambda: self._wanted().get(webhook_id) == webhook,
                )
                saving = asyncio.ensure_future(self._save(webhook_id, line, reached))
                try:
                    await line.run()
                except* Away:
                    log.warning("webhook waits for Kafka", webhook=webhook_id)
                except* Exception:
                    # One message that somebody trips over must not end the sending for good.
                    log.exception("webhook begins again", webhook=webhook_id)
                finally:
                    await _cancelled(saving)
                    positions[webhook_id] = line.reached
                await asyncio.sleep(RETRY_S)
        finally:
            await poster.close()

    async def _save(self, webhook_id: str, line: Line, saved: int) -> None:
        while True:
            await line.moved.wait()
            line.moved.clear()
            if line.reached > saved:
                saved = line.reached
                await self._surely(WEBHOOK_POSITIONS, WebhookReached(webhook_id=webhook_id, cursor=saved))
            await asyncio.sleep(SAVE_EVERY_S)

    async def _give_up(self, letter: WebhookGaveUp) -> None:
        await self._surely(WEBHOOK_DLQ, letter)

    async def _surely(self, topic: Topic, event: Event) -> None:
        """Write an event, however long Kafka is away."""
        while True:
            try:
                await self._commands.publish(topic, event)
                return
            except LogAway:
                await asyncio.sleep(RETRY_S)


def positions(bootstrap_servers: str, topic: Topic = WEBHOOK_POSITIONS) -> dict[str, int]:
    """Return how far each webhook has got, by id. Raises KafkaException when the broker is away."""
    found: dict[str, int] = {}
    for envelope, _ in read_all(bootstrap_servers, topic):
        event = envelope.event
        if isinstance(event, WebhookReached):
            # A sender that did not know its turn was over may have written behind its successor.
            found[event.webhook_id] = max(event.cursor, found.get(event.webhook_id, -1))
    return found


def _holder_of_url(webhook_id: str) -> str:
    # So that nobody who can write to the log has a secret posted as a part of an address.
    return f"{webhook_id}/url"


async def _cancelled(task: "asyncio.Task[None]") -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
