"""The rules of each channel, as its configuration in the log has them now."""

import asyncio
from collections.abc import Sequence
from zoneinfo import ZoneInfo

import msgspec
import structlog
from confluent_kafka import Message

from infra.follow import Follower
from infra.following import Following
from infra.settings import Settings
from processors.decisions.rules import Rules
from schemas.envelope import Envelope
from schemas.events import StreamConfigured, StreamRemoved
from schemas.events.streams import Mute, MuteWeekly
from schemas.topics import STREAMS

log = structlog.get_logger()

# How often a start looks whether the configurations are known.
LOOK_S = 0.02


class ChannelRules:
    """Follows ``horus.streams.v1``; a change holds from the next event on. `of` may be called at any time."""

    def __init__(self, settings: Settings) -> None:
        """Prepare; nothing is read before `known`."""
        self._settings = settings
        self._common = Rules(settings)
        self._by_channel: dict[str, Rules] = {}
        self._read: dict[str, Rules] = {}
        self._following: Following | None = None

    def of(self, channel: str) -> Rules:
        """Return the rules of a channel; of one without a configuration those of the installation."""
        return self._by_channel.get(channel, self._common)

    async def known(self) -> None:
        """Begin to follow, and return when all configurations of this moment are known, however long a broker
        that is away takes to come back."""
        if self._following is None:
            self._following = Following("rules", self._followers, self._caught_up)
            self._following.start()
        while not self._following.ready:
            await asyncio.sleep(LOOK_S)

    def stop(self) -> None:
        """Stop following."""
        if self._following is not None:
            self._following.stop()

    def _followers(self) -> Sequence[Follower]:
        # Read anew after an outage of the broker: what held before stays until all of it is read again.
        self._read = {}
        return (Follower(self._settings.bootstrap_servers, STREAMS, self._take),)

    def _caught_up(self) -> None:
        self._by_channel = self._read

    def _take(self, envelope: Envelope, _: Message) -> None:
        match envelope.event:
            case StreamConfigured() as configured:
                self._read[configured.channel] = channel_rules(self._settings, configured)
            case StreamRemoved() as removed:
                self._read.pop(removed.channel, None)


def channel_rules(settings: Settings, configured: StreamConfigured) -> Rules:
    """Return the rules of a channel. A mute of a zone that this machine does not know is left out, and said:
    an alarm too many is better than a channel that nobody watches."""
    mutes = tuple(mute for mute in configured.mutes if _is_known(mute, configured.channel))
    return Rules(settings, msgspec.structs.replace(configured, mutes=mutes))


def _is_known(mute: Mute, channel: str) -> bool:
    if isinstance(mute, MuteWeekly):
        try:
            ZoneInfo(mute.zone)
        except (ValueError, OSError, LookupError):
            log.error("a mute is left out: unknown time zone", channel=channel, zone=mute.zone)
            return False
    return True
