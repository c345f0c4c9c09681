"""Which media is still needed: of an occurrence the roll before it and its beginning, until its clip is cut;
of an analysis everything, until it is over."""

import math
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import msgspec

from schemas.events import (
    AnalysisFailed,
    AnalysisFinished,
    AnalysisRequested,
    EvidenceAttached,
    OcorrenciaClosed,
    OcorrenciaOpened,
)
from schemas.events.event import Event
from schemas.events.ocorrencias import OcorrenciaDeleted
from schemas.names import analysis_of

# A clip shows five seconds before the fault; a segment may begin a GOP earlier: ten seconds is a long one.
BEFORE = timedelta(seconds=20)
# It ends after a minute of the fault and five seconds more; files are written up to a GOP after their media.
AFTER = timedelta(seconds=90)
# A closed occurrence whose media was lost never gets its last clip: nobody waits longer than a day of outage.
PATIENCE = timedelta(days=1)


class Hold(msgspec.Struct, frozen=True, kw_only=True):
    """One claim, of an occurrence or an analysis, on the media of its channel written between two moments."""

    channel: str
    start: float
    """Seconds since 1970, as all times of files."""
    end: float
    closed_at: datetime | None = None


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """All claims at one moment."""

    by_channel: Mapping[str, Sequence[Hold]]

    def holds(self, channel: str, written: float) -> bool:
        """Tell whether a channel's file, written at a moment, must stay.

        All media of an analysis stays while it runs, and while an occurrence of it needs any: a file is
        read faster or slower than its own time, so the moments at which its segments are written say
        nothing.
        """
        claims = self.by_channel.get(channel, ())
        if analysis_of(channel) is not None:
            return bool(claims)
        return any(claim.start <= written <= claim.end for claim in claims)


class Holds:
    """The claims of occurrences and of analyses, event by event from their topics; repeats change nothing."""

    def __init__(self) -> None:
        """Start before the first event."""
        self._by_uid: dict[str, Hold] = {}
        self._analyses: dict[str, Hold] = {}

    def take(self, event: Event, time: datetime) -> None:
        """Fold one event in, spoken at ``time``; those of other families say nothing here."""
        match event:
            case OcorrenciaOpened():
                start = event.fault.start_ts
                self._by_uid[event.uid] = Hold(
                    channel=event.channel,
                    start=(start - BEFORE).timestamp(),
                    end=(start + AFTER).timestamp(),
                )
            case OcorrenciaClosed() if event.uid in self._by_uid:
                hold = msgspec.structs.replace(self._by_uid[event.uid], closed_at=time)
                self._by_uid[event.uid] = hold
            case EvidenceAttached(final=True) | OcorrenciaDeleted():
                self._by_uid.pop(event.uid, None)
            case AnalysisRequested():
                self._analyses[event.channel] = Hold(
                    channel=event.channel, start=event.at.timestamp(), end=math.inf
                )
            case AnalysisFinished() | AnalysisFailed():
                self._analyses.pop(event.channel, None)

    def at(self, now: datetime) -> Held:
        """Return the claims that stand now; those that nobody will make good any more are dropped."""
        for uid, hold in list(self._by_uid.items()):
            if hold.closed_at is not None and now - hold.closed_at >= PATIENCE:
                del self._by_uid[uid]
        by_channel: dict[str, list[Hold]] = {}
        for hold in (*self._by_uid.values(), *self._analyses.values()):
            by_channel.setdefault(hold.channel, []).append(hold)
        return Held(by_channel=by_channel)
