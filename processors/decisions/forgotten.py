"""When a file that is over is forgotten: every file leaves a channel in the state of its partition. Pure."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from processors.decisions.channel import ChannelState
from schemas.topics import FRAMES

# What a file's measures are made of is gone from the log by then, so none can be written once more.
AFTER = FRAMES.retention or timedelta.max
# Some 250 bytes each: half a megabyte in a snapshot, of the two that its topic takes. Past 2,500 files in a
# week on one of 16 partitions the oldest are forgotten sooner; what is repeated at all comes within minutes.
MOST = 2_500
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


def remembered(channels: Mapping[str, ChannelState], now: datetime) -> Mapping[str, ChannelState]:
    """Return the channels without the files of which nothing is left to be decided, and nothing can come.

    ``now`` is the time of the newest event. The same object if none of them goes.
    """
    over = sorted((_ended_at(state), name) for name, state in channels.items() if _is_over(state))
    surplus = len(over) - MOST
    forgotten = {
        name for place, (ended_at, name) in enumerate(over) if place < surplus or _is_old(ended_at, now)
    }
    if not forgotten:
        return channels
    return {name: state for name, state in channels.items() if name not in forgotten}


def _is_over(state: ChannelState) -> bool:
    """Tell whether a file has ended and no kind of it is under way; a file may have but one kind."""
    return state.file is not None and bool(state.file.ended) and not state.file.tallies


def _ended_at(state: ChannelState) -> datetime:
    ended_at = state.file.ended_at if state.file is not None else None
    return ended_at or _LONG_AGO


def _is_old(ended_at: datetime, now: datetime) -> bool:
    # Ends written before they were dated go by their number alone.
    return ended_at > _LONG_AGO and now - ended_at > AFTER
