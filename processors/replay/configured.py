"""The rules of each channel as they were, as far as the compacted topic of configurations still tells."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping

import msgspec

from infra.settings import Settings
from processors.decisions.configured import channel_rules
from processors.decisions.rules import Rules
from processors.replay.records import Read, Records
from schemas.events import StreamConfigured, StreamRemoved
from schemas.topics import STREAMS


class History(msgspec.Struct, frozen=True, kw_only=True):
    """The configurations of one channel, oldest first; None where it was removed."""

    stamps_s: tuple[float, ...] = ()
    """When each was written, in seconds since 1970."""
    configured: tuple[StreamConfigured | None, ...] = ()

    def place(self, at_s: float) -> int:
        """Return which of them held at a moment: -1 for none that is known."""
        return bisect_right(self.stamps_s, at_s) - 1


class ConfiguredThen:
    """The rules of every channel at any moment.

    Before the first configuration that the log still holds that one is taken: compaction keeps the latest
    of each channel for certain, earlier ones only for a while.
    """

    def __init__(self, settings: Settings, histories: Mapping[str, History]) -> None:
        """Decide by ``settings``, and over them by what is configured of a channel."""
        self._settings = settings
        self._common = Rules(settings)
        self._histories = histories
        self._made: dict[tuple[str, int], Rules] = {}

    def of(self, channel: str, at_s: float) -> Rules:
        """Return the rules of a channel for an event written at a moment (seconds since 1970)."""
        history = self._histories.get(channel)
        if history is None:
            return self._common
        place = max(history.place(at_s), 0)
        made = self._made.get((channel, place))
        if made is None:
            configured = history.configured[place]
            made = self._common if configured is None else channel_rules(self._settings, configured)
            self._made[channel, place] = made
        return made

    def delays(self, channel: str) -> dict[str, float]:
        """Return the longest onset and clear delays that a channel ever had, each under a name of its own."""
        history = self._histories.get(channel, History())
        return {
            f"{kind} {name}": seconds
            for each in history.configured
            if each is not None
            for kind, delays in (("onset", each.onsets), ("clear", each.clears))
            for name, seconds in delays.items()
        }

    def notes(self, channel: str, since_s: float, until_s: float, changed: Iterable[str]) -> list[str]:
        """Return what a reader should know of the rules of a channel in a window, a sentence each.

        ``changed``: the settings that this replay changes, by name.
        """
        history = self._histories.get(channel, History())
        said = []
        later = [stamp_s for stamp_s in history.stamps_s if since_s < stamp_s <= until_s]
        if later:
            said.append(
                f"{channel} was configured anew {len(later)} times within the window: each held from then on"
            )
        if history.stamps_s and history.stamps_s[0] > since_s:
            said.append(
                f"{channel}: no configuration from before the window is in the log any more; "
                "the earliest known one is taken"
            )
        own = {
            name
            for each in history.configured
            if each is not None
            for name in (
                *(f"VIDEO_THRESH_{fault.upper()}" for fault in each.thresholds),
                *(f"AUDIO_THRESH_{fault.upper()}" for fault in each.thresholds),
                *(f"ONSET_S_{fault.upper()}" for fault in each.onsets),
                *(f"CLEAR_S_{fault.upper()}" for fault in each.clears),
            )
        }
        hidden = sorted(own.intersection(changed))
        if hidden:
            said.append(f"{channel} has a value of its own for {', '.join(hidden)}: --set does not reach it")
        return said


def histories(bootstrap_servers: str) -> dict[str, History]:
    """Read every configuration that the log still holds. Raises KafkaException, LogSilent."""
    with Records(bootstrap_servers, STREAMS) as records:
        return by_channel(records.read(0))


def by_channel(reads: Iterable[Read]) -> dict[str, History]:
    """Return the histories that events of the topic of configurations make, in their order."""
    found: dict[str, History] = {}
    for read in reads:
        event = read.envelope.event
        if not isinstance(event, StreamConfigured | StreamRemoved):
            continue
        before = found.get(event.channel, History())
        found[event.channel] = History(
            stamps_s=(*before.stamps_s, max(read.stamp_s, *before.stamps_s, read.stamp_s)),
            configured=(*before.configured, event if isinstance(event, StreamConfigured) else None),
        )
    return found
