"""UTC from the media clock: anchored once an epoch, by when the first packets came."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import msgspec

from producers.index import unwrap
from schemas.events.media import PTS_HZ
from schemas.names import Epoch

# A segment that starts further than this from the end of the one before begins a new epoch.
JUMP = PTS_HZ
# Packets up to this long after a segment's start tell when it came: all of one clock, and enough of them.
WINDOW = 30 * PTS_HZ


class Arrival(msgspec.Struct, frozen=True):
    """A packet of the track that segments are cut by, and when it was read."""

    at: float
    """Unix time, seconds."""
    pts: int
    """90 kHz ticks, modulo 2**33."""


class Anchor(msgspec.Struct, frozen=True, kw_only=True):
    """An epoch: one tick of the media clock, and the UTC at which it was."""

    epoch: Epoch
    pts: int
    """Start of the epoch's first segment; 90 kHz ticks."""
    utc: datetime

    def at(self, pts: int) -> datetime:
        """Return the UTC of a tick."""
        return self.utc + timedelta(seconds=(pts - self.pts) / PTS_HZ)


def begin(
    start: int,
    arrivals: Iterable[Arrival],
    *,
    lag_s: float,
    otherwise: datetime,
    after: datetime | None = None,
    previous: Epoch | None = None,
) -> Anchor:
    """Start an epoch whose first segment starts at tick ``start``.

    A packet cannot be read before it was sent, so the quickest packet tells best: UTC of the start is the
    least (time of reading - media time since the start), less the known lag of transport and demuxing
    ``lag_s``. Packets of a burst (what ffmpeg read while it looked for headers, a playlist's segments) are
    late ones and do not matter. ``otherwise`` is taken when no packet is known. An epoch never starts before
    ``after``, the end of the one before, unless it would by more than a second: jitter must not make two
    media of one moment.
    """
    ahead = [(arrival.at, unwrap(arrival.pts, start) - start) for arrival in arrivals]
    moments = [at - ticks / PTS_HZ for at, ticks in ahead if 0 <= ticks <= WINDOW]
    utc = datetime.fromtimestamp(min(moments) - lag_s, UTC) if moments else otherwise
    if after is not None and timedelta(0) < after - utc < timedelta(seconds=1):
        utc = after
    if previous is not None and after is not None and name_of(utc) <= previous:
        utc = after + timedelta(milliseconds=1)
    return Anchor(epoch=name_of(utc), pts=start, utc=utc)


def continues(expected: int, start: int, *, within: int = JUMP) -> bool:
    """Tell whether a segment that starts at ``start`` carries on a clock that had come to ``expected``."""
    return abs(start - expected) <= within


def name_of(utc: datetime) -> Epoch:
    """Return the name of an epoch that began at ``utc``: ``20261122T181500.123Z``."""
    moment = utc.astimezone(UTC)
    return f"{moment:%Y%m%dT%H%M%S}.{moment.microsecond // 1000:03d}Z"
