"""How a channel stands, and when that is to be told: pure folding of judgements into status events."""

from datetime import datetime, timedelta

import msgspec

from producers.trouble import Diagnosis
from schemas.events import StreamConfigured, StreamRemoved, StreamStatusChanged
from schemas.events.streams import State, Trouble
from schemas.faults import SEM_SINAL

# Durations of troubles grow by events: readers see each trouble to within this.
REPEAT_TROUBLE = timedelta(seconds=2)
# From then on it is an alarm: readers shall not wait for the next repeat to hear of it.
COUNTS_FROM = timedelta(seconds=SEM_SINAL.onset_s)
# Who joins late learns within this that a channel runs.
REPEAT_RUNNING = timedelta(seconds=30)
NO_LONGER = "no longer to be watched"


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """The state of a channel's ingest and when it was last told."""

    channel: str
    state: State = "connecting"
    trouble: Trouble | None = None
    since: datetime
    epoch: str | None = None
    reason: str = ""
    told_at: datetime | None = None
    """None: it changed and is still to be told."""


def troubled(standing: Standing, diagnosis: Diagnosis, *, since: datetime) -> Standing:
    """Return the standing after a diagnosis; ``since`` is the end of the last good media, or the first try.

    A trouble that turns into another one lasts on; a suspicion does not replace a certainty.
    """
    if standing.state == "trouble":
        if not diagnosis.sure or standing.trouble == diagnosis.trouble:
            return standing
        since = standing.since
    return msgspec.structs.replace(
        standing,
        state="trouble",
        trouble=diagnosis.trouble,
        since=since,
        reason=diagnosis.reason,
        told_at=None,
    )


def running(standing: Standing, *, epoch: str, start: datetime) -> Standing:
    """Return the standing after a segment was recorded; ``start`` is the start of its epoch."""
    if standing.state == "running" and standing.epoch == epoch:
        return standing
    return msgspec.structs.replace(
        standing, state="running", trouble=None, since=start, epoch=epoch, reason="", told_at=None
    )


def resumed(standing: Standing, *, now: datetime) -> Standing:
    """Return the standing after media flows again in the epoch that a stall interrupted."""
    if standing.state != "trouble":
        return standing
    return msgspec.structs.replace(
        standing, state="running", trouble=None, since=now, reason="", told_at=None
    )


def stopped(standing: Standing, *, since: datetime) -> Standing:
    """Return the standing after somebody ended the watching."""
    return msgspec.structs.replace(
        standing, state="stopped", trouble=None, since=since, reason=NO_LONGER, told_at=None
    )


def gone(wish: StreamRemoved | StreamConfigured) -> StreamStatusChanged:
    """Return the word that an unwanted channel has stopped, for one that was not being watched just then.

    It is the same event however often it is told.
    """
    at = wish.removed_at if isinstance(wish, StreamRemoved) else wish.configured_at
    return StreamStatusChanged(
        channel=wish.channel,
        state="stopped",
        since=at,
        observed_at=at,
        reason=NO_LONGER,
    )


def due(standing: Standing, now: datetime, *, flowing: bool = False) -> bool:
    """Tell whether the standing is to be told now: it changed, or it was told long enough ago.

    While media is ``flowing`` again a trouble is not repeated, for it no longer lasts; it is over with the
    first segment that is recorded.
    """
    if standing.told_at is None:
        return True
    if standing.state == "trouble":
        if flowing:
            return False
        counts = standing.told_at < standing.since + COUNTS_FROM <= now
        return counts or now - standing.told_at >= REPEAT_TROUBLE
    return standing.state == "running" and now - standing.told_at >= REPEAT_RUNNING


def told(
    standing: Standing, *, now: datetime, restarts: int, log_tail: tuple[str, ...]
) -> tuple[Standing, StreamStatusChanged]:
    """Return the standing as told at ``now``, and the event that tells it."""
    event = StreamStatusChanged(
        channel=standing.channel,
        state=standing.state,
        trouble=standing.trouble,
        since=standing.since,
        observed_at=now,
        epoch=standing.epoch,
        restarts=restarts,
        reason=standing.reason,
        log_tail=log_tail,
    )
    return msgspec.structs.replace(standing, told_at=now), event
